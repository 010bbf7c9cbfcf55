#include "contracts/reask.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace hedgerow;

namespace {

prompt asked() {
  prompt out;
  out.messages = {{.from = role::system, .parts = {{.text = "Be brief."}}},
                  {.from = role::user, .parts = {{.text = "Classify."}}}};
  out.tools = {{.name = "find"}};
  out.params.temperature = 0.5;
  return out;
}

std::vector<violation> found(std::string pointer = "/category") {
  return {{.pointer = std::move(pointer),
           .keyword = "enum",
           .message = "\"category\" must be one of \"a\", \"b\"",
           .schema_pointer = {}}};
}

completion calls(std::vector<tool_call> all) {
  completion out;
  out.tool_calls = std::move(all);
  return out;
}

/// The messages after those that were asked, as `role: text` and `role [ids]: text`.
std::vector<std::string> added(const completion& broken) {
  const auto x = reask(asked(), broken, found());
  CHECK(x.params.temperature == 0.5);
  CHECK(x.tools.size() == 1);
  REQUIRE(x.messages.size() > asked().messages.size());
  std::vector<std::string> out;
  for (auto i = asked().messages.size(); i < x.messages.size(); ++i) {
    const auto& said = x.messages[i];
    auto line = std::string{to_string(said.from)};
    for (const auto& call : said.tool_calls)
      line += " [" + call.id + "]";
    if (!said.tool_call_id.empty())
      line += " <" + said.tool_call_id + ">";
    out.push_back(line + ": " + (said.parts.empty() ? "" : said.parts.front().text.substr(0, 26)));
  }
  return out;
}

using lines = std::vector<std::string>;

} // namespace

TEST_CASE("a broken text is quoted, and what is wrong with it is said", "[unit][reask]") {
  const auto x = reask(asked(), {.text = R"({"category":"c"})"}, found());
  REQUIRE(x.messages.size() == 4);
  CHECK(x.messages[2].from == role::assistant);
  CHECK(x.messages[2].parts.at(0).text == R"({"category":"c"})");
  CHECK(x.messages[3].from == role::user);
  CHECK_THAT(x.messages[3].parts.at(0).text,
             Catch::Contains(R"(at /category: "category" must be one of "a", "b")"));
}

TEST_CASE("a model that said nothing is not quoted", "[unit][reask]") {
  CHECK(added({.text = " \n"}) == lines{"user: Your answer does not meet "});
}

TEST_CASE("tool calls go back as calls with an answer each, where a provider takes them",
          "[unit][reask]") {
  CHECK(added(calls({{.id = "1", .name = "find", .arguments = "{}"},
                     {.id = "2", .name = "find", .arguments = R"({"a":1})"}}))
        == lines{"assistant [1] [2]: ", "tool <1>: Not carried out: the answe",
                 "tool <2>: Not carried out: the answe", "user: Your answer does not meet "});
}

TEST_CASE("calls that no provider would take back are quoted as text", "[unit][reask]") {
  const lines as_text{"assistant: (Tool call: ", "user: Your answer does not meet "};
  const auto broken = GENERATE(tool_call{.id = "", .name = "find", .arguments = "{}"},
                               tool_call{.id = "1", .name = "drop", .arguments = "{}"},
                               tool_call{.id = "1", .name = "find", .arguments = "{"},
                               tool_call{.id = "1", .name = "find", .arguments = "[]"},
                               tool_call{.id = "1", .name = "find", .arguments = ""});
  const auto got = added(calls({broken}));
  REQUIRE(got.size() == 2);
  CHECK_THAT(got[0], Catch::StartsWith(as_text[0]));
  CHECK(got[1] == as_text[1]);
  const tool_call twin{.id = "1", .name = "find", .arguments = "{}"};
  CHECK(added(calls({twin, twin})).size() == 2);
}

TEST_CASE("what is quoted is bounded, and cut between characters", "[unit][reask]") {
  std::string text;
  for (int i = 0; i < 40'000; ++i)
    text += "漢";
  auto many = found();
  many.front().message = text;
  many.resize(20, many.front());
  const auto x = reask(asked(), {.text = text}, many);
  CHECK(x.messages[2].parts.at(0).text.size() <= (32u << 10) + 3);
  CHECK(x.messages[3].parts.at(0).text.size() < 5'000);
  CHECK_THAT(x.messages[3].parts.at(0).text, Catch::Contains("and 12 more"));
}

TEST_CASE("the deepest violations come first", "[unit][reask]") {
  auto several = found("");
  several.push_back(
      {.pointer = "/a/0/b", .keyword = "type", .message = "deep", .schema_pointer = {}});
  const auto x = reask(asked(), {.text = "{}"}, several);
  const auto& said = x.messages.back().parts.at(0).text;
  CHECK(said.find("deep") < said.find("must be one of"));
}
