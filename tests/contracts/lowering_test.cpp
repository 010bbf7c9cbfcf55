#include "tests/contracts/lowering_world.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace hedgerow;

namespace {

using enum schema_dialect;

/// What `a` becomes.
std::string sent_a(schema_dialect to, std::string_view shape) {
  const auto x = lowered_to(to, with_a(shape));
  return x ? json::compact(*json::at(json::parse(x->schema).value(), "/properties/a"))
           : x.error().message;
}

std::string joined(const std::vector<std::string>& list) {
  std::string out;
  for (const auto& x : list)
    out += (out.empty() ? "" : " ") + x;
  return out;
}

constexpr auto not_three = R"({"type":"integer",)"
                           R"("description":"Must also satisfy the JSON Schema )"
                           R"({\"not\":{\"const\":3}}."})";
constexpr auto true_in_words = R"({"type":"boolean",)"
                               R"("description":"Must also satisfy the JSON Schema )"
                               R"({\"const\":true}."})";

constexpr auto person = R"({
  "type": "object",
  "properties": {
    "name": {"type": "string", "description": "As in the passport", "minLength": 1},
    "age": {"type": "integer", "minimum": 0}
  },
  "required": ["name"]
})";

constexpr auto tree = R"({
  "$ref": "#/definitions/Node",
  "definitions": {
    "Node": {
      "type": "object",
      "properties": {
        "label": {"type": "string"},
        "next": {"$ref": "#/definitions/Node"}
      },
      "required": ["label"]
    }
  }
})";

} // namespace

TEST_CASE("each dialect gets an object in its own words", "[unit]") {
  struct row {
    schema_dialect to;
    const char* schema;
    const char* dropped;
  };
  const auto [to, schema, dropped] = GENERATE(
      row{openai_strict,
          R"({"type":"object","properties":{)"
          R"("name":{"type":"string","description":"As in the passport At least 1 characters."},)"
          R"("age":{"anyOf":[{"type":"integer","minimum":0},{"type":"null"}]}},)"
          R"("required":["name","age"],"additionalProperties":false})",
          "/properties/name/minLength"},
      row{openai_lax,
          R"({"type":"object","properties":{)"
          R"("name":{"type":"string","description":"As in the passport","minLength":1},)"
          R"("age":{"type":"integer","minimum":0}},"required":["name"]})",
          ""},
      row{anthropic,
          R"({"type":"object","properties":{)"
          R"("name":{"type":"string","description":"As in the passport At least 1 characters."},)"
          R"("age":{"type":"integer","description":"At least 0."}},)"
          R"("required":["name"],"additionalProperties":false})",
          "/properties/age/minimum /properties/name/minLength"},
      row{gemini_json_schema,
          R"({"type":"object","properties":{)"
          R"("name":{"type":"string","description":"As in the passport At least 1 characters."},)"
          R"("age":{"type":"integer","minimum":0}},"required":["name"]})",
          "/properties/name/minLength"},
      row{gemini_openapi,
          R"({"type":"object","properties":{)"
          R"("name":{"type":"string","minLength":1,"description":"As in the passport"},)"
          R"("age":{"type":"integer","minimum":0}},"required":["name"]})",
          ""});
  const auto x = lowered_to(to, person).value();
  CAPTURE(to_string(to));
  CHECK(x.schema == schema);
  CHECK(joined(x.dropped) == dropped);
  CHECK(x.exact() == (std::string_view{dropped}.empty()));
  const bool closes = to == openai_strict || to == anthropic;
  CHECK(x.narrowed == (closes ? std::vector<std::string>{""} : std::vector<std::string>{}));
  CHECK(x.object);
}

