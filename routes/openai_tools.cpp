#include "routes/openai_tools.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace hedgerow::openai {

namespace {

error wrong(rapidjson::SizeType at, std::string message) {
  return {errc::invalid_request, std::move(message), "[" + std::to_string(at) + "]"};
}

} // namespace

result<std::vector<tool>> read_tools(const json::value& list) {
  if (!list.IsArray())
    return error{errc::invalid_request, "'tools' must be a list.", {}};
  std::vector<tool> out;
  for (rapidjson::SizeType i = 0; i < list.Size(); ++i) {
    const auto* function = json::find(list[i], "function");
    const auto name = function ? json::find_text(*function, "name") : std::string_view{};
    if (json::find_text(list[i], "type") != "function" || name.empty())
      return wrong(i, "A tool must be of type 'function' and have a function with a name.");
    if (std::ranges::find(out, name, &tool::name) != out.end())
      return wrong(i, "Two tools are called '" + std::string{name} + "'.");
    tool one{.name = std::string{name},
             .description = std::string{json::find_text(*function, "description")}};
    const auto* parameters = json::find(*function, "parameters");
    if (parameters && !parameters->IsNull())
      one.parameters = json::compact(*parameters);
    if (const auto* strict = json::find(*function, "strict"); strict && strict->IsBool())
      one.strict = strict->GetBool();
    out.push_back(std::move(one));
  }
  return out;
}

} // namespace hedgerow::openai
