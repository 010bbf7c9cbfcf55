#include "app/config/sections.hpp"
#include "app/config/values.hpp"

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

/// Deterministic repairs are not there yet, so that only their absence can be asked for.
value<bool> no_repair() {
  return {[](reader& in, const place& at) -> std::optional<bool> {
            if (at.what.is_sequence() && at.what.items.empty())
              return false;
            if (at.what.is_sequence())
              in.error(at, "`repair` is not built yet; write [] or remove it");
            else
              report_wrong(in, at, "a list, for example []");
            return std::nullopt;
          },
          R"("type":"array","maxItems":0)"};
}

std::string contradiction(const contract& x) {
  const auto is_json = x.format == contract::form::json;
  if (x.shape && !is_json)
    return "has a `schema`, which needs `format: json`";
  if (!x.confidence.empty() && !is_json)
    return "has a `confidence`, which needs `format: json`";
  return {};
}

} // namespace

value<contract_draft> contract_section() {
  using x = contract_draft;
  using form = contract::form;
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
      not_built<x>("tools", "The tools that may be called."),
      not_built<x>("citations", "Where in the answer absolute URLs have to stand."),
      not_built<x>("citations_among", "Where a cited source has to come from."),
      not_built<x>("language", "The language of the text."),
      optional<x>("max_length", in_config(&contract::max_length), std::move(length),
                  "Characters of the text."),
      optional<x>("not_empty", in_config(&contract::not_empty), boolean(),
                  "Whether the text must hold something."),
      optional<x>("confidence", in_config(&contract::confidence),
                  text_like("a JSON pointer such as /confidence", "^/", is_pointer),
                  "JSON pointer to a number from 0 to 1 in the answer."),
      not_built<x>("formats", "Whether the schema's `format` is an assertion."),
      not_built<x>("parallel", "Whether several tools may be called at once."),
      optional<x>("repair", no_repair(),
                  "Deterministic repairs of a broken answer; [] switches them off.",
                  [](x&, bool) {}),
  });
  return checked(std::move(keys), [](const x& read) { return contradiction(read.config); });
}

} // namespace hedgerow::config