TEST_CASE("a limit that a dialect lacks is told in the description", "[unit]") {
  struct row {
    const char* shape;
    const char* openai;
    const char* anthropic_;
    const char* gemini;
    const char* openapi;
  };
  const auto [shape, in_openai, in_anthropic, in_gemini, in_openapi] = GENERATE(
      row{R"({"type":"string","pattern":"^a"})", R"({"type":"string","pattern":"^a"})",
          R"({"type":"string","description":"Must match the regular expression \"^a\"."})",
          R"({"type":"string","description":"Must match the regular expression \"^a\"."})",
          R"({"type":"string","pattern":"^a"})"},
      row{R"({"type":"string","format":"uri"})",
          R"({"type":"string","description":"Must have the format \"uri\"."})",
          R"({"type":"string","format":"uri"})", R"({"type":"string","format":"uri"})",
          R"({"type":"string","description":"Must have the format \"uri\"."})"},
      row{R"({"type":"number","exclusiveMinimum":0,"multipleOf":0.5})",
          R"({"type":"number","exclusiveMinimum":0,"multipleOf":0.5})",
          R"({"type":"number","description":"Greater than 0. A multiple of 0.5."})",
          R"({"type":"number","description":"Greater than 0. A multiple of 0.5."})",
          R"({"type":"number","description":"Greater than 0. A multiple of 0.5."})"},
      row{R"({"type":"array","items":{"type":"string"},"minItems":1,"maxItems":9})",
          R"({"type":"array","items":{"type":"string"},"minItems":1,"maxItems":9})",
          R"({"type":"array","items":{"type":"string"},"minItems":1,)"
          R"("description":"At most 9 items."})",
          R"({"type":"array","items":{"type":"string"},"minItems":1,"maxItems":9})",
          R"({"type":"array","items":{"type":"string"},"minItems":1,"maxItems":9})"},
      row{R"({"type":"string","default":"x"})",
          R"({"type":"string","description":"Default: \"x\"."})",
          R"({"type":"string","description":"Default: \"x\"."})",
          R"({"type":"string","description":"Default: \"x\"."})",
          R"({"type":"string","description":"Default: \"x\"."})"},
      row{R"({"type":"integer","not":{"const":3}})", not_three, not_three, not_three, not_three});
  CHECK(sent_a(openai_strict, shape) == in_openai);
  CHECK(sent_a(anthropic, shape) == in_anthropic);
  CHECK(sent_a(gemini_json_schema, shape) == in_gemini);
  CHECK(sent_a(gemini_openapi, shape) == in_openapi);
}

TEST_CASE("Anthropic takes a least number of items of 0 or 1 only", "[unit]") {
  CHECK(sent_a(anthropic, R"({"type":"array","items":{"type":"null"},"minItems":2})")
        == R"({"type":"array","items":{"type":"null"},"description":"At least 2 items."})");
}

TEST_CASE("a pattern that no linear engine takes is told in words", "[unit]") {
  for (const auto* pattern : {R"((?=a)b)", R"((?<!a)b)", R"((a)\\1)"}) {
    const auto x = lowered_to(openai_strict, with_a(R"({"type":"string","pattern":")"
                                                    + std::string{pattern} + "\"}"))
                       .value();
    CHECK(joined(x.dropped) == "/properties/a/pattern");
  }
  CHECK(sent_a(openai_strict, R"({"type":"string","pattern":"\\\\1"})")
        == R"({"type":"string","pattern":"\\\\1"})");
}

TEST_CASE("conditions go as words", "[unit]") {
  const auto x = lowered_to(openai_strict, R"({
    "type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}},
    "if":{"required":["a"]},"then":{"required":["b"]},
    "dependentRequired":{"a":["b"]}})")
                     .value();
  CHECK(joined(x.dropped) == "/dependentRequired /if");
  const auto description =
      std::string{json::find_text(json::parse(x.schema).value(), "description")};
  CHECK(
      description
      == R"(Must also satisfy the JSON Schema {"if":{"required":["a"]},"then":{"required":["b"]}}.)"
         R"( Must also satisfy the JSON Schema {"dependentRequired":{"a":["b"]}}.)");
}

