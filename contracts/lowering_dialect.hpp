#pragma once

#include "contracts/json.hpp"
#include "contracts/lowering.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

/// The table behind `lower`: what each dialect has and has not.
namespace hedgerow::lowering {

/// Where a schema may refer to itself.
enum class recursion : std::uint8_t {
  anywhere,
  through_optional, ///< Every circle passes a member that may be absent.
  nowhere,
};

/// What a dialect has.
struct dialect {
  /// Objects take no other members than those declared, and every value has a type.
  bool closed = false;
  /// Every member is required; what may be absent may be null.
  bool all_required = false;
  /// `$ref` and `$defs`; else references are written out.
  bool references = true;
  recursion circles = recursion::anywhere;
  /// `nullable: true` stands for the type `null`.
  bool nullable = false;
  /// `prefixItems`.
  bool tuples = false;
  bool additional_properties = true;
  /// `enum` may list numbers, and booleans and null.
  bool number_enums = true;
  bool boolean_enums = true;
  bool root_is_object = false;
  /// The keywords for values that go along, of those in `limit_keywords`.
  std::span<const std::string_view> keywords;
  /// The values of `format` that go along; empty: all.
  std::span<const std::string_view> formats;
};

/// Requires: `x` is not `openai_lax`, which has everything.
const dialect& dialect_of(schema_dialect x);

/// Whether the keyword goes along with this value.
bool keeps(const dialect& to, std::string_view keyword, const json::value& value);

/// Why the provider would refuse the finished schema for its size; nothing: it would not.
std::optional<std::string> over_limit(schema_dialect to, const json::value& finished);

} // namespace hedgerow::lowering
