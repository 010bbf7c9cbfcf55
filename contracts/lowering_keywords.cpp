#include "contracts/lowering_keywords.hpp"

#include "contracts/json_compare.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace hedgerow::lowering {
namespace {

using namespace std::string_view_literals;

constexpr std::array<std::pair<std::string_view, std::uint8_t>, 7> type_names{{
    {"null", null_bit},
    {"boolean", boolean_bit},
    {"string", string_bit},
    {"integer", integer_bit},
    {"number", number_bits},
    {"array", array_bit},
    {"object", object_bit},
}};

constexpr std::array<limit_keyword, 14> limits{{
    {"minLength", string_bit, strictest::largest},
    {"maxLength", string_bit, strictest::smallest},
    {"pattern", string_bit, strictest::first},
    {"format", string_bit | number_bits, strictest::first},
    {"minimum", number_bits, strictest::largest},
    {"maximum", number_bits, strictest::smallest},
    {"exclusiveMinimum", number_bits, strictest::largest},
    {"exclusiveMaximum", number_bits, strictest::smallest},
    {"multipleOf", number_bits, strictest::first},
    {"minItems", array_bit, strictest::largest},
    {"maxItems", array_bit, strictest::smallest},
    {"uniqueItems", array_bit, strictest::first},
    {"minProperties", object_bit, strictest::largest},
    {"maxProperties", object_bit, strictest::smallest},
}};

/// What can only be told in words, and of which types it speaks.
constexpr std::array<std::pair<std::string_view, std::uint8_t>, 9> inexpressible{{
    {"not", all_types},
    {"if", all_types},
    {"contains", array_bit},
    {"unevaluatedItems", array_bit},
    {"patternProperties", object_bit},
    {"propertyNames", object_bit},
    {"dependentRequired", object_bit},
    {"dependentSchemas", object_bit},
    {"dependencies", object_bit},
}};

constexpr std::array<std::pair<std::string_view, std::uint8_t>, 7> structural{{
    {"properties", object_bit},
    {"required", object_bit},
    {"additionalProperties", object_bit},
    {"unevaluatedProperties", object_bit},
    {"items", array_bit},
    {"prefixItems", array_bit},
    {"additionalItems", array_bit},
}};

template <class Table>
std::uint8_t types_of_keyword(const Table& table, std::string_view name) {
  const auto i = std::ranges::find(table, name, [](const auto& row) { return row.first; });
  return i == table.end() ? std::uint8_t{0} : i->second;
}

bool is_well_formed(const limit_keyword& keyword, const json::value& x) {
  if (keyword.name == "uniqueItems")
    return x.IsTrue();
  if (keyword.name == "pattern" || keyword.name == "format")
    return x.IsString();
  const bool counts = (keyword.types & number_bits) == 0;
  return x.IsNumber() && (!counts || (json::is_integral(x) && x.GetDouble() >= 0));
}

} // namespace

std::uint8_t types_about(std::string_view keyword) {
  const auto i = std::ranges::find(limits, keyword, &limit_keyword::name);
  if (i != limits.end())
    return i->types;
  return types_of_keyword(inexpressible, keyword) | types_of_keyword(structural, keyword);
}

std::uint8_t types_named(const json::value& type) {
  std::uint8_t out = 0;
  if (type.IsString())
    return types_of_keyword(type_names, json::text_of(type));
  if (type.IsArray())
    for (const auto& name : type.GetArray())
      out |= name.IsString() ? types_of_keyword(type_names, json::text_of(name)) : 0;
  return out;
}

std::uint8_t type_of(const json::value& x) {
  switch (x.GetType()) {
  case rapidjson::kNullType:
    return null_bit;
  case rapidjson::kFalseType:
  case rapidjson::kTrueType:
    return boolean_bit;
  case rapidjson::kStringType:
    return string_bit;
  case rapidjson::kArrayType:
    return array_bit;
  case rapidjson::kObjectType:
    return object_bit;
  case rapidjson::kNumberType:
    break;
  }
  return json::is_integral(x) ? integer_bit : fraction_bit;
}

std::vector<limit_keyword> limit_keywords(std::uint8_t types) {
  std::vector<limit_keyword> out;
  std::ranges::copy_if(limits, std::back_inserter(out),
                       [&](const auto& x) { return (x.types & types) != 0; });
  return out;
}

std::vector<std::string_view> inexpressible_keywords(std::uint8_t types) {
  std::vector<std::string_view> out;
  for (const auto& [name, of] : inexpressible)
    if (of == types)
      out.push_back(name);
  return out;
}

const json::value* limit_in(const json::value& x, std::string_view keyword) {
  const auto row = std::ranges::find(limits, keyword, &limit_keyword::name);
  const auto* value = json::find(x, keyword);
  const auto upper = keyword.ends_with("aximum");
  const auto plain = upper ? "maximum"sv : "minimum"sv;
  const auto* exclusive = json::find(x, upper ? "exclusiveMaximum" : "exclusiveMinimum");
  if (exclusive != nullptr && exclusive->IsBool() && (keyword.ends_with("imum"))) {
    const bool is_plain = keyword == plain;
    value = exclusive->GetBool() == is_plain ? nullptr : json::find(x, plain);
  }
  if (value == nullptr || !is_well_formed(*row, *value))
    return nullptr;
  const bool at_least_none =
      keyword == "minLength" || keyword == "minItems" || keyword == "minProperties";
  return at_least_none && value->GetDouble() == 0 ? nullptr : value;
}

} // namespace hedgerow::lowering
