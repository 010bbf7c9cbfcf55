#include "routes/output_lengths.hpp"

#include <catch2/catch.hpp>

using namespace hedgerow;

TEST_CASE("the length of most answers is known after some of them, and follows them", "[unit]") {
  output_lengths x;
  for (int i = 1; i < 16; ++i) {
    x.record(i);
    CHECK(x.p95() == 0);
  }
  x.record(16);
  CHECK(x.p95() == 16);
  for (int i = 17; i <= 112; ++i)
    x.record(i);
  CHECK(x.p95() == 107); // The 107th of 112.
  for (int i = 0; i < 128; ++i)
    x.record(5);
  CHECK(x.p95() == 5);
}
