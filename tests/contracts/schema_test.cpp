#include "contracts/schema.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <string>

using namespace hedgerow;

namespace {

schema compiled(std::string_view text) { return schema::compile(text).value(); }

json::document parsed(std::string_view text) { return std::move(json::parse(text).value()); }

std::vector<violation> broken(std::string_view shape, std::string_view instance) {
  return compiled(shape).check(parsed(instance));
}

/// The first violation as `pointer|keyword|message|schema pointer`.
std::string first(std::string_view shape, std::string_view instance) {
  const auto found = broken(shape, instance);
  if (found.empty())
    return "valid";
  const auto& v = found[0];
  return v.pointer + '|' + v.keyword + '|' + v.message + '|' + v.schema_pointer;
}

error mistake(std::string_view text) {
  auto out = schema::compile(text);
  return out ? error{.code = errc::config_invalid, .message = "it compiled", .param = "none"}
             : out.error();
}

constexpr auto ticket = R"({
  "type": "object",
  "required": ["category", "priority"],
  "additionalProperties": false,
  "properties": {
    "category": {"enum": ["billing", "account", "other"]},
    "priority": {"enum": ["low", "high"]},
    "tags": {"type": "array", "items": {"type": "string", "maxLength": 5}, "uniqueItems": true},
    "confidence": {"type": "number", "minimum": 0, "maximum": 1}
  }
})";

} // namespace

TEST_CASE("a violation is a sentence that a model can act on", "[unit]") {
  struct row {
    const char* instance;
    const char* expected;
  };
  const auto [instance, expected] = GENERATE(
      row{R"({"category":"other","priority":"low"})", "valid"},
      row{R"({"category":"other","priority":"urgent"})",
          R"(/priority|enum|"priority" must be one of "low", "high"|/properties/priority/enum)"},
      row{R"({"category":"other"})",
          R"(|required|the value must have the member "priority"|/required)"},
      row{R"({"category":"other","priority":"low","x":1})",
          R"(/x|additionalProperties|"x" is not allowed|/additionalProperties)"},
      row{"[]", "|type|the value must be an object, not an array|/type"},
      row{R"({"category":"other","priority":"low","tags":["a","toolong"]})",
          R"(/tags/1|maxLength|"tags"[1] must have at most 5 characters, not 7)"
          R"(|/properties/tags/items/maxLength)"},
      row{R"({"category":"other","priority":"low","tags":["a","b","a"]})",
          R"(/tags|uniqueItems|"tags" must have no two equal items, but [0] and [2] are)"
          R"(|/properties/tags/uniqueItems)"},
      row{R"({"category":"other","priority":"low","confidence":1.5})",
          R"(/confidence|maximum|"confidence" must be at most 1|/properties/confidence/maximum)"});
  CHECK(first(ticket, instance) == expected);
}

TEST_CASE("all violations are told, up to the number asked for", "[unit]") {
  const auto shape = compiled(ticket);
  const auto x = parsed(R"({"category":1,"confidence":-1,"tags":[1,2,3],"y":0})");
  const auto all = shape.check(x);
  REQUIRE(all.size() == 7);
  CHECK(all[0].keyword == "required");
  CHECK(all[6].pointer == "/y");
  CHECK(shape.check(x, 2).size() == 2);
  CHECK(shape.check(x, 0).size() == 1);
}

