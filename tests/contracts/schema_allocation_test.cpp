#include "contracts/schema.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <new>
#include <string>

// Counts what this program allocates, for the test below.
namespace {

thread_local std::size_t allocations = 0;

void* counted(std::size_t bytes) {
  ++allocations;
  auto* const out = std::malloc(bytes == 0 ? 1 : bytes);
  if (out == nullptr)
    std::abort(); // Where tests have no memory there is nothing to learn from them.
  return out;
}

} // namespace

void* operator new(std::size_t bytes) { return counted(bytes); }
void* operator new[](std::size_t bytes) { return counted(bytes); }
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept { return counted(bytes); }
void* operator new[](std::size_t bytes, const std::nothrow_t&) noexcept { return counted(bytes); }
void operator delete(void* x) noexcept { std::free(x); }
void operator delete[](void* x) noexcept { std::free(x); }
void operator delete(void* x, std::size_t) noexcept { std::free(x); }
void operator delete[](void* x, std::size_t) noexcept { std::free(x); }

using namespace hedgerow;

TEST_CASE("checking a valid answer allocates nothing", "[unit]") {
  struct row {
    const char* shape;
    const char* instance;
  };
  const auto [shape, instance] = GENERATE(
      row{R"({"type":"object","required":["a","b"],"properties":{"a":{"type":"integer","minimum":1},
              "b":{"enum":["x","y",1,null,{"z":[1]}]}},"additionalProperties":false})",
          R"({"a":5,"b":{"z":[1.0]}})"},
      row{R"({"items":{"multipleOf":0.01,"maximum":1e18},"uniqueItems":true,"maxItems":20})",
          "[0.1,0.2,0.3,0.4,0.5,0.6,0.7,0.8,0.9,1,1.1,9007199254740993]"},
      row{R"({"properties":{"a":{}},"patternProperties":{"^x-":{}},"unevaluatedProperties":false,
              "anyOf":[{"properties":{"b":{"type":"string"}}},{"properties":{"c":{}}}],
              "if":{"required":["a"]},"then":{"properties":{"d":{}}},"dependentSchemas":{"a":true},
              "dependentRequired":{"a":["b"]},"propertyNames":{"maxLength":5},"minProperties":1})",
          R"({"a":1,"b":"two","c":3,"d":4,"x-e":5})"},
      row{R"({"prefixItems":[{"const":1}],"contains":{"type":"string"},"unevaluatedItems":{"type":"null"},
              "minContains":2,"maxContains":3})",
          R"([1,"a",null,"b"])"},
      row{R"({"oneOf":[{"properties":{"type":{"const":"a"},"x":{"type":"integer"}},"required":["type"]},
              {"properties":{"type":{"const":"b"},"x":{"type":"string"}},"required":["type"]}],
              "not":{"required":["y"]}})",
          R"({"type":"b","x":"long enough to be on the heap of a string"})"},
      row{R"({"$dynamicAnchor":"node","properties":{"child":{"$dynamicRef":"#node"}},
              "unevaluatedProperties":false})",
          R"({"child":{"child":{"child":{}}}})"},
      row{R"({"items":{"anyOf":[{"format":"date-time"},{"format":"uuid"},{"format":"uri"},
              {"format":"email"},{"format":"ipv6"},{"type":"string","minLength":9,"maxLength":10}]}})",
          R"(["2024-01-01T00:00:00Z","ééééééééé"])"});
  CAPTURE(shape);
  const auto made = schema::compile(std::string_view{shape}, {.formats = true}).value();
  const auto x = std::move(json::parse(instance).value());
  const auto before = allocations;
  const auto found = made.check(x);
  const auto spent = allocations - before;
  CHECK(found.empty());
  CHECK(spent == 0);
}
