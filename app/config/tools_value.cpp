// The tools that a contract allows: in the file or in a file of their own, as OpenAI lists them.

#include "app/config/sections.hpp"
#include "contracts/lowering.hpp"
#include "routes/openai_tools.hpp"

#include <memory>
#include <utility>

namespace hedgerow::config {

namespace {

/// The JSON text at `at`, which is written there or in the file that it names.
std::optional<std::string> json_text(reader& in, const place& at) {
  if (at.what.is_scalar() && kind_of(at.what) == scalar_kind::text && !at.what.text.empty())
    return in.open(at);
  if (!at.what.is_sequence()) {
    report_wrong(in, at, "the name of a JSON file, or a list of tools");
    return std::nullopt;
  }
  auto written = to_json(at.what);
  if (const auto* problem = std::get_if<yaml_problem>(&written)) {
    in.error(at, problem->at, problem->message);
    return std::nullopt;
  }
  return std::get<std::string>(std::move(written));
}

result<std::vector<allowed_tool>> tools_from(const std::string& text) {
  const auto list = json::parse(text);
  if (!list)
    return list.error();
  auto tools = openai::read_tools(*list);
  if (!tools)
    return tools.error();
  std::vector<allowed_tool> out;
  for (auto& one : *tools) {
    allowed_tool next{.what = std::move(one)};
    if (!next.what.parameters.empty()) {
      auto compiled = schema::compile(std::string_view{next.what.parameters});
      if (!compiled)
        return error{errc::config_invalid,
                     "the parameters of '" + next.what.name
                         + "' do not compile: " + compiled.error().message,
                     "[" + std::to_string(out.size()) + "]"};
      next.arguments = std::move(*compiled);
      if (const auto source = json::parse(next.what.parameters))
        next.what.lowered = std::make_shared<const lowered_schemas>(*source);
    }
    out.push_back(std::move(next));
  }
  if (out.empty())
    return error{errc::config_invalid, "lists no tool", {}};
  return out;
}

} // namespace

value<std::vector<allowed_tool>> tool_list() {
  auto read = [](reader& in, const place& at) -> std::optional<std::vector<allowed_tool>> {
    const auto text = json_text(in, at);
    if (!text)
      return std::nullopt;
    auto made = tools_from(*text);
    if (made)
      return std::move(*made);
    const auto& where = made.error().param;
    in.error(at,
             "is no list of tools: " + (where.empty() ? "" : where + ": ") + made.error().message);
    return std::nullopt;
  };
  return {read, R"("type":["string","array"])"};
}

} // namespace hedgerow::config
