#include "contracts/guard.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace hedgerow;

namespace {

safety_verdict verdict_on(std::string text, finish_reason finish = finish_reason::stop) {
  completion x;
  x.text = std::move(text);
  x.finish = finish;
  return read_guard(x).is;
}

void say(prompt& to, role who, std::string text) {
  message out{.from = who};
  out.parts.push_back({.text = std::move(text)});
  to.messages.push_back(std::move(out));
}

} // namespace

TEST_CASE("only the exact word `safe` lets pass", "[guard]") {
  using enum safety_verdict;
  CHECK(verdict_on("safe") == allow);
  CHECK(verdict_on("\n\nsafe \n") == allow);
  CHECK(verdict_on("unsafe\nS1,S10") == block);
  for (const auto* text :
       {"", "  ", "Safe", "SAFE", "safe.", "safe\nS1", "safe\nor is it", "unsafe",
        "I think that this is safe", "safe unsafe", "yes", "{\"safe\":true}"}) {
    INFO(text);
    CHECK(verdict_on(text) == block);
  }
  CHECK(verdict_on("safe", finish_reason::length) == block);
  CHECK(verdict_on("safe", finish_reason::content_filter) == block);
}

TEST_CASE("the categories are told, and nothing else that a guard says", "[guard]") {
  const auto reason = [](std::string text) {
    completion x;
    x.text = std::move(text);
    return read_guard(x).reason;
  };
  CHECK(reason("unsafe\nS1, S10") == "unsafe: S1, S10");
  CHECK(reason("unsafe") == "unsafe");
  CHECK(reason("unsafe\n<b>what the user said</b>") == "unsafe");
  CHECK(reason("I will not") == "the guard's words are no verdict");
}

TEST_CASE("a latch only rises", "[guard]") {
  using enum safety_verdict;
  const std::vector<safety_verdict> all{allow, unverified, block};
  for (const auto first : all)
    for (const auto second : all) {
      safety_latch x;
      CHECK(x.is_open());
      x.raise(first);
      x.raise(second);
      CHECK(x.now() == std::max(first, second));
      CHECK(x.is_open() == (std::max(first, second) == allow));
    }
}

TEST_CASE("a guard sees what was said, and not the system's part", "[guard]") {
  prompt asked;
  say(asked, role::system, "Be kind.");
  say(asked, role::user, "Look this up.");
  message calls{.from = role::assistant};
  calls.tool_calls.push_back({.id = "1", .name = "search", .arguments = R"({"q":"x"})"});
  asked.messages.push_back(calls);
  say(asked, role::tool, "What was found.");
  asked.tools.push_back({.name = "search"});
  asked.params.max_tokens = 5;

  const auto input = guard_prompt(asked);
  REQUIRE(input.messages.size() == 3);
  CHECK(input.messages[0].from == role::user);
  CHECK(input.messages[1].from == role::assistant);
  CHECK(input.messages[1].parts.at(0).text == R"(search {"q":"x"})");
  CHECK(input.messages[1].tool_calls.empty());
  CHECK(input.messages[2].from == role::user);
  CHECK(input.messages[2].parts.at(0).text == "What was found.");
  CHECK(input.tools.empty());
  CHECK_FALSE(input.params.max_tokens);

  completion answer;
  answer.text = "Found.";
  answer.tool_calls.push_back({.id = "2", .name = "send", .arguments = R"({"to":"y"})"});
  const auto output = guard_prompt(asked, answer);
  REQUIRE(output.messages.size() == 4);
  CHECK(output.messages[3].from == role::assistant);
  CHECK(output.messages[3].parts.at(0).text == "Found.\nsend {\"to\":\"y\"}");
}

TEST_CASE("an image is seen to be one", "[guard]") {
  prompt asked;
  say(asked, role::user, "What is this?");
  CHECK_FALSE(has_image(asked));
  asked.messages[0].parts.push_back({.what = part::kind::image, .text = "data:image/png;base64,"});
  CHECK(has_image(asked));
  CHECK(has_image(guard_prompt(asked)));
}
