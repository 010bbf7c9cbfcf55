#include "contracts/repair.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <string>
#include <string_view>

using namespace hedgerow;

namespace {

std::string repeated(std::string_view part, std::size_t bytes) {
  std::string out;
  while (out.size() < bytes)
    out += part;
  return out;
}

/// The quickest of some runs, in seconds.
double seconds(std::string_view text, const schema* shape) {
  using clock = std::chrono::steady_clock;
  double best = 1e9;
  for (int i = 0; i < 3; ++i) {
    const auto start = clock::now();
    const auto done = repair(text, shape);
    const auto spent = std::chrono::duration<double>(clock::now() - start).count();
    CHECK((done.has_error() || done->changes.size() <= 64));
    best = std::min(best, spent);
  }
  return best;
}

} // namespace

TEST_CASE("nesting beyond the limit is an error", "[unit]") {
  const auto* part = GENERATE("[", "{", "{\"a\":", "[{", "(", "[(", "{\"a\":{\"b\":[", "[\"a\":");
  CAPTURE(part);
  CHECK(repair(repeated(part, 100'000), nullptr).has_error());
}

TEST_CASE("repair takes time linear in the text, whatever it is made of", "[unit]") {
  const auto* part =
      GENERATE("[\"", "\"", "{\"a\":\"", "\",\"", "\"a\",", "{'a':'b", "[\"a, \"",
               "{\"a\": \"b, c: ", "\"/*", "/*", "[1,", "{\"a\" ", "`", "```", "```{", "``` ",
               "```\n", "```json\n{\"a\":", "{}", "{\"a\":1}\n", "{\"x\"", "[x", "[]", "((", "f(",
               "\\\"", "\\", "\\u", "\xe2\x80\x9c", "\xe2\x80\x9c\xe2\x80\x9d ", "\xff", "...",
               ", ", "\"\"", "\"\"\"", "\"\"a", "{a b: ", "[\"a\":1", "x{", "\"a\" + ", "(1),",
               "{'a', ", "\"x\" //", "a:b,", "{\"a\": \"x\"\n", "\"[", "\"}", "\"]}", "1,234",
               "\"    ", "a    ", "[\"a\"]]", "# ", "{\"a\":1}, \"b\":2");
  CAPTURE(part);
  const auto small = seconds("[" + repeated(part, 20'000), nullptr);
  const auto large = seconds("[" + repeated(part, 160'000), nullptr);
  // Eight times the text; quadratic work would take 64 times as long. Timing is coarse.
  CHECK(large < 24 * small + 0.05);
}

TEST_CASE("coerce gives up on work that has no bound", "[unit]") {
  const auto shape = schema::compile(std::string_view{R"({"anyOf":[
    {"type":"object","properties":{"a":{"$ref":"#"}},"required":["x"]},
    {"type":"object","properties":{"a":{"$ref":"#"}},"required":["y"]},
    {"type":"object","properties":{"a":{"$ref":"#"}},"required":["z"]}]})"});
  REQUIRE(shape.has_value());
  const auto text = repeated("{\"a\":", 5 * 100) + "1" + std::string(100, '}');
  const auto done = repair(text, &*shape);
  REQUIRE(done.has_value());
  CHECK(json::compact(done->value) == text);
}

TEST_CASE("coerce ends where references go in circles", "[unit]") {
  const auto shape = schema::compile(
      std::string_view{R"({"$ref":"#/$defs/a","$defs":{"a":{"anyOf":[{"$ref":"#/$defs/a"}]}}})"});
  CHECK((!shape || repair("1", &*shape).has_value()));
}

TEST_CASE("coerce takes a wide value in linear time", "[unit]") {
  const auto shape = schema::compile(std::string_view{
      R"({"type":"array","items":{"properties":{"n":{"type":"integer"}},"additionalProperties":false}})"});
  REQUIRE(shape.has_value());
  const auto wide = [](std::size_t bytes) {
    return "[" + repeated(R"({"N":"1","m":null},)", bytes) + "{}]";
  };
  const auto small = seconds(wide(20'000), &*shape);
  const auto large = seconds(wide(160'000), &*shape);
  CHECK(large < 24 * small + 0.05);
}

TEST_CASE("an answer of many faults lists at most 64 changes", "[unit]") {
  const auto done = repair("[" + repeated("'a',", 4'000) + "]", nullptr);
  REQUIRE(done.has_value());
  REQUIRE(done->changes.size() == 64);
  CHECK(done->changes.back().message == "and 938 more changes");
}
