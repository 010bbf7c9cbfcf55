#include "contracts/name_map.hpp"
#include "contracts/schema.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <random>
#include <string>
#include <vector>

using namespace hedgerow;

namespace {

schema compiled(std::string_view text) { return schema::compile(text).value(); }

json::document parsed(std::string_view text) { return std::move(json::parse(text).value()); }

bool is_valid(std::string_view shape, std::string_view instance) {
  return compiled(shape).check(parsed(instance)).empty();
}

/// The keyword of the first violation.
std::string first_keyword(const schema& shape, const json::value& x) {
  const auto found = shape.check(x);
  return found.empty() ? "valid" : found[0].keyword;
}

/// `count` texts made by `item`, as a list.
template <class Item>
std::string listed(int count, Item item) {
  std::string out;
  for (int i = 0; i < count; ++i)
    out += (i == 0 ? "" : ",") + item(i);
  return out;
}

std::string repeated(const std::string& text, int count) {
  std::string out;
  for (int i = 0; i < count; ++i)
    out += text;
  return out;
}

} // namespace

TEST_CASE("references in a circle end in a violation, whatever kind they are", "[unit]") {
  const std::string shape = GENERATE(
      as<std::string>{},
      R"({"$ref":"#/$defs/a","$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}}})",
      R"({"$dynamicAnchor":"x","$dynamicRef":"#x"})",
      R"({"$schema":"https://json-schema.org/draft/2019-09/schema","$recursiveAnchor":true,"$recursiveRef":"#"})",
      R"({"allOf":[{"$ref":"#"}]})", R"({"if":{"$ref":"#"}})",
      R"({"dependentSchemas":{"a":{"$ref":"#"}}})",
      R"({"unevaluatedProperties":false,"anyOf":[{"$ref":"#"},{"$ref":"#"}]})");
  CAPTURE(shape);
  CHECK(first_keyword(compiled(shape), parsed(R"({"a":1})")) == "limit");
}

TEST_CASE("a value as deep as allowed is checked", "[unit]") {
  const auto deep = repeated(R"({"a":[)", 63) + repeated("]}", 63);
  CHECK(is_valid(R"({"properties":{"a":{"items":{"$ref":"#"}}},"unevaluatedProperties":false})",
                 deep));
  CHECK_FALSE(is_valid(R"({"properties":{"a":{"items":{"$ref":"#"}}},"required":["b"]})", deep));
}

TEST_CASE("work is bounded where branches multiply it", "[unit]") {
  const auto level = [](int i) {
    const auto next = R"({"$ref":"#/$defs/)" + std::to_string(i + 1) + "\"}";
    return '"' + std::to_string(i) + R"(":{"unevaluatedProperties":{},"anyOf":[)" + next + ','
           + next + "]}";
  };
  const auto shape = R"({"$ref":"#/$defs/0","$defs":{)" + listed(60, level) + R"(,"60":false}})";
  const auto x = parsed(R"({"a":1})");
  const auto began = std::chrono::steady_clock::now();
  CHECK(first_keyword(compiled(shape), x) == "limit");
  CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds{60});
}

TEST_CASE("a short reference to a long way is not repeated without end", "[unit]") {
  const auto ref = [](int) { return std::string{R"({"$ref":"#a"})"}; };
  const auto name = std::string(1u << 20, 'n');
  const auto by_pointer = schema::compile(std::string_view{
      R"({"$defs":{")" + name + R"(":{"$anchor":"a"}},"allOf":[)" + listed(10'000, ref) + "]}"});
  REQUIRE_FALSE(by_pointer.has_value());
  CHECK_THAT(by_pointer.error().message, Catch::Contains("too large"));
  const auto id = [](int i) { return "{\"$id\":\"" + std::to_string(i) + "\"}"; };
  const auto by_uri = schema::compile(std::string_view{
      R"({"$id":"http://a/)" + name + R"(/","allOf":[)" + listed(10'000, id) + "]}"});
  REQUIRE_FALSE(by_uri.has_value());
  CHECK_THAT(by_uri.error().message, Catch::Contains("too large"));
}

TEST_CASE("large enums are searched, not walked", "[unit]") {
  const auto text = [](int i) { return "\"value" + std::to_string(i) + '"'; };
  const auto shape = compiled(R"({"items":{"enum":[)" + listed(100'000, text) + "]}}");
  CHECK(shape.check(parsed("[" + listed(100'000, text) + "]")).empty());
  CHECK(first_keyword(shape, parsed(R"(["value100000"])")) == "enum");
}

TEST_CASE("names that were made to collide are found all the same", "[unit]") {
  // The same first and last eight bytes and the same length.
  const auto name = [](int i) {
    const auto digits = std::to_string(100'000 + i);
    return "commonstart" + digits + "commonend";
  };
  const auto property = [&](int i) {
    return '"' + name(i) + R"(":{"const":)" + std::to_string(i) + '}';
  };
  const auto shape =
      compiled(R"({"additionalProperties":false,"properties":{)" + listed(20'000, property) + "}}");
  const auto member = [&](int i) { return '"' + name(i) + "\":" + std::to_string(i); };
  CHECK(shape.check(parsed("{" + listed(20'000, member) + "}")).empty());
  CHECK(first_keyword(shape, parsed("{\"" + name(7) + "\":8}")) == "const");
  CHECK(first_keyword(shape, parsed("{\"" + name(20'000) + "\":8}")) == "additionalProperties");
}

TEST_CASE("a map finds every name and no other", "[unit]") {
  const std::vector<std::string_view> names{"",
                                            "a",
                                            "ab",
                                            "ba",
                                            "abc",
                                            "acb",
                                            "abcd",
                                            "abcdefgh",
                                            "abcdefghi",
                                            "type",
                                            "abcdefghijklmnop",
                                            "abcdefghijklmnopq",
                                            "abcdefgh_x_jklmnopq",
                                            "abcdefgh_y_jklmnopq"};
  std::vector<name_map<int>::entry> entries;
  for (const auto name : names)
    entries.push_back({.key = name_key{name}, .value = static_cast<int>(entries.size())});
  const name_map<int> map{entries};
  for (std::size_t i = 0; i < names.size(); ++i) {
    REQUIRE(map.find(names[i]) != nullptr);
    CHECK(map.find(names[i])->value == static_cast<int>(i));
    for (const auto& guess : map.entries())
      CHECK(map.find(names[i], &guess) == map.find(names[i]));
  }
  for (const auto other : {"b", "aa", "cab", "abce", "abcdefgi", "abcdefgh_z_jklmnopq", "Type"})
    CHECK(map.find(other) == nullptr);
  CHECK(name_map<int>{}.find("a") == nullptr);
  const name_map<int> twice{
      {{.key = name_key{"x"}, .value = 1}, {.key = name_key{"x"}, .value = 2}}};
  CHECK(twice.find("x")->value == 1);
}

TEST_CASE("more than 64 names can be required", "[unit]") {
  const auto name = [](int i) { return "\"n" + std::to_string(i) + '"'; };
  const auto member = [&](int i) { return name(i) + ":1"; };
  const auto shape =
      compiled(R"({"properties":{"n0":{"const":1}},"required":[)" + listed(130, name) + "]}");
  CHECK(shape.check(parsed("{" + listed(130, member) + "}")).empty());
  for (const int missing : {0, 63, 64, 129}) {
    const auto but_one = [&](int i) { return member(i == missing ? 0 : i); };
    CAPTURE(missing);
    const auto x =
        parsed("{"
               + (missing == 0 ? "\"m\":1," + listed(129, [&](int i) { return member(i + 1); })
                               : listed(130, but_one))
               + "}");
    const auto found = shape.check(x);
    REQUIRE(found.size() == 1);
    CHECK(found[0].message == "the value must have the member \"n" + std::to_string(missing) + '"');
  }
}

TEST_CASE("a duplicated name does not stand for a missing one", "[unit]") {
  const auto shape = R"({"properties":{"a":{},"b":{}},"required":["a","b"]})";
  CHECK(is_valid(shape, R"({"a":1,"b":1})"));
  CHECK_FALSE(is_valid(shape, R"({"a":1,"a":1})"));
}

TEST_CASE("choosing branches by a member changes no verdict", "[unit]") {
  std::mt19937 random{13};
  const auto pick = [&](int n) { return std::uniform_int_distribution{0, n - 1}(random); };
  const auto branch = [&](int) {
    const std::string kinds[] = {
        R"({"const":"a"})",    R"({"const":"b"})",     R"({"enum":["a","c"]})",  "{}",
        R"({"enum":["b",1]})", R"({"type":"string"})", R"({"$ref":"#/$defs/a"})"};
    std::string out = R"({"properties":{"kind":)" + kinds[pick(7)] + R"(,"x":{"type":")"
                      + (pick(2) == 0 ? "integer" : "string") + "\"}}";
    out += pick(2) == 0 ? R"(,"required":["kind"])" : "";
    out += pick(3) == 0 ? R"(,"type":"object")" : pick(4) == 0 ? R"(,"type":"string")" : "";
    return out + "}";
  };
  const std::string instances[] = {R"({"kind":"a","x":1})",
                                   R"({"kind":"b","x":"s"})",
                                   R"({"kind":"c"})",
                                   R"({"kind":"d","x":1})",
                                   R"({"kind":1})",
                                   R"({"x":1})",
                                   "{}",
                                   "\"a\"",
                                   "1",
                                   R"({"kind":"a","kind":"b"})",
                                   R"({"kind":null,"x":"s"})"};
  for (int round = 0; round < 300; ++round) {
    std::string open;
    std::string hidden;
    for (int i = 0; i < 4; ++i) {
      const auto x = branch(i);
      open += (i == 0 ? "" : ",") + x;
      hidden += (i == 0 ? "" : ",") + (R"({"not":{"not":)" + x + "}}");
    }
    const auto* word = pick(2) == 0 ? "anyOf" : "oneOf";
    const auto shape = [&](const std::string& branches) {
      return std::string{R"({"$defs":{"a":{"const":"a"}},")"} + word + "\":[" + branches + "]}";
    };
    const auto chosen = compiled(shape(open));
    const auto walked = compiled(shape(hidden));
    for (const auto& text : instances) {
      CAPTURE(shape(open), text);
      const auto x = parsed(text);
      CHECK(chosen.check(x).empty() == walked.check(x).empty());
    }
  }
}

TEST_CASE("a broken member of a union is told by the branch it meant", "[unit]") {
  const auto shape = compiled(R"({"anyOf":[
      {"properties":{"type":{"const":"text"},"text":{"type":"string"}},"required":["type","text"]},
      {"properties":{"type":{"const":"image"},"url":{"type":"string"}},"required":["type","url"]}]})");
  const auto found = shape.check(parsed(R"({"type":"image","text":"x"})"));
  REQUIRE(found.size() == 1);
  CHECK(found[0].message
        == "the value must match one of 2 alternatives; the nearest one says: the value must "
           "have the member \"url\"");
}