TEST_CASE("every keyword says what would be right", "[unit]") {
  struct row {
    const char* shape;
    const char* instance;
    const char* message;
  };
  const auto [shape, instance, message] = GENERATE(
      row{R"({"type":["string","null"]})", "1", "the value must be null or a string, not a number"},
      row{R"({"type":"integer"})", "1.5", "the value must be an integer, not 1.5"},
      row{R"({"const":{"a":1}})", "1", R"(the value must be {"a":1})"},
      row{R"({"minimum":3})", "2", "the value must be at least 3"},
      row{R"({"exclusiveMinimum":3})", "3", "the value must be greater than 3"},
      row{R"({"exclusiveMaximum":3})", "3", "the value must be less than 3"},
      row{R"({"multipleOf":0.5})", "0.7", "the value must be a multiple of 0.5"},
      row{R"({"minLength":2})", R"("é")", "the value must have at least 2 characters, not 1"},
      row{R"({"pattern":"^a+$"})", R"("b")", "the value must match the pattern ^a+$"},
      row{R"({"minItems":1})", "[]", "the value must have at least 1 item, not 0"},
      row{R"({"maxItems":1})", "[1,2]", "the value must have at most 1 item, not 2"},
      row{R"({"minProperties":1})", "{}", "the value must have at least 1 member, not 0"},
      row{R"({"maxProperties":0})", R"({"a":1})", "the value must have at most 0 members, not 1"},
      row{R"({"propertyNames":{"maxLength":1}})", R"({"ab":1})",
          R"(the member name "ab" must have at most 1 character, not 2)"},
      row{R"({"items":{"type":"string"}})", "[1]", "item [0] must be a string, not a number"},
      row{R"({"prefixItems":[true],"items":false})", "[1,2]", "item [1] is not allowed"},
      row{R"({"contains":{"const":1}})", "[2]",
          R"(the value must have at least 1 item of the kind that "contains" describes, not 0)"},
      row{R"({"contains":{"const":1},"maxContains":1})", "[1,1]",
          R"(the value must have at most 1 item of the kind that "contains" describes)"},
      row{R"({"not":{"type":"null"}})", "null",
          R"(the value must not be what the schema under "not" describes)"},
      row{R"({"if":{"type":"string"},"then":{"minLength":3}})", R"("ab")",
          "the value must have at least 3 characters, not 2"},
      row{R"({"oneOf":[{"minimum":1},{"minimum":2}]})", "3",
          "the value must match exactly one of the alternatives, but matches several"},
      row{R"({"anyOf":[{"type":"null"},{"type":"object","required":["a"]}]})", "{}",
          R"(the value must match one of 2 alternatives; the nearest one says: the value must have )"
          R"(the member "a")"},
      row{R"({"patternProperties":{"^n":{"type":"number"}}})", R"({"n1":"x"})",
          R"("n1" must be a number, not a string)"},
      row{"false", "1", "the value is not allowed"});
  CAPTURE(shape, instance);
  const auto found = broken(shape, instance);
  REQUIRE(found.size() == 1);
  CHECK(found[0].message == message);
}

TEST_CASE("a violation repeats little of the instance", "[unit]") {
  const auto name = std::string(59, 'n') + "é" + std::string(5000, 'n');
  const auto found = broken(R"({"additionalProperties":false})", "{\"" + name + "\":1}");
  REQUIRE(found.size() == 1);
  CHECK(found[0].message == '"' + std::string(59, 'n') + "…\" is not allowed");
  CHECK(found[0].pointer == '/' + std::string(59, 'n') + "…");
  const auto number = broken(R"({"type":"integer"})", "0." + std::string(5000, '1'));
  REQUIRE(number.size() == 1);
  CHECK(number[0].message.size() < 120);
}

TEST_CASE("a long enum is told in part", "[unit]") {
  std::string shape = R"({"enum":[)";
  for (int i = 0; i < 1000; ++i)
    shape += '"' + std::string(100, 'a') + std::to_string(i) + "\",";
  const auto found = broken(shape + "0]}", "1");
  REQUIRE(found.size() == 1);
  CHECK(found[0].message.size() < 600);
}

TEST_CASE("1.0 is an integer and large integers are compared exactly", "[unit]") {
  CHECK(broken(R"({"type":"integer"})", "1.0").empty());
  CHECK(broken(R"({"type":"integer"})", "1e300").empty());
  CHECK(broken(R"({"maximum":9007199254740992})", "9007199254740992").empty());
  CHECK_FALSE(broken(R"({"maximum":9007199254740992})", "9007199254740993").empty());
  CHECK_FALSE(broken(R"({"maximum":18446744073709551614})", "18446744073709551615").empty());
  CHECK_FALSE(broken(R"({"const":9007199254740993})", "9007199254740992").empty());
}

TEST_CASE("both values of a name given twice are checked", "[unit]") {
  CHECK_FALSE(broken(ticket, R"({"category":"other","priority":"low","priority":1})").empty());
  CHECK_FALSE(broken(ticket, R"({"category":"other","priority":1,"priority":"low"})").empty());
}

TEST_CASE("references are local pointers, decoded twice, and may recurse", "[unit]") {
  const auto list =
      R"({"$defs":{"a b/c~d":{"type":"object","properties":{"value":{"type":"integer"},
                       "next":{"$ref":"#/$defs/a%20b~1c~0d"}}}},"$ref":"#/$defs/a%20b~1c~0d"})";
  CHECK(broken(list, R"({"value":1,"next":{"value":2,"next":{}}})").empty());
  CHECK(first(list, R"({"next":{"next":{"value":"x"}}})")
        == R"(/next/next/value|type|"value" must be an integer, not a string)"
           R"(|/$defs/a b~1c~0d/properties/value/type)");
  CHECK(broken(R"({"properties":{"child":{"$ref":"#"}},"additionalProperties":false})",
               R"({"child":{"child":{"x":1}}})")
            .size()
        == 1);
}

