#include "contracts/repair.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <string_view>

using namespace hedgerow;

namespace {

schema shape_of(std::string_view source) { return std::move(schema::compile(source).value()); }

/// The coerced value as compact JSON.
std::string coerced_by(std::string_view shape, std::string_view text) {
  const auto compiled = shape_of(shape);
  const auto done = repair(text, &compiled, {.syntax = false, .coerce = true});
  REQUIRE(done.has_value());
  return json::compact(done->value);
}

struct row {
  const char* shape;
  const char* text;
  const char* meant;
};

} // namespace

TEST_CASE("coerce brings scalars to the type that the schema wants", "[unit]") {
  const auto [shape, text, meant] = GENERATE(values<row>({
      {R"({"type":"integer"})", R"("42")", "42"},
      {R"({"type":"integer"})", R"(" +42 ")", "42"},
      {R"({"type":"integer"})", R"("007")", "7"},
      {R"({"type":"integer"})", R"("1,234,567")", "1234567"},
      {R"({"type":"integer"})", R"("12345678901234567890123")", "12345678901234567890123"},
      {R"({"type":"number"})", R"("0.1")", "0.1"},
      {R"({"type":"boolean"})", R"("TRUE")", "true"},
      {R"({"type":"boolean"})", R"("no")", "false"},
      {R"({"type":"boolean"})", "1", "true"},
      {R"({"type":"string"})", "12", R"("12")"},
      {R"({"type":"string"})", "200.00", R"("200.00")"},
      {R"({"type":"string"})", "true", R"("true")"},
      {R"({"type":["integer","null"]})", R"("null")", "null"},
      {R"({"const":3})", R"("3")", "3"},
      {R"({"enum":[1,2]})", R"("2")", "2"},
      {R"({"enum":["IN_PROGRESS","DONE"]})", R"("in progress")", R"("IN_PROGRESS")"},
      {R"({"enum":["IN_PROGRESS","DONE"]})", R"("**Done.**")", R"("DONE")"},
      {R"({"enum":["A","B"]})", R"("A - the first of them")", R"("A")"},
      {R"({"enum":["spam","ham"]})", R"("It sells pills.\nAnswer: spam")", R"("spam")"},
  }));
  CAPTURE(shape, text);
  CHECK(coerced_by(shape, text) == meant);
}

TEST_CASE("coerce puts values into arrays and takes them out", "[unit]") {
  const auto [shape, text, meant] = GENERATE(values<row>({
      {R"({"type":"array","items":{"type":"string"}})", R"("a")", R"(["a"])"},
      {R"({"type":"array","items":{"type":"integer"}})", R"("7")", "[7]"},
      {R"({"type":"array"})", R"({"a":1})", R"([{"a":1}])"},
      {R"({"type":"array","items":{"type":"integer"}})", R"("[1, \"2\"]")", "[1,2]"},
      {R"({"type":"object","required":["a"]})", R"("{\"a\": 1}")", R"({"a":1})"},
      {R"({"type":"object","required":["a"]})", R"("{a: 1}")", R"({"a":1})"},
      {R"({"type":"object","required":["a"]})", R"([{"a":1}])", R"({"a":1})"},
      {R"({"type":"object","required":["a"]})", R"({"answer":{"a":1}})", R"({"a":1})"},
      {R"({"prefixItems":[{"type":"integer"}],"items":{"type":"string"}})", R"(["1",2])",
       R"([1,"2"])"},
  }));
  CAPTURE(shape, text);
  CHECK(coerced_by(shape, text) == meant);
}

TEST_CASE("coerce brings the members of an object in order", "[unit]") {
  constexpr auto* shape = R"({"properties":{"orderId":{"type":"integer"},
    "note":{"type":"string"}},"required":["orderId"],"additionalProperties":false})";
  const auto [text, meant] = GENERATE(table<const char*, const char*>({
      {R"({"orderId":1,"mood":"good"})", R"({"orderId":1})"},
      {R"({"order_id":1})", R"({"orderId":1})"},
      {R"({"OrderID":"1","Note":2})", R"({"orderId":1,"note":"2"})"},
      {R"({"orderId":1,"note":null})", R"({"orderId":1})"},
  }));
  CAPTURE(text);
  CHECK(coerced_by(shape, text) == meant);
}