TEST_CASE("a value too long for a sentence is dropped without one", "[unit]") {
  const auto x = lowered_to(anthropic, with_a(R"({"type":"string","pattern":")"
                                              + std::string(300, 'x') + "\"}"))
                     .value();
  CHECK(joined(x.dropped) == "/properties/a/pattern");
  CHECK(x.schema == with_a(R"({"type":"string"})"));
}

TEST_CASE("several types, enums and constants become alternatives of one type", "[unit]") {
  struct row {
    const char* shape;
    const char* openai;
    const char* gemini;
    const char* openapi;
  };
  const auto [shape, in_openai, in_gemini, in_openapi] = GENERATE(
      row{R"({"type":["string","null"]})", R"({"anyOf":[{"type":"string"},{"type":"null"}]})",
          R"({"anyOf":[{"type":"string"},{"type":"null"}]})",
          R"({"type":"string","nullable":true})"},
      row{R"({"type":["string","integer","null"]})",
          R"({"anyOf":[{"type":"string"},{"type":"integer"},{"type":"null"}]})",
          R"({"anyOf":[{"type":"string"},{"type":"integer"},{"type":"null"}]})",
          R"({"anyOf":[{"type":"string"},{"type":"integer"}],"nullable":true})"},
      row{R"({"type":["integer","number"]})", R"({"type":"number"})", R"({"type":"number"})",
          R"({"type":"number"})"},
      row{R"({"const":"x"})", R"({"type":"string","enum":["x"]})",
          R"({"type":"string","enum":["x"]})", R"({"type":"string","enum":["x"]})"},
      row{R"({"enum":["x",1,1.0,null,true,false]})",
          R"({"anyOf":[{"type":"string","enum":["x"]},{"type":"integer","enum":[1]},)"
          R"({"type":"boolean"},{"type":"null"}]})",
          R"({"anyOf":[{"type":"string","enum":["x"]},{"type":"integer","enum":[1]},)"
          R"({"type":"boolean"},{"type":"null"}]})",
          R"({"anyOf":[{"type":"string","enum":["x"]},{"type":"integer"},{"type":"boolean"}],)"
          R"("description":"One of [\"x\",1,1.0,null,true,false].","nullable":true})"},
      row{R"({"type":"integer","enum":["x",1,2.5]})", R"({"type":"integer","enum":[1]})",
          R"({"type":"integer","enum":[1]})",
          R"({"type":"integer","description":"One of [\"x\",1,2.5]."})"},
      row{R"({"type":"boolean","const":true})", R"({"type":"boolean","enum":[true]})",
          true_in_words, true_in_words});
  CHECK(sent_a(openai_strict, shape) == in_openai);
  CHECK(sent_a(anthropic, shape) == in_openai);
  CHECK(sent_a(gemini_json_schema, shape) == in_gemini);
  CHECK(sent_a(gemini_openapi, shape) == in_openapi);
}

TEST_CASE("a list of objects cannot be said where every object is closed", "[unit]") {
  CHECK(sent_a(openai_strict, R"({"enum":[{"x":1}]})")
        == "the schema cannot be sent: it is an object with members of any name");
  CHECK(sent_a(gemini_json_schema, R"({"enum":[{"x":1}]})")
        == R"({"type":"object","description":"One of [{\"x\":1}]."})");
}

TEST_CASE("what one type must satisfy together is merged", "[unit]") {
  const auto* both = R"({"allOf":[
    {"type":"object","properties":{"a":{"type":"string","maxLength":9}},"required":["a"]},
    {"$ref":"#/$defs/B"}],
    "$defs":{"B":{"properties":{"a":{"maxLength":5},"b":{"type":"null"}},"required":["b"]}}})";
  CHECK(sent(openai_strict, both)
        == R"({"type":"object","properties":{)"
           R"("a":{"type":"string","description":"At most 5 characters."},)"
           R"("b":{"type":"null"}},"required":["a","b"],"additionalProperties":false})");
  CHECK(sent(gemini_openapi, both)
        == R"({"type":"object","properties":{"a":{"type":"string","maxLength":5},)"
           R"("b":{"type":"null"}},"required":["a","b"]})");
  CHECK(lowered_to(gemini_openapi, both)->exact());
}

