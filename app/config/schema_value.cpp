// A JSON Schema in the file or in a file of its own.

#include "app/config/sections.hpp"

#include <utility>

namespace hedgerow::config {

namespace {

/// Reports `why` where the keyword at fault stands in the schema `at`; `pointer` goes as far as
/// that.
void report_at(reader& in, const place& at, std::string_view pointer, const std::string& why) {
  if (pointer.starts_with('/')) {
    const auto end = std::min(pointer.find('/', 1), pointer.size());
    const auto token = json::decoded_token(pointer.substr(1, end - 1)).value_or("");
    for (std::size_t i = 0; i < at.what.items.size(); ++i)
      if (at.what.is_sequence() ? std::to_string(i) == token : at.what.items[i].key == token)
        return report_at(in, place{at.what.items[i], &at, i}, pointer.substr(end), why);
  }
  in.error(at, "does not compile: " + why);
}

std::optional<schema> read_inline(reader& in, const place& at) {
  auto written = to_json(at.what);
  if (const auto* problem = std::get_if<yaml_problem>(&written)) {
    in.error(at, problem->at, problem->message);
    return std::nullopt;
  }
  auto compiled = schema::compile(std::string_view{std::get<std::string>(written)});
  if (compiled)
    return std::move(*compiled);
  report_at(in, at, compiled.error().param, compiled.error().message);
  return std::nullopt;
}

std::optional<schema> read_file(reader& in, const place& at) {
  const auto text = in.open(at);
  if (!text)
    return std::nullopt;
  auto compiled = schema::compile(std::string_view{*text});
  if (compiled)
    return std::move(*compiled);
  in.error(at, shown(at.what) + " does not compile: " + compiled.error().message);
  return std::nullopt;
}

} // namespace

value<schema> json_schema() {
  auto read = [](reader& in, const place& at) -> std::optional<schema> {
    if (at.what.is_mapping())
      return read_inline(in, at);
    if (at.what.is_scalar() && kind_of(at.what) == scalar_kind::text && !at.what.text.empty())
      return read_file(in, at);
    report_wrong(in, at, "the name of a JSON Schema file, or the schema itself");
    return std::nullopt;
  };
  return {read, R"("type":["string","object"])"};
}

} // namespace hedgerow::config