TEST_CASE("coerce goes through references and takes the branch with fewest changes", "[unit]") {
  const auto [shape, text, meant] = GENERATE(values<row>({
      {R"({"$ref":"#/$defs/n","$defs":{"n":{"type":"integer"}}})", R"("1")", "1"},
      {R"({"anyOf":[{"type":"array","items":{"type":"integer"}},{"type":"integer"}]})", R"("1")",
       "1"},
      {R"({"oneOf":[{"properties":{"k":{"const":"a"},"x":{"type":"integer"}},"required":["k"]},
           {"properties":{"k":{"const":"b"},"x":{"type":"string"}},"required":["k"]}]})",
       R"({"k":"b","x":1})", R"({"k":"b","x":"1"})"},
      {R"({"allOf":[{"properties":{"a":{"type":"integer"}}},
           {"properties":{"b":{"type":"integer"}}}]})",
       R"({"a":"1","b":"2"})", R"({"a":1,"b":2})"},
      {R"({"if":{"required":["a"]},"then":{"properties":{"b":{"type":"integer"}}}})",
       R"({"a":1,"b":"2"})", R"({"a":1,"b":2})"},
      {R"({"properties":{"child":{"$ref":"#"},"n":{"type":"integer"}}})",
       R"({"child":{"child":{"n":"1"}}})", R"({"child":{"child":{"n":1}}})"},
      {R"({"patternProperties":{"^n":{"type":"integer"}},"additionalProperties":{"type":"string"}})",
       R"({"n1":"1","s":2})", R"({"n1":1,"s":"2"})"},
  }));
  CAPTURE(shape, text);
  CHECK(coerced_by(shape, text) == meant);
}

TEST_CASE("coerce leaves what it cannot bring in order", "[unit]") {
  const auto [shape, text] = GENERATE(table<const char*, const char*>({
      {R"({"type":"integer"})", R"("many")"},
      {R"({"type":"integer"})", R"("1.5")"},
      {R"({"type":"integer"})", "1.5"},
      {R"({"type":"integer"})", R"("1,23")"},
      {R"({"type":"boolean"})", "2"},
      {R"({"enum":["spam","ham"]})", R"("This is not spam")"},
      {R"({"enum":["spam","ham"]})", R"("spam: no, ham")"},
      {R"({"enum":["5"]})", R"("-5")"},
      {R"({"enum":["A","a"]})", R"(" a")"},
      {R"({"required":["a"]})", R"({"b":1})"},
      {R"({"properties":{"a":{"type":"string"}},"required":["a"]})", R"({"a":null})"},
      {R"({"properties":{"a":{"type":"integer"},"b":{"type":"integer"}}})", R"({"a":"1","b":"x"})"},
      {R"({"properties":{"ab":{},"a_b":{}},"additionalProperties":false,"required":["ab"]})",
       R"({"AB":1})"},
      {R"({"type":"string"})", R"({"a":1,"b":2})"},
      {R"({"minimum":3})", "1"},
  }));
  CAPTURE(shape, text);
  CHECK(coerced_by(shape, text) == text);
}

TEST_CASE("coerce does not touch what is valid", "[unit]") {
  const auto [shape, text] = GENERATE(table<const char*, const char*>({
      {R"({"anyOf":[{"type":"integer"},{"type":"string"}]})", R"("1")"},
      {R"({"properties":{"a":{"type":["string","null"]}}})", R"({"a":null})"},
      {R"({"properties":{"a":{"type":"integer"}}})", R"({"A":"x"})"},
  }));
  const auto compiled = shape_of(shape);
  const auto done = repair(text, &compiled);
  REQUIRE(done.has_value());
  CHECK(json::compact(done->value) == text);
  CHECK(done->changes.empty());
}

TEST_CASE("coerce records each change with its pointer", "[unit]") {
  const auto shape = shape_of(R"({"properties":{"a":{"items":{"type":"integer"}},
    "b":{"enum":["Low","High"]}},"additionalProperties":false})");
  const auto done = repair(R"({"a":[1,"2"],"b":"LOW","c":0})", &shape);
  REQUIRE(done.has_value());
  std::string all;
  for (const auto& x : done->changes)
    all += x.pointer + ' ' + std::string{to_string(x.kind)} + ": " + x.message + '\n';
  CHECK(all
        == "/a/1 coerce: the number was taken out of a string\n"
           "/b coerce: \"LOW\" was written as \"Low\"\n"
           "/c coerce: a member that is not allowed was left out\n");
}

TEST_CASE("a schema decides which of several values is meant", "[unit]") {
  const auto [shape, text, meant] = GENERATE(values<row>({
      {R"({"type":"object","required":["a"]})", "{\"a\": 1}\n{\"b\": 2}", R"({"a":1})"},
      {R"({"type":"array","items":{"required":["a"]}})", "First {\"a\": 1}, then {\"a\": 2}!",
       R"([{"a":1},{"a":2}])"},
      {R"({"type":"object","required":["a"]})", "{\"a\": 1}{\"a\": 2}", R"({"a":2})"},
      {R"({"type":"array","items":{"type":"string"}})", "[a, b] is the output.", R"(["a","b"])"},
      {R"({"enum":["ONE","TWO"]})", "two", R"("TWO")"},
      {R"({"type":"integer"})", "```\n12,111\n```", "12111"},
  }));
  CAPTURE(shape, text);
  const auto compiled = shape_of(shape);
  const auto done = repair(text, &compiled);
  REQUIRE(done.has_value());
  CHECK(json::compact(done->value) == meant);
}
