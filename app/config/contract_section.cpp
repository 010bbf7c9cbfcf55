#include "app/config/sections.hpp"
#include "app/config/values.hpp"
#include "contracts/language.hpp"

#include <algorithm>

namespace hedgerow::config {

namespace {

bool is_pointer(std::string_view x) {
  if (!x.starts_with('/'))
    return false;
  for (auto tilde = x.find('~'); tilde != x.npos; tilde = x.find('~', tilde + 1))
    if (tilde + 1 == x.size() || (x[tilde + 1] != '0' && x[tilde + 1] != '1'))
      return false;
  return true;
}

value<repair_steps> repair_list() {
  enum class step : unsigned char { syntax, coerce };
  auto steps = list_of(one_of<step>({{"syntax", step::syntax}, {"coerce", step::coerce}}));
  return made(std::move(steps), [](const std::vector<step>& listed) {
    const auto has = [&](step x) { return std::ranges::find(listed, x) != listed.end(); };
    return repair_steps{.syntax = has(step::syntax), .coerce = has(step::coerce)};
  });
}

value<citations> citation_pointer() {
  auto type = text_like("a JSON pointer such as /sources/*/url", "^/", is_pointer);
  return checked_as<citations>(std::move(type),
                               [](const std::string& x) { return citations::compile(x); });
}

std::string contradiction(const contract& x) {
  const auto is_json = x.format == contract::form::json;
  if (x.shape && !is_json)
    return "has a `schema`, which needs `format: json`";
  if (!x.confidence.empty() && !is_json)
    return "has a `confidence`, which needs `format: json`";
  if (x.sources && !is_json)
    return "has `citations`, which need `format: json`";
  if (x.sources_among_input && !x.sources)
    return "has `citations_among` without `citations`";
  return {};
}

/// The schema compiled again where its `format` is to be an assertion, which no schema fails at.
contract_draft with_formats(contract_draft x) {
  if (x.formats && x.config.shape)
    x.config.shape = schema::compile(x.config.shape->text(), {.formats = true}).value();
  return x;
}

} // namespace

value<contract_draft> contract_section() {
  using x = contract_draft;
  using form = contract::form;
  enum class among : unsigned char { input };
  const auto in_config = [](auto field) {
    return [field](x & out) -> auto& { return out.config.*field; };
  };
  auto length = integer<std::size_t>(1, 1'000'000'000);
  length.show = {}; // Absent: no limit.
  auto keys = object<x>({
      optional<x>("format", in_config(&contract::format),
                  one_of<form>(
                      {{"json", form::json}, {"text", form::text}, {"tool_call", form::tool_call}}),
                  "What the answer has to be."),
      optional<x>("schema", in_config(&contract::shape), json_schema(),
                  "Of `format: json`: a JSON Schema, in a file or right here; any draft from 4 to "
                  "2020-12."),
      optional<x>("tools", in_config(&contract::tools), tool_list(),
                  "The tools that may be called, in a file or right here, as OpenAI lists them; "
                  "absent: those that the request offers."),
      optional<x>("parallel", in_config(&contract::parallel), boolean(),
                  "Whether several tools may be called at once."),
      optional<x>("citations", in_config(&contract::sources), citation_pointer(),
                  "JSON pointer, with * for every item or member, to where absolute http(s) URLs "
                  "have to stand."),
      optional<x>("citations_among", one_of<among>({{"input", among::input}}),
                  "Where the cited addresses have to come from: the request's messages.",
                  [](x& out, among) { out.config.sources_among_input = true; }),
      optional<x>(
          "language", in_config(&contract::language),
          text_like("a language such as en", "^[A-Za-z]{2,3}(-[A-Za-z0-9]+)*$", language_known),
          "The language that the text, or the strings of the JSON, have to be in."),
      optional<x>("max_length", in_config(&contract::max_length), std::move(length),
                  "Characters of the text."),
      optional<x>("not_empty", in_config(&contract::not_empty), boolean(),
                  "Whether the text must hold something."),
      optional<x>("confidence", in_config(&contract::confidence),
                  text_like("a JSON pointer such as /confidence", "^/", is_pointer),
                  "JSON pointer to a number from 0 to 1 in the answer."),
      optional<x>("formats", &x::formats, boolean(),
                  "Whether the schema's `format` is an assertion."),
      optional<x>("repair", in_config(&contract::repair), repair_list(),
                  "Deterministic repairs of a broken answer; [] switches them off. Absent: "
                  "[syntax, coerce]."),
  });
  auto sound = checked(std::move(keys), [](const x& read) { return contradiction(read.config); });
  return made(std::move(sound), with_formats);
}

} // namespace hedgerow::config
