#include "contracts/repair.hpp"

#include <catch2/catch.hpp>

using namespace hedgerow;

TEST_CASE("repair returns valid JSON as it stands", "[unit]") {
  const auto done = repair(R"( {"a": [1, 2.50, "x"]} )", nullptr);
  REQUIRE(done.has_value());
  CHECK(json::compact(done->value) == R"({"a":[1,2.5,"x"]})");
  CHECK(done->changes.empty());
}
