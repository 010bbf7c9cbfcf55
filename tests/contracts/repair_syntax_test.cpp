#include "contracts/repair.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <string_view>

using namespace hedgerow;

namespace {

/// The repaired value as compact JSON, or `refused`.
std::string mended(std::string_view text) {
  const auto done = repair(text, nullptr, {.syntax = true, .coerce = false});
  return done ? json::compact(done->value) : "refused";
}

struct row {
  const char* text;
  const char* meant;
};

} // namespace

TEST_CASE("repair takes JSON out of what is around it", "[unit]") {
  const auto [text, meant] = GENERATE(values<row>({
      {"```json\n{\"a\": 1}\n```", R"({"a":1})"},
      {"```\n[1]", "[1]"},
      {"Sure! Here it is:\n```json\n{\"a\": 1}\n```\nAnything else?", R"({"a":1})"},
      {"The answer is {\"a\": \"}\"}. Good luck!", R"({"a":"}"})"},
      {"\xef\xbb\xbf{\"a\": 1}", R"({"a":1})"},
      {"callback({\"a\": 1});", R"({"a":1})"},
      {"/* first */ {\"a\": 1} // last", R"({"a":1})"},
      {R"({\"a\": \"b \\\"c\\\"\"})", R"({"a":"b \"c\""})"},
      {"{\"a\": 1}}]", R"({"a":1})"},
      {"See [the manual] first.\n{\"a\": 1}", R"({"a":1})"},
      {"{Note: as you asked} {\"a\": 1}", R"({"a":1})"},
  }));
  CAPTURE(text);
  CHECK(mended(text) == meant);
}

TEST_CASE("repair mends the punctuation of JSON", "[unit]") {
  const auto [text, meant] = GENERATE(values<row>({
      {"[1, 2,]", "[1,2]"},
      {"[1,, 2]", "[1,2]"},
      {"{\"a\": 1,}", R"({"a":1})"},
      {"{\"a\": 1 \"b\": 2}", R"({"a":1,"b":2})"},
      {"{\"a\": 1\n\"b\": 2}", R"({"a":1,"b":2})"},
      {"[{\"a\": 1}{\"a\": 2}]", R"([{"a":1},{"a":2}])"},
      {"{\"a\" 1}", R"({"a":1})"},
      {"{\"a\": [1, 2}", R"({"a":[1,2]})"},
      {"[{\"a\": 1]", R"([{"a":1}])"},
      {"[{\"a\": 1}}, {\"a\": 2}]", R"([{"a":1},{"a":2}])"},
      {"{\"a\": 1}, \"b\": 2}", R"({"a":1,"b":2})"},
      {"[\"a\": 1]", R"([{"a":1}])"},
      {"[1, 2, ...]", "[1,2]"},
      {"{\"a\": 1, ...}", R"({"a":1})"},
      {"{\"a\": 1, /* b */ \"c\": 2} # d", R"({"a":1,"c":2})"},
      {"{\"a\":\xc2\xa0"
       "1}",
       R"({"a":1})"},
      {R"([1,\n 2])", "[1,2]"},
      {"(1, 2)", "[1,2]"},
      {"{\"a\": (1, 2)}", R"({"a":[1,2]})"},
  }));
  CAPTURE(text);
  CHECK(mended(text) == meant);
}

