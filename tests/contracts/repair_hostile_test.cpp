#include "contracts/repair.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <ctime>
#include <limits>
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

/// The least processor time of some runs, in seconds; what else the machine does is not in it.
double seconds(std::string_view text, const schema* shape) {
  double best = std::numeric_limits<double>::max();
  for (int i = 0; i < 3; ++i) {
    const auto start = std::clock();
    const auto done = repair(text, shape);
    const auto spent = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    CHECK((done.has_error() || done->changes.size() <= 64));
    best = std::min(best, spent);
  }
  return best;
}

constexpr std::size_t small_bytes = 10'000;
constexpr std::size_t large_bytes = 32 * small_bytes;

/// Linear work takes 32 times as long for the large text, quadratic work 1,024 times.
bool is_linear(double small, double large) { return large < 200 * small + 0.1; }

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
  const auto small = seconds("[" + repeated(part, small_bytes), nullptr);
  const auto large = seconds("[" + repeated(part, large_bytes), nullptr);
  CAPTURE(small, large);
  CHECK(is_linear(small, large));
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
  const auto small = seconds(wide(small_bytes), &*shape);
  const auto large = seconds(wide(large_bytes), &*shape);
  CAPTURE(small, large);
  CHECK(is_linear(small, large));
}

TEST_CASE("an answer of many faults lists at most 64 changes", "[unit]") {
  const auto done = repair("[" + repeated("'a',", 4'000) + "]", nullptr);
  REQUIRE(done.has_value());
  REQUIRE(done->changes.size() == 64);
  CHECK(done->changes.back().message == "and 938 more changes");
}
