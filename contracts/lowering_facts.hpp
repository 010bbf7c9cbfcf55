#pragma once

#include "contracts/lowering_keywords.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

/// What schemas say together, whichever draft they are written in.
namespace hedgerow::lowering {

/// A schema within the source.
struct part {
  const json::value* at = nullptr;
  /// JSON pointer into the source.
  std::string pointer;
  /// Its title and description are told elsewhere.
  bool silent = false;
};

/// The part under `token` of `from`, which stands at `at`.
part below(const part& from, std::string_view keyword, const json::value& at);
part below(const part& from, std::string_view keyword, const json::value& at,
           std::string_view token);

/// The schema `true`, standing where `at` does.
part anything_at(const part& at);

/// Schemas that must all hold, without `$ref` and `allOf`: those have been followed.
struct conjunction {
  std::vector<part> parts;
  /// One of them is `false`.
  bool impossible = false;
};

/// The types that `type`, `enum` and `const` leave; nothing: they are not said.
std::optional<std::uint8_t> stated_types(const conjunction& x);

/// The types that the keywords of `x` are about; 0: none.
std::uint8_t implied_types(const conjunction& x);

/// The values that `enum` and `const` leave, within `types`; nothing: there is neither.
std::optional<std::vector<const json::value*>> stated_values(const conjunction& x,
                                                             std::uint8_t types);

/// Values by content. A list may be long and hostile, so it is not searched from end to end.
class value_set {
public:
  explicit value_set(const std::vector<const json::value*>& values = {});

  bool contains(const json::value& x) const;

  /// False if it was there. `x` must outlive the set.
  bool insert(const json::value& x);

private:
  std::unordered_multimap<std::size_t, const json::value*> by_hash_;
};

/// `anyOf` or `oneOf`.
struct choice {
  const json::value* branches = nullptr;
  part of;
  std::string_view keyword;
};

/// The first choice in `x` that is not in `taken`, if any.
std::optional<choice> choice_in(const conjunction& x, const std::vector<const json::value*>& taken);

/// Whether `x` says more of a value than `taken` and annotations do.
bool constrains(const part& x, const std::vector<const json::value*>& taken);

/// The members of `x` whose value is fixed to one of a few: a union's tag is one. At most 32.
std::vector<std::string_view> fixed_members(const part& x);

/// The schema that `x` itself has for the member, if any.
std::optional<part> member_in(const part& x, std::string_view name);

/// Whether `x` itself requires the member.
bool requires_member(const part& x, std::string_view name);

/// Whether one value may satisfy both, by their `enum` and `const`.
bool share_value(const part& a, const part& b);

/// The items of an array, one by one and then all others; no part: any.
struct tuple {
  std::vector<std::vector<part>> first;
  std::vector<part> others;
  /// What says it: `prefixItems`, or `items` up to draft 2019-09.
  std::vector<part> said_by;
};

tuple items_in(const conjunction& x);

} // namespace hedgerow::lowering
