#include "contracts/json.hpp"
#include "contracts/json_prefix.hpp"

#include <catch2/catch.hpp>

#include <random>
#include <string>

using namespace hedgerow;

namespace {

/// Whether all of `text` may still become JSON.
bool holds(std::string_view text) {
  json::prefix x;
  for (const auto c : text)
    if (!x.take({&c, 1}))
      return false;
  return true;
}

} // namespace

TEST_CASE("the beginning of JSON may become JSON", "[unit]") {
  const std::string whole =
      R"( {"a":[1,-2.5e+7,0.1E3,0,true,false,null,"x\"\\\/\b\f\n\r\té",[],{}],"b" : {"c":""}} )";
  REQUIRE(json::parse(whole).has_value());
  for (std::size_t n = 0; n <= whole.size(); ++n)
    CHECK(holds(whole.substr(0, n)));
  json::prefix at_once;
  CHECK(at_once.take(whole));
}

TEST_CASE("what can never be JSON is told at once", "[unit]") {
  for (const auto* text :
       {"Sure",       "```json",  "{a",    "{'a'",     "{\"a\",", "{\"a\":,", "[,",  "[1,]",
        "{\"a\":1,}", "{\"a\" 1", "[1 2",  "]",        "{]",      "[}",       "1]",  "01",
        "-x",         "1.",       "1.x",   "1e",       "1ex",     "+1",       ".5",  "tru,",
        "nul]",       "[truex",   "\"\\x", "\"\\u12g", "\"a\nb",  "{} {",     "1 2", "NaN"}) {
    CAPTURE(text);
    // What must still come at the end of a number may come.
    const auto is_open = std::string_view{text} == "1." || std::string_view{text} == "1e";
    CHECK(holds(text) == is_open);
  }
  json::prefix x;
  CHECK_FALSE(x.take("}"));
  CHECK_FALSE(x.take(""));
}

TEST_CASE("random texts are judged as the parser judges them", "[unit]") {
  std::mt19937 random{3};
  const std::string alphabet = R"({}[]:,"\ue 01-.+tfn )";
  int good = 0;
  for (int round = 0; round < 200'000; ++round) {
    std::string text;
    for (auto n = 1 + random() % 7; n > 0; --n)
      text += alphabet[random() % alphabet.size()];
    if (!json::parse(text))
      continue;
    ++good;
    CAPTURE(text);
    CHECK(holds(text));
  }
  CHECK(good > 500);
}
