#include "routes/limiter.hpp"

#include <catch2/catch.hpp>

#include <random>
#include <vector>

using namespace hedgerow;
using namespace std::chrono_literals;

namespace {

time_point at(milliseconds x) { return time_point{std::chrono::hours{1}} + x; }

/// Starts a call if it may.
bool start(limiter& x, const call_load& load, time_point now) {
  if (x.must_wait(load, now))
    return false;
  x.start(load, now);
  return true;
}

} // namespace

TEST_CASE("without limits nothing waits", "[unit]") {
  limiter x;
  for (int i = 0; i < 1000; ++i)
    CHECK(start(x, {.tokens = 1'000'000}, at(0ms)));
  CHECK(x.under_way() == 1000);
}

TEST_CASE("as many calls as allowed are under way, and a slot comes back at an end", "[unit]") {
  limiter x{{.concurrency = 2}};
  CHECK(start(x, {}, at(0ms)));
  CHECK(start(x, {}, at(0ms)));
  CHECK(x.must_wait({}, at(1ms)) == 0ms);
  x.ended({}, std::nullopt, at(2ms));
  CHECK(start(x, {}, at(2ms)));
}

TEST_CASE("no minute holds more requests than allowed, and the wait that is told is enough",
          "[unit]") {
  limiter x{{.requests_per_minute = 30}};
  std::minstd_rand random{7};
  std::vector<time_point> starts;
  auto now = at(0ms);
  for (int i = 0; i < 2000; ++i) {
    now += milliseconds{random() % 700};
    const auto wait = x.must_wait({}, now);
    if (wait) {
      CHECK(*wait > 0ms);
      CHECK_FALSE(x.must_wait({}, now + *wait));
      continue;
    }
    x.start({}, now);
    x.ended({}, 0, now);
    starts.push_back(now);
  }
  CHECK(starts.size() > 150);
  for (std::size_t i = 30; i < starts.size(); ++i)
    CHECK(starts[i] - starts[i - 30] >= 60s);
}

TEST_CASE("tokens are reserved at the start and settled at the end", "[unit]") {
  limiter x{{.tokens_per_minute = 1000}};
  CHECK(start(x, {.tokens = 900}, at(0ms)));
  CHECK_FALSE(start(x, {.tokens = 200}, at(10ms)));
  x.ended({.tokens = 900}, 100, at(20ms));
  CHECK(start(x, {.tokens = 200}, at(30ms)));
  x.ended({.tokens = 200}, 1500, at(40ms)); // More than foreseen counts, too.
  CHECK_FALSE(start(x, {.tokens = 1}, at(50ms)));
  CHECK(start(x, {.tokens = 1}, at(62s)));
}

TEST_CASE("what is above the limit by itself waits for an empty minute, not for ever", "[unit]") {
  limiter x{{.tokens_per_minute = 1000}};
  CHECK(start(x, {.tokens = 5000}, at(0ms)));
  const auto wait = x.must_wait({.tokens = 5000}, at(1s));
  REQUIRE(wait);
  CHECK(*wait <= 61s);
  CHECK(start(x, {.tokens = 5000}, at(1s) + *wait));
}

TEST_CASE("background gets half of each limit while somebody waits, and all of it otherwise",
          "[unit]") {
  const call_load background{.tokens = 100, .background = true};
  limiter x{{.concurrency = 4, .requests_per_minute = 8, .tokens_per_minute = 10'000}};
  CHECK(start(x, {}, at(0ms)));
  CHECK(start(x, background, at(1ms)));
  CHECK(start(x, background, at(2ms)));
  CHECK_FALSE(start(x, background, at(3ms)));
  CHECK(start(x, {}, at(4ms)));
  for (int i = 0; i < 2; ++i) {
    x.ended({}, 0, at(5ms));
    x.ended(background, 100, at(5ms));
  }
  CHECK(start(x, background, at(6ms)));
  CHECK(start(x, background, at(7ms))); // The fourth in this minute.
  x.ended(background, 100, at(8ms));
  x.ended(background, 100, at(8ms));
  CHECK_FALSE(start(x, background, at(9ms)));
  CHECK(start(x, background, at(11s))); // Nobody has asked for ten seconds.
  CHECK(start(x, background, at(11s)));
  CHECK_FALSE(start(x, background, at(11s))); // The whole limit.
}

TEST_CASE("what a provider says is left is not exceeded, and fills up until its reset", "[unit]") {
  limiter x;
  x.learn({.requests = rate_left{100, 2, 10s}, .tokens = {}}, at(0ms));
  CHECK(start(x, {}, at(1ms)));
  CHECK(start(x, {}, at(1ms)));
  const auto wait = x.must_wait({}, at(1ms));
  REQUIRE(wait);
  CHECK(*wait > 90ms); // 98 come back in 10 s.
  CHECK(*wait < 110ms);
  CHECK(start(x, {}, at(1ms) + *wait));
  x.learn({.requests = rate_left{100, 0, 10s}, .tokens = {}}, at(1s));
  CHECK_FALSE(start(x, {}, at(1s)));
  CHECK(start(x, {}, at(11s)));
}

TEST_CASE("a provider's limit on tokens is held against what a call may need", "[unit]") {
  limiter x;
  x.learn({.requests = {}, .tokens = rate_left{1000, 500, 60s}}, at(0ms));
  CHECK_FALSE(start(x, {.tokens = 600}, at(0ms)));
  CHECK(start(x, {.tokens = 400}, at(0ms)));
  CHECK(start(x, {.tokens = 5000}, at(60s))); // Larger than the limit: at its fullest.
}

TEST_CASE("other limits hold from now on, for what has been as well", "[unit]") {
  limiter x;
  for (int i = 0; i < 5; ++i)
    CHECK(start(x, {}, at(0ms)));
  x.reconfigure({.concurrency = 5});
  CHECK_FALSE(start(x, {}, at(1ms)));
  x.ended({}, 0, at(2ms));
  CHECK(start(x, {}, at(3ms)));
}
