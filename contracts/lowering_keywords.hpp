#pragma once

#include "contracts/json.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

/// The keywords of JSON Schema, sorted by what `lower` does with them.
namespace hedgerow::lowering {

/// Types as a set. A number with a fraction has a bit of its own, so that sets intersect.
enum type : std::uint8_t {
  null_bit = 1,
  boolean_bit = 2,
  string_bit = 4,
  integer_bit = 8,
  fraction_bit = 16,
  array_bit = 32,
  object_bit = 64,
};
constexpr std::uint8_t number_bits = integer_bit | fraction_bit;
constexpr std::uint8_t all_types = 127;

/// Which of several values of one keyword says the same as all of them.
enum class strictest : std::uint8_t { largest, smallest, first };

/// A keyword that limits the values of one type.
struct limit_keyword {
  std::string_view name;
  std::uint8_t types;
  strictest choose;
};

/// Those that some dialect has, and those that none has.
std::vector<limit_keyword> limit_keywords(std::uint8_t types);
std::vector<std::string_view> inexpressible_keywords(std::uint8_t types);

/// The types that the keyword is about: all for one like `not`, none for `type` and annotations.
std::uint8_t types_about(std::string_view keyword);

/// The types that the value of `type` names.
std::uint8_t types_named(const json::value& type);

/// The types of the value `x`: one bit.
std::uint8_t type_of(const json::value& x);

/// The value of a keyword from `limit_keywords` in the object `x`, well-formed and limiting; else
/// null. Reads draft 4's `exclusiveMinimum: true` as the later drafts' number.
const json::value* limit_in(const json::value& x, std::string_view keyword);

} // namespace hedgerow::lowering
