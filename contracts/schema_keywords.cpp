#include "contracts/schema_keywords.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace hedgerow {
namespace {

struct row {
  std::string_view name;
  vocabulary_bit vocabulary;
  subschemas inside = subschemas::none;
  draft first = draft::draft4;
  draft last = draft::draft2020;
};

constexpr auto core = core_vocabulary;
constexpr auto applicator = applicator_vocabulary;
constexpr auto unevaluated = unevaluated_vocabulary;
constexpr auto validation = validation_vocabulary;
using enum draft;

constexpr std::array<row, keyword_count> rows{{
    {"$anchor", core, subschemas::none, draft2019},
    {"$defs", core, subschemas::in_map, draft2019},
    {"$dynamicAnchor", core, subschemas::none, draft2020},
    {"$dynamicRef", core, subschemas::none, draft2020},
    {"$id", core, subschemas::none, draft6},
    {"$recursiveAnchor", core, subschemas::none, draft2019, draft2019},
    {"$recursiveRef", core, subschemas::none, draft2019, draft2019},
    {"$ref", core},
    {"$schema", core},
    {"$vocabulary", core, subschemas::none, draft2019},
    {"additionalItems", applicator, subschemas::itself, draft4, draft2019},
    {"additionalProperties", applicator, subschemas::itself},
    {"allOf", applicator, subschemas::in_list},
    {"anyOf", applicator, subschemas::in_list},
    {"const", validation, subschemas::none, draft6},
    {"contains", applicator, subschemas::itself, draft6},
    {"definitions", core, subschemas::in_map},
    {"dependencies", applicator, subschemas::some_in_map},
    {"dependentRequired", validation, subschemas::none, draft2019},
    {"dependentSchemas", applicator, subschemas::in_map, draft2019},
    {"else", applicator, subschemas::itself, draft7},
    {"enum", validation},
    {"exclusiveMaximum", validation},
    {"exclusiveMinimum", validation},
    {"format", format_vocabulary},
    {"id", core, subschemas::none, draft4, draft4},
    {"if", applicator, subschemas::itself, draft7},
    {"items", applicator, subschemas::itself_or_in_list},
    {"maxContains", validation, subschemas::none, draft2019},
    {"maxItems", validation},
    {"maxLength", validation},
    {"maxProperties", validation},
    {"maximum", validation},
    {"minContains", validation, subschemas::none, draft2019},
    {"minItems", validation},
    {"minLength", validation},
    {"minProperties", validation},
    {"minimum", validation},
    {"multipleOf", validation},
    {"not", applicator, subschemas::itself},
    {"oneOf", applicator, subschemas::in_list},
    {"pattern", validation},
    {"patternProperties", applicator, subschemas::in_map},
    {"prefixItems", applicator, subschemas::in_list, draft2020},
    {"properties", applicator, subschemas::in_map},
    {"propertyNames", applicator, subschemas::itself, draft6},
    {"required", validation},
    {"then", applicator, subschemas::itself, draft7},
    {"type", validation},
    {"unevaluatedItems", unevaluated, subschemas::itself, draft2019},
    {"unevaluatedProperties", unevaluated, subschemas::itself, draft2019},
    {"uniqueItems", validation},
}};
static_assert(std::ranges::is_sorted(rows, {}, &row::name));

const row& row_of(keyword x) { return rows[static_cast<std::size_t>(x)]; }

constexpr std::array<std::pair<std::string_view, draft>, 5> metaschemas{{
    {"json-schema.org/draft-04/schema", draft4},
    {"json-schema.org/draft-06/schema", draft6},
    {"json-schema.org/draft-07/schema", draft7},
    {"json-schema.org/draft/2019-09/schema", draft2019},
    {"json-schema.org/draft/2020-12/schema", draft2020},
}};

struct vocabulary_row {
  std::string_view uri;
  std::uint8_t stands_for = 0;
};

constexpr std::array<vocabulary_row, 14> vocabularies{{
    {"https://json-schema.org/draft/2019-09/vocab/core", core_vocabulary},
    {"https://json-schema.org/draft/2019-09/vocab/applicator",
     applicator_vocabulary | unevaluated_vocabulary},
    {"https://json-schema.org/draft/2019-09/vocab/validation", validation_vocabulary},
    {"https://json-schema.org/draft/2019-09/vocab/format", format_vocabulary},
    {"https://json-schema.org/draft/2019-09/vocab/meta-data"},
    {"https://json-schema.org/draft/2019-09/vocab/content"},
    {"https://json-schema.org/draft/2020-12/vocab/core", core_vocabulary},
    {"https://json-schema.org/draft/2020-12/vocab/applicator", applicator_vocabulary},
    {"https://json-schema.org/draft/2020-12/vocab/unevaluated", unevaluated_vocabulary},
    {"https://json-schema.org/draft/2020-12/vocab/validation", validation_vocabulary},
    {"https://json-schema.org/draft/2020-12/vocab/format-annotation", format_vocabulary},
    {"https://json-schema.org/draft/2020-12/vocab/format-assertion",
     format_vocabulary | format_assertion_vocabulary},
    {"https://json-schema.org/draft/2020-12/vocab/meta-data"},
    {"https://json-schema.org/draft/2020-12/vocab/content"},
}};

} // namespace

std::string_view to_string(keyword x) { return row_of(x).name; }

subschemas subschemas_of(keyword x) { return row_of(x).inside; }

std::optional<keyword> keyword_named(std::string_view name, const dialect& how) {
  const auto i = std::ranges::lower_bound(rows, name, {}, &row::name);
  if (i == rows.end() || i->name != name || how.version < i->first || how.version > i->last
      || (how.vocabularies & i->vocabulary) == 0)
    return std::nullopt;
  return static_cast<keyword>(i - rows.begin());
}

std::optional<draft> draft_of(std::string_view uri) {
  if (uri.ends_with('#'))
    uri.remove_suffix(1);
  for (const std::string_view scheme : {"http://", "https://"})
    if (uri.starts_with(scheme))
      for (const auto& [rest, version] : metaschemas)
        if (uri.substr(scheme.size()) == rest)
          return version;
  return std::nullopt;
}

std::optional<std::uint8_t> vocabularies_of(std::string_view uri) {
  const auto i = std::ranges::find(vocabularies, uri, &vocabulary_row::uri);
  return i == vocabularies.end() ? std::nullopt : std::optional{i->stands_for};
}

} // namespace hedgerow