TEST_CASE("a long chain of references compiles without recursion", "[unit]") {
  std::string shape = R"({"$ref":"#/$defs/0","$defs":{)";
  for (int i = 0; i < 20'000; ++i)
    shape += '"' + std::to_string(i) + R"(":{"items":{"$ref":"#/$defs/)" + std::to_string(i + 1)
             + "\"}},";
  shape += R"("20000":false}})";
  CHECK(broken(shape, "[]").empty());
  CHECK(broken(shape, "[[[1]]]").empty());
}

TEST_CASE("a schema that costs too much is refused at once", "[unit]") {
  const std::string name(1u << 20, 'n');
  std::string pointers = "{\"properties\":{\"" + name + "\":{\"anyOf\":[";
  for (int i = 0; i < 50'000; ++i)
    pointers += "{},";
  CHECK_THAT(mistake(pointers + "{}]}}}").message, Catch::Contains("too large"));
  std::string nodes = R"({"anyOf":[)";
  for (int i = 0; i < 100'000; ++i)
    nodes += "{},";
  CHECK_THAT(mistake(nodes + "{}]}").message, Catch::Contains("too large"));
  std::string patterns = R"({"patternProperties":{)";
  for (int i = 0; i < 300; ++i)
    patterns += "\"" + std::to_string(i) + R"((a{1,900}){1,1}":true,)";
  CHECK_THAT(mistake(patterns + R"("x":true}})").message, Catch::Contains("patterns"));
}

TEST_CASE("up to draft 7 nothing counts beside a reference", "[unit]") {
  const std::string rest = R"("$defs":{"any":true},"properties":{"x":{"$ref":"#/$defs/any",
                           "type":"string"}}})";
  CHECK(broken(R"({"$schema":"http://json-schema.org/draft-07/schema#",)" + rest, R"({"x":1})")
            .empty());
  CHECK(broken("{" + rest, R"({"x":1})").size() == 1);
}

TEST_CASE("a schema that refers to itself in place is a violation, not a crash", "[unit]") {
  CHECK(first(R"({"$ref":"#"})", "1")
        == "|limit|the value or its schema is nested too deeply to be checked|");
  CHECK(first(R"({"not":{"$ref":"#"}})", "1").find("|limit|") == 0);
  CHECK(first(R"({"anyOf":[{"$ref":"#"},{"$ref":"#"}]})", "1").find("|limit|") == 0);
}

TEST_CASE("work is bounded however a schema multiplies it", "[unit]") {
  std::string shape = R"({"$ref":"#/$defs/0","$defs":{)";
  for (int i = 0; i < 60; ++i) {
    const auto next = R"({"$ref":"#/$defs/)" + std::to_string(i + 1) + "\"}";
    shape += '"' + std::to_string(i) + R"(":{"allOf":[)" + next + ',' + next + "]},";
  }
  shape += R"("60":{"type":"string"}}})";
  CHECK(first(shape, "\"x\"") == "|limit|the value takes too much work to be checked|");
}

TEST_CASE("a large valid answer stays within the bound of work", "[unit]") {
  std::string x = "[";
  for (int i = 0; i < 300'000; ++i)
    x += R"({"a":1},)";
  x += "{}]";
  const auto shape = compiled(
      R"({"items":{"type":"object","properties":{"a":{"anyOf":[{"type":"null"},{"minimum":0}]}}}})");
  CHECK(shape.check(parsed(x)).empty());
}

TEST_CASE("a mistake in a schema is told with its pointer", "[unit]") {
  struct row {
    const char* shape;
    const char* pointer;
    const char* words;
  };
  const auto [shape, pointer, words] =
      GENERATE(row{R"({"properties":{"a/b":{"type":"strin"}}})", "/properties/a~1b/type",
                   "must be null, boolean"},
               row{R"({"type":[]})", "/type", "must be null, boolean"},
               row{R"({"type":["string",1]})", "/type", "must be null, boolean"},
               row{R"({"required":"a"})", "/required", "array of names"},
               row{R"({"required":[1]})", "/required", "array of names"},
               row{R"({"minLength":-1})", "/minLength", "integer of at least 0"},
               row{R"({"maxItems":1.5})", "/maxItems", "integer of at least 0"},
               row{R"({"minimum":"1"})", "/minimum", "must be a number"},
               row{R"({"exclusiveMinimum":true})", "/exclusiveMinimum", "draft 4"},
               row{R"({"$anchor":"a","$ref":"#b"})", "/$ref", "no anchor b"},
               row{R"({"$ref":"other.json#/a"})", "/$ref", "not among the documents"},
               row{R"({"dependentRequired":{"a":"b"}})", "/dependentRequired/a", "array of names"},
               row{R"({"$dynamicRef":"#a"})", "/$dynamicRef", "no anchor a"},
               row{R"({"multipleOf":0})", "/multipleOf", "greater than 0"},
               row{R"({"pattern":"(?=a)b"})", "/pattern", "(?=a)b"},
               row{R"({"patternProperties":{"(":true}})", "/patternProperties/(", "cannot be used"},
               row{R"({"enum":1})", "/enum", "must be an array"},
               row{R"({"allOf":[]})", "/allOf", "array of schemas"},
               row{R"({"anyOf":[1]})", "/anyOf/0", "must be a schema"},
               row{R"({"properties":[]})", "/properties", "object of schemas"},
               row{R"({"items":[true],"prefixItems":[true]})", "/items", "beside prefixItems"},
               row{R"({"uniqueItems":1})", "/uniqueItems", "true or false"},
               row{R"({"not":1})", "/not", "must be a schema"}, row{"1", "", "must be a schema"},
               row{R"({"$ref":"#/$defs/a"})", "/$ref", "points to nothing"},
               row{R"({"$ref":"#/~2"})", "/$ref", "points to nothing"},
               row{R"({"$ref":"#%"})", "/$ref", "no URI reference"},
               row{R"({"$ref":1})", "/$ref", "must be a string"},
               row{R"({"$schema":"http://example.org/mine"})", "/$schema", "no draft"});
  CAPTURE(shape);
  const auto found = mistake(shape);
  CHECK(found.code == errc::config_invalid);
  CHECK(found.param == pointer);
  CHECK_THAT(found.message, Catch::Contains(words));
}

TEST_CASE("an unknown keyword is ignored", "[unit]") {
  CHECK(broken(R"({"x-mine":{"type":1},"title":"t","format":"email","default":1,"$id":"http://a/",
                  "$comment":"c","deprecated":true,"contentEncoding":"base64"})",
               "1")
            .empty());
}

TEST_CASE("a schema without $schema is read by the draft that is asked for", "[unit]") {
  struct row {
    draft version;
    const char* shape;
    const char* valid;
    const char* invalid;
  };
  const auto [version, shape, valid, invalid] = GENERATE(
      row{draft::draft4, R"({"minimum":3,"exclusiveMinimum":true})", "4", "3"},
      row{draft::draft4, R"({"const":1,"not":{"id":"#x","type":"null"}})", "2", "null"},
      row{draft::draft6, R"({"const":1,"if":{"const":1},"then":false})", "1", "2"},
      row{draft::draft7, R"({"if":{"const":1},"then":false,"dependentRequired":{"a":["b"]}})",
          R"({"a":1})", "1"},
      row{draft::draft7, R"({"items":[true],"additionalItems":{"type":"null"}})", "[1]", "[1,1]"},
      row{draft::draft2019, R"({"prefixItems":[false],"dependentRequired":{"a":["b"]}})", "[1]",
          R"({"a":1})"},
      row{draft::draft2020, R"({"prefixItems":[false],"$recursiveRef":"#/x"})", "[]", "[1]"});
  CAPTURE(shape);
  const auto made = schema::compile(std::string_view{shape}, {.without_schema = version}).value();
  CHECK(made.check(parsed(valid)).empty());
  CHECK_FALSE(made.check(parsed(invalid)).empty());
}

TEST_CASE("references reach the documents that are given, and nothing else", "[unit]") {
  const schema_documents remotes{
      {"http://example.org/a.json",
       R"({"$defs":{"x":{"type":"string"}},"items":{"$ref":"b.json"}})"},
      {"http://example.org/b.json", R"({"$ref":"a.json#/$defs/x"})"},
      {"http://example.org/broken.json", "{"},
      {"http://example.org/wrong.json", R"({"properties":{"a":{"type":"strin"}}})"}};
  const auto compile = [&](std::string_view shape) {
    return schema::compile(shape, {.remotes = &remotes});
  };
  const auto good = compile(R"({"$ref":"http://example.org/a.json"})").value();
  CHECK(good.check(parsed(R"(["x"])")).empty());
  const auto found = good.check(parsed("[1]"));
  REQUIRE(found.size() == 1);
  CHECK(found[0].schema_pointer == "http://example.org/a.json#/$defs/x/type");
  CHECK_THAT(compile(R"({"$ref":"http://example.org/c.json"})").error().message,
             Catch::Contains("not among the documents given"));
  CHECK_THAT(compile(R"({"$ref":"http://example.org/broken.json"})").error().message,
             Catch::Contains("not valid JSON"));
  CHECK(compile(R"({"$ref":"http://example.org/wrong.json"})").error().param
        == "http://example.org/wrong.json#/properties/a/type");
}

TEST_CASE("the metaschema of every draft is built in and accepts itself", "[unit]") {
  const auto uri =
      GENERATE(as<std::string>{}, "http://json-schema.org/draft-04/schema#",
               "http://json-schema.org/draft-06/schema#", "http://json-schema.org/draft-07/schema#",
               "https://json-schema.org/draft/2019-09/schema",
               "https://json-schema.org/draft/2020-12/schema");
  CAPTURE(uri);
  const auto meta = compiled(R"({"$schema":")" + uri + R"(","$ref":")" + uri + "\"}");
  CHECK(meta.check(parsed(R"({"type":"object","properties":{"a":{"minLength":1}}})")).empty());
  CHECK_FALSE(meta.check(parsed(R"({"type":"objec"})")).empty());
  CHECK_FALSE(meta.check(parsed(R"({"properties":{"a":{"minLength":-1}}})")).empty());
}

TEST_CASE("a vocabulary that is required and unknown is an error", "[unit]") {
  const schema_documents remotes{{"http://example.org/meta", R"({"$vocabulary":{
      "https://json-schema.org/draft/2020-12/vocab/core":true,"http://example.org/mine":true}})"}};
  const auto found = schema::compile(std::string_view{R"({"$schema":"http://example.org/meta"})"},
                                     {.remotes = &remotes});
  REQUIRE_FALSE(found.has_value());
  CHECK(found.error().param == "/$schema");
  CHECK_THAT(found.error().message, Catch::Contains("http://example.org/mine"));
}

TEST_CASE("metaschemas that describe each other in a circle are an error", "[unit]") {
  const schema_documents remotes{{"http://example.org/a", R"({"$schema":"http://example.org/b"})"},
                                 {"http://example.org/b", R"({"$schema":"http://example.org/a"})"}};
  CHECK_THAT(schema::compile(std::string_view{R"({"$schema":"http://example.org/a"})"},
                             {.remotes = &remotes})
                 .error()
                 .message,
             Catch::Contains("too many metaschemas"));
}

TEST_CASE("numbers beyond 64 bits and doubles are compared digit by digit", "[unit]") {
  CHECK(broken(R"({"maximum":18446744073709551617})", "18446744073709551617").empty());
  CHECK(first(R"({"maximum":18446744073709551617})", "18446744073709551618")
        == "|maximum|the value must be at most 18446744073709551617|/maximum");
  CHECK_FALSE(broken(R"({"const":0.10000000000000000001})", "0.1").empty());
  CHECK(broken(R"({"enum":[1.00000000000000000001]})", "1.00000000000000000001").empty());
  CHECK(broken(R"({"multipleOf":0.00000000000000000000001})", "0.30000000000000000000003").empty());
  CHECK(broken(R"({"type":"integer"})", "123456789012345678901234567890").empty());
  CHECK(first(R"({"type":"integer"})", "1.00000000000000000001")
        == "|type|the value must be an integer, not 1.00000000000000000001|/type");
  CHECK(first(R"({"type":"object"})", "123456789012345678901234567890")
        == "|type|the value must be an object, not a number|/type");
}

TEST_CASE("a schema keeps the text it is sent as", "[unit]") {
  CHECK(compiled(" { \"type\" : \"string\" } ").text() == R"({"type":"string"})");
  auto source = std::make_unique<json::document>(parsed(R"({"const":"kept"})"));
  const auto shape = schema::compile(*source).value();
  source.reset();
  CHECK(shape.check(parsed("\"kept\"")).empty());
  CHECK(schema::compile(std::string_view{"{"}).error().code == errc::config_invalid);
}
