#include "tests/contracts/lowering_world.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>

using namespace hedgerow;
using enum schema_dialect;

TEST_CASE("what a dialect has no way to say is refused, with the part at fault", "[unit]") {
  struct row {
    schema_dialect to;
    const char* source;
    const char* why;
  };
  const auto [to, source, why] = GENERATE(
      row{openai_strict, R"({"type":"array","items":{"type":"null"}})",
          "it is not a single object @"},
      row{openai_strict, R"({"anyOf":[{"type":"object","properties":{}},{"type":"null"}]})",
          "it is not a single object @"},
      row{anthropic, R"({"type":"object","properties":{"a":{"type":"object"}}})",
          "it is an object with members of any name @/properties/a"},
      row{anthropic, R"({"type":"object","properties":{},"additionalProperties":true})",
          "it is an object with members of any name @"},
      row{openai_strict, R"({"type":"object","properties":{"a":{"type":"object",
            "additionalProperties":{"type":"string"}}}})",
          "it is a map, whose members have no fixed names @/properties/a"},
      row{anthropic, R"({"type":"object","patternProperties":{"^x":{}}})",
          "its members are named by patterns @"},
      row{openai_strict, R"({"type":"object","properties":{"a":{"description":"?"}}})",
          "nothing says of what type it is @/properties/a"},
      row{openai_strict, R"({"type":"object","properties":{},"required":["a"]})",
          "nothing says of what type it is @"},
      row{anthropic, R"({"type":"object","properties":{"a":{"type":"null"}},
            "if":{"required":["a"]},"then":{"properties":{"b":{"type":"null"}}}})",
          "some of its members depend on others @"},
      row{openai_strict, R"({"type":"object","properties":{"a":{"type":"null"}},
            "anyOf":[{"properties":{"b":{"type":"null"}}},{"required":["a"]}]})",
          "it is not a single object @"},
      row{gemini_openapi, R"({"type":"object","required":["a"],"properties":{"a":false}})",
          "no value satisfies it @"},
      row{gemini_openapi, R"({"allOf":[{"type":"string"},{"type":"null"}]})",
          "no value satisfies it @"},
      row{gemini_json_schema, R"({"$ref":"http://example.com/s"})",
          "a reference leads to nothing in the schema @/$ref"},
      row{gemini_json_schema, R"({"$recursiveRef":"#"})",
          "a dynamic reference cannot be sent @/$recursiveRef"},
      row{openai_strict, R"({"type":"object","properties":{"a":{"$ref":"#/$defs/b"}},
            "$defs":{"b":{"$id":"http://example.com/b","type":"null"}}})",
          "a schema with references has an $id below its root @/properties/a/$ref"});
  CAPTURE(source);
  const auto told = sent(to, source);
  CHECK(told.substr(std::min(told.size(), told.find(": ") + 2)) == why);
}

TEST_CASE("OpenAI's and Anthropic's limits on size are kept", "[unit]") {
  const auto members = [](int n, std::string_view shape) {
    std::string out = R"({"type":"object","properties":{)";
    for (int i = 0; i < n; ++i)
      out += (i == 0 ? "\"m" : ",\"m") + std::to_string(i) + "\":" + std::string{shape};
    return out + "}}";
  };
  CHECK(is_sent(openai_strict, members(5000, R"({"type":"null"})")));
  CHECK(sent(openai_strict, members(5001, R"({"type":"null"})"))
        == "the schema cannot be sent: it has 5001 members, and openai_strict takes 5000 @");
  CHECK(is_sent(openai_strict, members(500, R"({"enum":["a","b"]})")));
  CHECK_FALSE(is_sent(openai_strict, members(501, R"({"enum":["a","b"]})")));
  CHECK(is_sent(anthropic, members(24, R"({"type":"null"})")));
  CHECK_FALSE(is_sent(anthropic, members(25, R"({"type":"null"})")));
  CHECK(is_sent(anthropic, members(16, R"({"type":["null","string"]})")));
  CHECK_FALSE(is_sent(anthropic, members(17, R"({"type":["null","string"]})")));
  std::string nested = R"({"type":"null"})";
  for (int i = 0; i < 10; ++i)
    nested = with_a(nested);
  CHECK(is_sent(openai_strict, nested));
  CHECK_FALSE(is_sent(openai_strict, with_a(nested)));
  CHECK(is_sent(anthropic, with_a(nested)));
}

TEST_CASE("a hostile schema is refused in bounded time", "[unit]") {
  std::string bomb = R"({"type":"object","properties":{"a":{"$ref":"#/$defs/d0"}},"$defs":{)";
  for (int i = 0; i < 40; ++i)
    bomb += "\"d" + std::to_string(i) + R"(":{"type":"object","properties":{"l":{"$ref":"#/$defs/d)"
            + std::to_string(i + 1) + R"("},"r":{"$ref":"#/$defs/d)" + std::to_string(i + 1)
            + "\"}}},";
  bomb += R"("d40":{"type":"null"}}})";
  std::string choices = R"({"type":"object","properties":{"a":{"type":"string","allOf":[)";
  for (int i = 0; i < 30; ++i)
    choices += std::string{i == 0 ? "" : ","} + R"({"anyOf":[{"minLength":1},{"pattern":"x"}]})";
  choices += "]}}}";
  std::string deep = R"({"type":"null"})";
  for (int i = 0; i < 60; ++i)
    deep = R"({"type":"array","items":)" + deep + "}";
  const auto in_items = with_a(R"({"type":"array","items":)" + deep + "}");
  std::string loop =
      R"({"type":"object","properties":{"a":{"allOf":[{"$ref":"#/properties/a"}]}}})";
  for (const auto to : dialects) {
    CAPTURE(to_string(to));
    const auto written = to == openai_lax || to == gemini_json_schema;
    CHECK(lowered_to(to, bomb).has_value() == (written || to == openai_strict));
    CHECK(lowered_to(to, choices).has_value());
    CHECK(lowered_to(to, in_items).has_value() == (to != openai_strict));
    CHECK(lowered_to(to, loop).has_value() == (to != openai_strict && to != anthropic));
  }
}

TEST_CASE("what is no schema at all does no harm", "[unit]") {
  for (const auto* source :
       {"null", "[]", "1", R"({"type":7})", R"({"properties":[]})", R"({"required":{}})",
        R"({"anyOf":{}})", R"({"anyOf":[]})", R"({"anyOf":[1,[]]})", R"({"allOf":7,"$ref":9})",
        R"({"properties":{"a":7,"b":[]}})", R"({"type":"object","items":7,"minItems":"x"})",
        R"({"type":"string","minLength":-1,"pattern":{},"format":1})", R"({"enum":7})",
        R"({"enum":[]})", R"({"items":[],"items":{}})", R"({"anyOf":7,"anyOf":[]})",
        R"({"type":"array","items":[]})", R"({"$ref":"#/a%zz"})"}) {
    CAPTURE(source);
    for (const auto to : dialects) {
      const auto x = lowered_to(to, source);
      CHECK((!x || json::parse(x->schema).has_value()));
    }
  }
}