TEST_CASE("a member that another schema forbids is left out", "[unit]") {
  CHECK(sent(openai_strict, R"({"allOf":[
          {"type":"object","properties":{"a":{"type":"null"}},"additionalProperties":false},
          {"properties":{"b":{"type":"null"}}}]})")
        == R"({"type":"object","properties":{"a":{"type":"null"}},"required":["a"],)"
           R"("additionalProperties":false})");
}

TEST_CASE("a tuple ends before an item that cannot be", "[unit]") {
  const auto* shape = R"({"type":"array","items":{"type":"string"},
                          "allOf":[{"prefixItems":[{"maxLength":2},{"type":"null"}]}]})";
  CHECK(
      sent_a(gemini_json_schema, shape)
      == R"({"type":"array","prefixItems":[{"type":"string","description":"At most 2 characters."}],)"
         R"("items":false})");
  CHECK(sent_a(gemini_openapi, R"({"type":"array","items":{"type":"string"},
                                   "allOf":[{"prefixItems":[{"type":"null"}]}]})")
        == "the schema cannot be sent: it is an array that must be empty");
}

TEST_CASE("unevaluatedProperties closes an object where all is seen that names members", "[unit]") {
  struct row {
    const char* shape;
    bool closes;
    const char* dropped;
  };
  const auto [shape, closes, dropped] =
      GENERATE(row{R"({"type":"object","allOf":[{"properties":{"x":{"type":"null"}}}],
              "unevaluatedProperties":false})",
                   true, ""},
               row{R"({"type":"object","allOf":[{"properties":{"x":{"type":"null"}}},
              {"unevaluatedProperties":false}]})",
                   true, "/properties/a/allOf/1/unevaluatedProperties"},
               row{R"({"type":"object","allOf":[{"additionalProperties":true}],
              "unevaluatedProperties":false})",
                   false, "/properties/a/unevaluatedProperties"});
  const auto x = lowered_to(gemini_json_schema, with_a(shape)).value();
  const auto written = json::parse(x.schema).value();
  CHECK((json::at(written, "/properties/a/additionalProperties") != nullptr) == closes);
  CHECK(joined(x.dropped) == dropped);
}

TEST_CASE("where objects stay open, a member that must be absent is told", "[unit]") {
  const auto* shape = R"({"type":"object","properties":{"a":{"type":"null"},"b":false}})";
  const auto x = lowered_to(gemini_json_schema, shape).value();
  CHECK(joined(x.dropped) == "/properties/b");
  CHECK(x.schema
        == R"({"type":"object","properties":{"a":{"type":"null"}},)"
           R"("description":"Without the member \"b\"."})");
  CHECK(lowered_to(anthropic, shape)->exact());
}

TEST_CASE("what stands beside a choice goes into each branch", "[unit]") {
  const auto* shape = R"({"type":"object","description":"D","properties":{"x":{"type":"null"}},
    "required":["x"],
    "anyOf":[{"properties":{"y":{"type":"null"}},"required":["y"]},{"maxProperties":1}]})";
  CHECK(
      sent_a(anthropic, shape)
      == R"({"anyOf":[{"type":"object","properties":{"x":{"type":"null"},"y":{"type":"null"}},)"
         R"("required":["x","y"],"additionalProperties":false},)"
         R"({"type":"object","properties":{"x":{"type":"null"}},"required":["x"],)"
         R"("additionalProperties":false,"description":"At most 1 members."}],"description":"D"})");
}

TEST_CASE("at the root a choice beside an object is told in words", "[unit]") {
  const auto* shape = R"({"type":"object","properties":{"x":{"type":"null"}},
    "anyOf":[{"required":["x"]},{"maxProperties":0}]})";
  for (const auto to : {openai_strict, anthropic, gemini_json_schema, gemini_openapi}) {
    const auto x = lowered_to(to, shape).value();
    CHECK(x.object);
    CHECK(joined(x.dropped) == "/anyOf");
  }
}

