#include "contracts/lowering_words.hpp"

#include <array>
#include <utility>

namespace hedgerow::lowering {
namespace {

constexpr std::size_t value_bytes_max = 200;

/// `$` stands for the value.
constexpr std::array<std::pair<std::string_view, std::string_view>, 17> phrases{{
    {"minimum", "At least $."},
    {"maximum", "At most $."},
    {"exclusiveMinimum", "Greater than $."},
    {"exclusiveMaximum", "Less than $."},
    {"multipleOf", "A multiple of $."},
    {"minLength", "At least $ characters."},
    {"maxLength", "At most $ characters."},
    {"pattern", "Must match the regular expression $."},
    {"format", "Must have the format $."},
    {"minItems", "At least $ items."},
    {"maxItems", "At most $ items."},
    {"minProperties", "At least $ members."},
    {"maxProperties", "At most $ members."},
    {"uniqueItems", "No two items may be equal."},
    {"enum", "One of $."},
    {"items", "The items, in order, must satisfy the JSON Schemas $."},
    {"prefixItems", "The items, in order, must satisfy the JSON Schemas $."},
}};

std::string filled(std::string_view phrase, const std::string& value) {
  if (value.size() > value_bytes_max)
    return {};
  const auto slot = phrase.find('$');
  std::string out{phrase.substr(0, slot)};
  if (slot != std::string_view::npos)
    out.append(value).append(phrase.substr(slot + 1));
  return out;
}

void append_member(std::string& to, std::string_view name, const json::value& value) {
  to += to.size() > 1 ? "," : "";
  json::append_quoted(to, name);
  to += ':' + json::compact(value);
}

} // namespace

std::string sentence(std::string_view keyword, const json::value& value) {
  if ((keyword == "additionalProperties" || keyword == "unevaluatedProperties") && value.IsFalse())
    return "No other members.";
  for (const auto& [name, phrase] : phrases)
    if (name == keyword)
      return filled(phrase, json::compact(value));
  std::string schema = "{";
  if (keyword != "if")
    append_member(schema, keyword, value);
  else
    for (const auto* name : {"if", "then", "else"})
      if (const auto* branch = json::find(value, name))
        append_member(schema, name, *branch);
  return filled("Must also satisfy the JSON Schema $.", schema + '}');
}

std::string absence_sentence(std::string_view name) {
  std::string quoted;
  json::append_quoted(quoted, name);
  return filled("Without the member $.", quoted);
}

std::string default_sentence(const json::value& value) {
  return filled("Default: $.", json::compact(value));
}

} // namespace hedgerow::lowering
