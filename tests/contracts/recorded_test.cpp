#include "contracts/contract.hpp"
#include "contracts/json.hpp"
#include "tests/support/shared_data.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

using namespace hedgerow;

namespace {

namespace fs = std::filesystem;

json::document parsed(std::string_view text) { return std::move(json::parse(text).value()); }

json::document content(const fs::path& path) {
  std::ifstream in{path, std::ios::binary};
  const std::string text{std::istreambuf_iterator<char>{in}, {}};
  return parsed(text);
}

tool made(std::string_view name, const json::value& parameters) {
  return {.name = std::string{name},
          .description = {},
          .parameters = json::compact(parameters),
          .strict = {}};
}

bool accepted(const prompt& asked, const json::value& call) {
  completion x;
  const auto* arguments = json::find(call, "arguments");
  x.tool_calls.push_back({.id = "1",
                          .name = std::string{json::find_text(call, "name")},
                          .arguments = arguments->IsString()
                                           ? std::string{json::text_of(*arguments)}
                                           : json::compact(*arguments)});
  return judge({}, asked, x).kind == verdict_kind::valid;
}

/// The prompts of one file of the function-calling corpus, by id.
std::map<std::string, prompt> prompts_in(const fs::path& folder) {
  std::map<std::string, prompt> out;
  for (const auto& entry : fs::directory_iterator{folder}) {
    if (entry.path().extension() != ".jsonl" || entry.path().stem() == "derived_invalid_calls")
      continue;
    std::ifstream in{entry.path()};
    for (std::string line; std::getline(in, line);) {
      const auto x = parsed(line);
      auto& asked = out[std::string{json::find_text(x, "id")}];
      for (const auto& offered : json::find(x, "tools")->GetArray()) {
        const auto& function = *json::find(offered, "function");
        asked.tools.push_back(
            made(json::find_text(function, "name"), *json::find(function, "parameters")));
      }
    }
  }
  return out;
}

} // namespace

TEST_CASE("recorded tool calls get the verdict that another validator gave", "[unit]") {
  const auto path = shared_data / "contracts-real" / "tool_calls.json";
  if (is_absent(path))
    return;
  const auto cases = content(path);
  for (const auto& x : cases.GetArray()) {
    if (json::find(x, "valid")->IsNull())
      continue;
    CAPTURE(json::find_text(x, "id"));
    prompt asked;
    for (const auto& offered : json::find(x, "tools")->GetObject())
      asked.tools.push_back(made(json::text_of(offered.name), offered.value));
    CHECK(accepted(asked, *json::find(x, "call")) == json::find(x, "valid")->GetBool());
  }
}

TEST_CASE("recorded structured outputs get the verdict that another validator gave", "[unit]") {
  const auto path = shared_data / "contracts-real" / "structured_outputs.json";
  if (is_absent(path))
    return;
  const auto cases = content(path);
  for (const auto& x : cases.GetArray()) {
    CAPTURE(json::find_text(x, "id"));
    contract c;
    c.format = contract::form::json;
    c.shape = schema::compile(*json::find(x, "schema")).value();
    completion answer;
    answer.text = json::find_text(x, "text");
    CHECK(violations(c, answer).empty() == json::find(x, "valid")->GetBool());
  }
}

TEST_CASE("broken tool calls of a public corpus get the verdict of their label", "[unit]") {
  const auto folder = shared_data / "bfcl";
  if (is_absent(folder))
    return;
  const auto prompts = prompts_in(folder);
  std::ifstream in{folder / "derived_invalid_calls.jsonl"};
  for (std::string line; std::getline(in, line);) {
    const auto x = parsed(line);
    CAPTURE(json::find_text(x, "id"));
    const auto asked = prompts.find(std::string{json::find_text(x, "parent")});
    if (asked == prompts.end()) // The parent was kept aside.
      continue;
    CHECK(accepted(asked->second, *json::find(x, "call"))
          == json::find(x, "valid_by_schema")->GetBool());
  }
}
