#pragma once

#include "contracts/error.hpp"
#include "contracts/lowering_facts.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Finding one's way in a JSON Schema that is to be lowered.
namespace hedgerow::lowering {

/// A schema document and the references within it.
class source {
public:
  explicit source(const json::value& root);

  part root() const { return {root_, {}}; }

  /// What reference `ref` leads to. Errors: `config_invalid`.
  result<part> target(std::string_view ref, const part& from) const;

  /// The reference in `x` if `x` says nothing else of a value. An `allOf` around it is nothing
  /// else.
  std::optional<std::string_view> lone_reference(const part& x) const;

  /// Whether `x` is a reference beside which nothing counts.
  bool ignores_siblings(const json::value& x) const;

  /// `from` with references and `allOf` followed, each schema once. Errors: `config_invalid`.
  result<conjunction> flattened(const std::vector<part>& from) const;

  /// Whether no value can satisfy two of the branches, as far as types and members with fixed
  /// values tell.
  bool exclusive(const choice& x) const;

private:
  void index();
  bool disjoint(const part& a, const part& b) const;

  const json::value* root_;
  /// Up to draft 7 nothing beside a `$ref` counts.
  bool lonely_references_ = false;
  /// An `$id` below the root would change where references lead.
  bool has_inner_id_ = false;
  std::map<std::string, part, std::less<>> anchors_;
};

} // namespace hedgerow::lowering