TEST_CASE("repair mends strings and names", "[unit]") {
  const auto [text, meant] = GENERATE(values<row>({
      {"{'a': 'b'}", R"({"a":"b"})"},
      {"{\u201c"
       "a\u201d: \u201c"
       "b\u201d}",
       R"({"a":"b"})"},
      {"{a: b c, d: 2}", R"({"a":"b c","d":2})"},
      {"{\"a\": \"say \"hi\" twice\"}", R"({"a":"say \"hi\" twice"})"},
      {"[\"a \"b\" c\", \"d\"]", R"(["a \"b\" c","d"])"},
      {"{\"a\": \"x, \"b\": \"y\"}", R"({"a":"x","b":"y"})"},
      {"{\"a\": \"x\n\"b\": \"y\"}", R"({"a":"x","b":"y"})"},
      {"{\"a\": \"x, b: \"y\"}", R"({"a":"x","b":"y"})"},
      {"{\"a\": x\", \"b\": 1}", R"({"a":"x","b":1})"},
      {"[\"a\nb\tc\"]", R"(["a\nb\tc"])"},
      {R"(["\d+ \'q\'"])", R"(["\\d+ 'q'"])"},
      {R"(["a" + "b"])", R"(["ab"])"},
      {R"({"a": """b "c" d"""})", R"({"a":"b \"c\" d"})"},
      {R"({""a"": ""b""})", R"({"a":"b"})"},
      {R"(["\ud800"])", "[\"\xef\xbf\xbd\"]"},
      {"[\"\xff\"]", "[\"\xef\xbf\xbd\"]"},
  }));
  CAPTURE(text);
  CHECK(mended(text) == meant);
}

TEST_CASE("repair reads the literals and numbers of other languages", "[unit]") {
  const auto [text, meant] = GENERATE(values<row>({
      {"[True, False, None]", "[true,false,null]"},
      {"[undefined, NaN, -Infinity]", "[null,null,null]"},
      {"[TRUE, Null]", "[true,null]"},
      {"[+1, .5, 2., 1_000, 3e]", "[1,0.5,2,1000,3]"},
      {"{\"a\": 1,234, \"b\": -2,000.50}", R"({"a":1234,"b":-2000.5})"},
      {"[007, 1/3, 10-20, 1.2.3]", R"(["007","1/3","10-20","1.2.3"])"},
      {"{\"a\": ObjectId(\"1f\"), \"b\": NumberLong(2)}", R"({"a":"1f","b":2})"},
      {"[12345678901234567890123456789,]", "[12345678901234567890123456789]"},
      {"True", "true"},
  }));
  CAPTURE(text);
  CHECK(mended(text) == meant);
}

TEST_CASE("repair closes what was cut off and leaves out what is not there", "[unit]") {
  const auto [text, meant] = GENERATE(values<row>({
      {"{\"a\": [1, {\"b\": \"c", R"({"a":[1,{"b":"c"}]})"},
      {"{\"a\": 1, \"b\": ", R"({"a":1})"},
      {"{\"a\": 1, \"b", R"({"a":1})"},
      {"{\"a\": \"x\", \"b\"", R"({"a":"x"})"},
      {"{\"a\": 1, \"b\": }", R"({"a":1})"},
      {"[1, -", "[1]"},
      {"[tru", "[true]"},
      {"[\"a\\u00", R"(["a"])"},
      {"[\"a\\", R"(["a"])"},
      {"{\"a\": \"b}", R"({"a":"b"})"},
  }));
  CAPTURE(text);
  CHECK(mended(text) == meant);
}

TEST_CASE("repair has a policy for several values", "[unit]") {
  const auto [text, meant] = GENERATE(values<row>({
      {"{\"a\": 1}\n{\"a\": 2}\n", R"([{"a":1},{"a":2}])"},
      {"{\"a\": 1}, {\"a\": 2}", R"([{"a":1},{"a":2}])"},
      {"{\"a\": 1}{\"a\": 2}", R"({"a":2})"},
      {"[]{\"a\": 1}", R"({"a":1})"},
      {"Given {\"a\": 1} the result is {\"a\": 2}.", R"({"a":2})"},
      {"{'a': 1, 'a': 2}", R"({"a":2})"},
  }));
  CAPTURE(text);
  CHECK(mended(text) == meant);
}

TEST_CASE("repair refuses what is no JSON", "[unit]") {
  const auto* text = GENERATE("", " ", "hello world", "I cannot help with that.", "See [1].", "}",
                              "foo [", "callback {}", "{:2}", "{\"a\",", "\"\\uZ000\"",
                              "As [Smith, 2020] says", "{\"a\": 1, \"b\": 2, [3]}", "\"a\x01\"");
  CAPTURE(text);
  CHECK(mended(text) == "refused");
}

TEST_CASE("syntax leaves valid JSON as it is", "[unit]") {
  const auto* text = GENERATE(R"("{\"a\":1}")", R"({"a":1,"a":2})", R"("True")", "[]", "null");
  const auto done = repair(text, nullptr);
  REQUIRE(done.has_value());
  CHECK(json::compact(done->value) == text);
  CHECK(done->changes.empty());
}

TEST_CASE("repair says what it did and where", "[unit]") {
  const auto done = repair("{\"a\": {b: [1, 'x', True,]}}", nullptr);
  REQUIRE(done.has_value());
  std::string all;
  for (const auto& x : done->changes)
    all += x.pointer + ' ' + std::string{to_string(x.kind)} + ": " + x.message + '\n';
  CHECK(all
        == "/a/b syntax: quotes were put around a name\n"
           "/a/b/1 syntax: the quotes were made straight double quotes\n"
           "/a/b/2 syntax: the literal was written as JSON has it\n"
           "/a/b/2 syntax: a trailing comma was left out\n");
}

TEST_CASE("without the syntax step broken JSON stays broken", "[unit]") {
  const auto done = repair("[1,]", nullptr, {.syntax = false, .coerce = true});
  REQUIRE(done.has_error());
  CHECK(done.error().code == errc::invalid_json);
}
