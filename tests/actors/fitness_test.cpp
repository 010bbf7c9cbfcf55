#include "actors/fitness.hpp"

#include <catch2/catch.hpp>

using namespace hedgerow;

namespace {

void record(fitness& x, int passed, int broken) {
  for (int i = 0; i < passed; ++i)
    x.record(true);
  for (int i = 0; i < broken; ++i)
    x.record(false);
}

} // namespace

TEST_CASE("nothing is concluded from a few answers", "[fitness]") {
  fitness x{{.window = 50, .min_calls = 10, .pass_rate = 0.6}};
  record(x, 0, 9);
  CHECK_FALSE(x.pass_rate());
  CHECK_FALSE(x.is_low());
  record(x, 0, 1);
  CHECK(x.pass_rate() == 0);
  CHECK(x.is_low());
}

TEST_CASE("a route is low below the bar, not at it", "[fitness]") {
  fitness x{{.window = 10, .min_calls = 10, .pass_rate = 0.6}};
  record(x, 6, 4);
  CHECK(x.pass_rate() == 0.6);
  CHECK_FALSE(x.is_low());
  record(x, 0, 1); // The oldest, which had passed, is forgotten.
  CHECK(x.pass_rate() == 0.5);
  CHECK(x.is_low());
}

TEST_CASE("three in a row bring a route back, and its past is forgotten", "[fitness]") {
  fitness x{{.window = 20, .min_calls = 5, .pass_rate = 0.6}};
  record(x, 0, 20);
  record(x, 2, 1);
  CHECK(x.is_low());
  record(x, 2, 0);
  CHECK(x.is_low());
  record(x, 1, 0);
  CHECK_FALSE(x.is_low());
  CHECK_FALSE(x.pass_rate());
  record(x, 4, 0);
  CHECK(x.pass_rate() == 1);
}

TEST_CASE("another policy looks at what is remembered", "[fitness]") {
  fitness x{{.window = 10, .min_calls = 5, .pass_rate = 0.1}};
  record(x, 7, 6); // Remembered: four that passed, six that did not.
  CHECK(x.pass_rate() == 0.4);
  x.reconfigure({.window = 6, .min_calls = 5, .pass_rate = 0.1});
  CHECK(x.pass_rate() == 0);
  x.reconfigure({.window = 12, .min_calls = 5, .pass_rate = 0.1});
  record(x, 6, 0);
  CHECK(x.pass_rate() == 0.5);
}