TEST_CASE("oneOf becomes anyOf, exactly where the branches exclude each other", "[unit]") {
  struct row {
    const char* shape;
    const char* dropped;
  };
  const auto [shape, dropped] =
      GENERATE(row{R"({"oneOf":[{"type":"string"},{"type":"null"}]})", ""},
               row{R"({"oneOf":[{"type":"string"},{"type":"string","maxLength":3}]})",
                   "/properties/a/oneOf"},
               row{R"({"oneOf":[
            {"type":"object","properties":{"k":{"const":"x"}},"required":["k"]},
            {"type":"object","properties":{"k":{"enum":["y","z"]}},"required":["k"]}]})",
                   ""},
               row{R"({"oneOf":[
            {"type":"object","properties":{"k":{"const":"x"}},"required":["k"]},
            {"type":"object","properties":{"k":{"const":"y"}}}]})",
                   "/properties/a/oneOf"});
  const auto x = lowered_to(gemini_openapi,
                            R"({"type":"object","properties":{"a":)" + std::string{shape} + "}}")
                     .value();
  CHECK(joined(x.dropped).find("oneOf") == (*dropped == 0 ? std::string::npos : 14));
  CHECK(x.schema.find("oneOf") == std::string::npos);
  CHECK(x.schema.find("anyOf") + x.schema.find("nullable") != 2 * std::string::npos);
}

TEST_CASE("references are kept where the dialect has them, and stand alone", "[unit]") {
  const auto* shape = R"({"type":"object","properties":{
    "a":{"$ref":"#/definitions/x y"},
    "b":{"allOf":[{"$ref":"#/definitions/x y"}],"description":"B"}},
    "required":["a","b"],"additionalProperties":false,
    "definitions":{"x y":{"type":"string"},"unused":{"type":"foo"}}})";
  CHECK(sent(openai_strict, shape)
        == R"({"type":"object","properties":{"a":{"$ref":"#/$defs/x_y"},)"
           R"("b":{"anyOf":[{"$ref":"#/$defs/x_y"}],"description":"B"}},"required":["a","b"],)"
           R"("additionalProperties":false,"$defs":{"x_y":{"type":"string"}}})");
  CHECK(sent(gemini_openapi, R"({"type":"object","properties":{"a":{"$ref":"#/$defs/s"}},
                                 "$defs":{"s":{"type":"string"}}})")
        == R"({"type":"object","properties":{"a":{"type":"string"}}})");
}

TEST_CASE("names of definitions stay apart", "[unit]") {
  const auto x = lowered_to(openai_strict, R"({"type":"object","properties":{
    "a":{"$ref":"#/$defs/x"},"b":{"$ref":"#/definitions/x"},"c":{"$ref":"#named"}},
    "$defs":{"x":{"type":"null"},"n":{"$anchor":"named","type":"integer"}},
    "definitions":{"x":{"type":"string"}}})")
                     .value();
  const auto parsed = json::parse(x.schema).value();
  CHECK(json::compact(*json::find(parsed, "$defs"))
        == R"({"x":{"type":"null"},"x_2":{"type":"string"},"n":{"type":"integer"}})");
}

TEST_CASE("recursion goes where the dialect takes it", "[unit]") {
  CHECK(sent(openai_strict, tree)
        == R"({"type":"object","properties":{"label":{"type":"string"},)"
           R"("next":{"anyOf":[{"$ref":"#/$defs/Node"},{"type":"null"}]}},)"
           R"("required":["label","next"],"additionalProperties":false,"$defs":{"Node":)"
           R"({"type":"object","properties":{"label":{"type":"string"},)"
           R"("next":{"anyOf":[{"$ref":"#/$defs/Node"},{"type":"null"}]}},)"
           R"("required":["label","next"],"additionalProperties":false}}})");
  CHECK(sent(gemini_json_schema, tree)
        == R"({"type":"object","properties":{"label":{"type":"string"},)"
           R"("next":{"$ref":"#/$defs/Node"}},"required":["label"],"$defs":{"Node":)"
           R"({"type":"object","properties":{"label":{"type":"string"},)"
           R"("next":{"$ref":"#/$defs/Node"}},"required":["label"]}}})");
  CHECK(sent(anthropic, tree) == "the schema cannot be sent: it refers to itself @");
  CHECK_FALSE(is_sent(gemini_openapi, tree));
  const auto* required = R"({"type":"object","properties":{"next":{"$ref":"#"}},
                            "required":["next"]})";
  CHECK(sent(gemini_json_schema, required) == "the schema cannot be sent: it refers to itself @");
  CHECK(lowered_to(openai_strict, required)->schema.find(R"("$defs":{"root":)")
        != std::string::npos);
}

