#include "actors/purse.hpp"

#include <catch2/catch.hpp>

using namespace hedgerow;

TEST_CASE("a purse without limits holds anything", "[purse]") {
  purse x{request_budget{}};
  CHECK_FALSE(x.is_limited());
  CHECK(x.holds({1'000'000'000, 1e6}));
  CHECK_FALSE(x.output_for({100, 1}, 0.1, {}));
}

TEST_CASE("what is set aside is not there for others, until it is settled", "[purse]") {
  purse x{{.cost = 1.0, .tokens = 1000}};
  CHECK(x.holds({1000, 1.0}));
  CHECK_FALSE(x.holds({1001, 0}));
  CHECK_FALSE(x.holds({0, 1.01}));
  x.reserve({600, 0.2});
  CHECK(x.holds({400, 0.8}));
  CHECK_FALSE(x.holds({401, 0.1}));
  x.settle({600, 0.2}, {100, 0.9});
  CHECK(x.holds({900, 0.1}));
  CHECK_FALSE(x.holds({1, 0.2}));
}

TEST_CASE("prices as they are written add up to their sum", "[purse]") {
  purse x{{.cost = 0.3}};
  for (int i = 0; i < 2; ++i) {
    x.reserve({0, 0.1});
    x.settle({0, 0.1}, {0, 0.1});
  }
  CHECK(x.holds({0, 0.1}));
  CHECK_FALSE(x.holds({0, 0.1001}));
}

TEST_CASE("the output that is left is what tokens and money both pay for", "[purse]") {
  purse x{{.cost = 1.0, .tokens = 1000}};
  CHECK(x.output_for({100, 0.1}, 0.01, {}) == 90);
  CHECK(x.output_for({100, 0.1}, 0.0001, {}) == 900);
  CHECK(x.output_for({100, 0.1}, 0.0001, {300, 0.3}) == 600);
  CHECK(x.output_for({100, 0.1}, 0, {}) == 900); // A route without a price.
  CHECK(x.output_for({2000, 0.1}, 0, {}) == 0);
  CHECK(x.output_for({0, 2}, 0.01, {}) == 0);
}
