#include "contracts/lowering_dialect.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace hedgerow::lowering {
namespace {

using namespace std::string_view_literals;

constexpr std::array openai_keywords{"pattern"sv,          "format"sv,           "minimum"sv,
                                     "maximum"sv,          "multipleOf"sv,       "minItems"sv,
                                     "exclusiveMinimum"sv, "exclusiveMaximum"sv, "maxItems"sv};
constexpr std::array openai_formats{"date-time"sv, "time"sv, "date"sv, "duration"sv, "email"sv,
                                    "hostname"sv,  "ipv4"sv, "ipv6"sv, "uuid"sv};
constexpr std::array anthropic_keywords{"format"sv, "minItems"sv};
constexpr std::array anthropic_formats{"date-time"sv, "time"sv, "date"sv, "duration"sv, "email"sv,
                                       "hostname"sv,  "uri"sv,  "ipv4"sv, "ipv6"sv,     "uuid"sv};
constexpr std::array gemini_keywords{"format"sv, "minimum"sv, "maximum"sv, "minItems"sv,
                                     "maxItems"sv};
constexpr std::array openapi_keywords{
    "format"sv,    "minimum"sv,   "maximum"sv, "minItems"sv,      "maxItems"sv,
    "minLength"sv, "maxLength"sv, "pattern"sv, "minProperties"sv, "maxProperties"sv};
/// Gemini refuses other formats here, with the list in its message.
constexpr std::array openapi_formats{"date-time"sv, "int32"sv, "int64"sv, "float"sv, "double"sv};

constexpr dialect openai_strict{.closed = true,
                                .all_required = true,
                                .root_is_object = true,
                                .keywords = openai_keywords,
                                .formats = openai_formats};
constexpr dialect anthropic{.closed = true,
                            .circles = recursion::nowhere,
                            .keywords = anthropic_keywords,
                            .formats = anthropic_formats};
constexpr dialect gemini_json_schema{.circles = recursion::through_optional,
                                     .tuples = true,
                                     .boolean_enums = false,
                                     .keywords = gemini_keywords,
                                     .formats = {}};
constexpr dialect gemini_openapi{.references = false,
                                 .circles = recursion::nowhere,
                                 .nullable = true,
                                 .additional_properties = false,
                                 .number_enums = false,
                                 .boolean_enums = false,
                                 .keywords = openapi_keywords,
                                 .formats = openapi_formats};

/// RE2 and the providers' engines have neither lookaround nor back-references.
bool is_regular(std::string_view pattern) {
  for (const auto group : {"(?="sv, "(?!"sv, "(?<"sv})
    if (pattern.find(group) != std::string_view::npos)
      return false;
  for (std::size_t i = 0; i + 1 < pattern.size(); ++i) {
    if (pattern[i] != '\\')
      continue;
    const char escaped = pattern[++i];
    if ((escaped >= '1' && escaped <= '9') || escaped == 'k')
      return false;
  }
  return true;
}

/// What providers count in a schema.
struct tally {
  std::size_t members = 0;
  std::size_t optional_members = 0;
  std::size_t union_members = 0;
  std::size_t enum_values = 0;
  std::size_t enum_bytes_most = 0; ///< Of one enum with more than 250 values.
  std::size_t text_bytes = 0;      ///< Of names and enum values.

  void add_enum(const json::value& values) {
    constexpr std::size_t long_list = 250;
    std::size_t bytes = 0;
    for (const auto& item : values.GetArray())
      bytes += item.IsString() ? item.GetStringLength() : 0;
    enum_values += values.Size();
    text_bytes += bytes;
    if (values.Size() > long_list)
      enum_bytes_most = std::max(enum_bytes_most, bytes);
  }

  void add_members(const json::value& node, const json::value& named) {
    const auto* required = json::find(node, "required");
    members += named.MemberCount();
    optional_members += named.MemberCount() - (required == nullptr ? 0 : required->Size());
    for (const auto& [name, shape] : named.GetObject()) {
      text_bytes += name.GetStringLength();
      union_members += json::find(shape, "anyOf") != nullptr ? 1 : 0;
      add(shape);
    }
  }

  /// Goes as deep as `lower` built it, which is bounded.
  void add(const json::value& node) {
    for (const auto& [key, value] : node.GetObject()) {
      const auto name = json::text_of(key);
      if (name == "properties") {
        add_members(node, value);
      } else if (name == "$defs") {
        for (const auto& [title, shape] : value.GetObject()) {
          text_bytes += title.GetStringLength();
          add(shape);
        }
      } else if (name == "anyOf") {
        for (const auto& branch : value.GetArray())
          add(branch);
      } else if (name == "items") {
        add(value);
      } else if (name == "enum") {
        add_enum(value);
      }
    }
  }
};

} // namespace

const dialect& dialect_of(schema_dialect x) {
  switch (x) {
  case schema_dialect::anthropic:
    return anthropic;
  case schema_dialect::gemini_json_schema:
    return gemini_json_schema;
  case schema_dialect::gemini_openapi:
    return gemini_openapi;
  case schema_dialect::openai_lax:
  case schema_dialect::openai_strict:
    break;
  }
  return openai_strict;
}

bool keeps(const dialect& to, std::string_view keyword, const json::value& value) {
  if (std::ranges::find(to.keywords, keyword) == to.keywords.end())
    return false;
  if (keyword == "format")
    return to.formats.empty()
           || std::ranges::find(to.formats, json::text_of(value)) != to.formats.end();
  if (keyword == "pattern")
    return is_regular(json::text_of(value));
  // Anthropic takes the values 0 and 1 only.
  return keyword != "minItems" || &to != &anthropic || (value.IsUint() && value.GetUint() <= 1);
}

/// Sources: OpenAI's guide (5,000 members, 1,000 enum values, 120,000 characters of names and enum
/// values, 15,000 of one enum with more than 250 values); Anthropic's (24 optional members, 16
/// members with a union).
std::optional<std::string> over_limit(schema_dialect to, const json::value& finished) {
  if (!dialect_of(to).closed)
    return std::nullopt;
  tally sum;
  sum.add(finished);
  struct limit {
    schema_dialect of;
    std::size_t is;
    std::size_t most;
    std::string_view what;
  };
  using enum schema_dialect;
  for (const auto& [of, is, most, what] : {
           limit{openai_strict, sum.members, 5000, "members"},
           limit{openai_strict, sum.enum_values, 1000, "enum values"},
           limit{openai_strict, sum.text_bytes, 120'000, "bytes of names and enum values"},
           limit{openai_strict, sum.enum_bytes_most, 15'000, "bytes in one long enum"},
           limit{anthropic, sum.optional_members, 24, "optional members"},
           limit{anthropic, sum.union_members, 16, "members of several types"},
       })
    if (of == to && is > most)
      return "has " + std::to_string(is) + ' ' + std::string{what} + ", and "
             + std::string{to_string(to)} + " takes " + std::to_string(most);
  return std::nullopt;
}

} // namespace hedgerow::lowering