TEST_CASE("nothing beside a reference counts up to draft 7", "[unit]") {
  const auto shape = [](std::string_view draft) {
    return R"({"$schema":")" + std::string{draft} + R"(","type":"object","properties":{
      "a":{"$ref":"#/definitions/s","maxLength":3}},"required":["a"],
      "definitions":{"s":{"type":"string"}}})";
  };
  CHECK(joined(lowered_to(openai_strict, shape("http://json-schema.org/draft-07/schema#"))->dropped)
            .empty());
  CHECK(
      joined(
          lowered_to(openai_strict, shape("https://json-schema.org/draft/2020-12/schema"))->dropped)
      == "/properties/a/maxLength");
}

TEST_CASE("old spellings come out as the dialect has them", "[unit]") {
  const auto* pair = R"({"type":"array","items":[{"type":"string"},{"type":"null"}],
                         "additionalItems":false})";
  CHECK(sent_a(gemini_json_schema, pair)
        == R"({"type":"array","prefixItems":[{"type":"string"},{"type":"null"}],"items":false})");
  CHECK(sent_a(openai_strict, pair)
        == R"({"type":"array","items":{"anyOf":[{"type":"string"},{"type":"null"}]},)"
           R"("description":"The items, in order, must satisfy the JSON Schemas )"
           R"([{\"type\":\"string\"},{\"type\":\"null\"}]."})");
  CHECK(sent_a(openai_lax, pair)
        == R"({"type":"array","prefixItems":[{"type":"string"},{"type":"null"}],"items":false})");
  const auto* positive = R"({"type":"number","minimum":0,"exclusiveMinimum":true,
                             "maximum":9,"exclusiveMaximum":false})";
  CHECK(sent_a(openai_strict, positive) == R"({"type":"number","maximum":9,"exclusiveMinimum":0})");
  CHECK(sent_a(openai_lax, positive) == R"({"type":"number","exclusiveMinimum":0,"maximum":9})");
  CHECK(sent_a(openai_lax, R"({"dependencies":{"x":["y"],"z":{"required":["x"]}}})")
        == R"({"dependentRequired":{"x":["y"]},"dependentSchemas":{"z":{"required":["x"]}}})");
}

TEST_CASE("a lax target gets an object at the root, and all else as it is", "[unit]") {
  CHECK(sent(openai_lax, R"({"$schema":"http://json-schema.org/draft-07/schema#",
                            "properties":{"a":{"x-own":[1]}},"not":{"required":["a"]}})")
        == R"({"properties":{"a":{"x-own":[1]}},"not":{"required":["a"]},"type":"object"})");
  CHECK(sent(openai_lax, tree)
        == R"({"type":"object","properties":{"label":{"type":"string"},)"
           R"("next":{"$ref":"#/definitions/Node"}},"required":["label"],"definitions":{"Node":)"
           R"({"type":"object","properties":{"label":{"type":"string"},)"
           R"("next":{"$ref":"#/definitions/Node"}},"required":["label"]}}})");
  CHECK(lowered_to(openai_lax, person)->exact());
  CHECK_FALSE(is_sent(openai_lax, R"({"type":"array"})"));
  CHECK_FALSE(is_sent(openai_lax, R"({"$ref":"#"})"));
  CHECK_FALSE(is_sent(openai_lax, "true"));
}
