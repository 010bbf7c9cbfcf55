#include "actors/task.hpp"

#include "tests/support/deterministic.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <random>
#include <vector>

using namespace hedgerow;
using namespace hedgerow::test;
using namespace std::chrono_literals;

namespace {

constexpr time_point start{1h};

/// Moments in the 10 s up to `now`; what happened exactly 10 s ago is out.
double within(const std::vector<time_point>& moments, time_point now) {
  auto first = std::ranges::upper_bound(moments, now - 10s);
  return static_cast<double>(moments.end() - first);
}

} // namespace

TEST_CASE("one hedge in ten seconds is always allowed", "[task]") {
  hedge_allowance x{0};
  CHECK(x.take(start));
  CHECK_FALSE(x.take(start));
  CHECK_FALSE(x.take(start + 9999ms));
  CHECK(x.take(start + 10100ms));
}

TEST_CASE("more hedges need as many more requests", "[task]") {
  hedge_allowance x{0.05};
  for (int i = 0; i < 100; ++i)
    x.arrived(start + i * 10ms);
  int granted = 0;
  for (int i = 0; i < 20; ++i)
    granted += x.take(start + 1s);
  CHECK(granted == 5);
}

TEST_CASE("the requests of an earlier time give no credit", "[task]") {
  hedge_allowance x{0.5};
  for (int i = 0; i < 1000; ++i)
    x.arrived(start);
  CHECK(x.take(start + 11s));
  CHECK_FALSE(x.take(start + 11s));
}

TEST_CASE("with a share of all, requests are hedged but where an older hedge outlives its request",
          "[task]") {
  hedge_allowance x{1};
  int granted = 0;
  for (int i = 0; i < 100; ++i) {
    x.arrived(start + i * 300ms);
    granted += x.take(start + i * 300ms + 200ms);
  }
  CHECK(granted >= 95);
}

TEST_CASE("whenever a hedge starts, the ten seconds up to it hold the share", "[task][random]") {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random{seed};
    auto uniform = [&](double most) {
      return std::uniform_real_distribution<double>{0, most}(random);
    };
    auto share = uniform(0.5);
    hedge_allowance x{share};
    std::vector<time_point> requests;
    std::vector<time_point> hedges;
    auto now = start + std::chrono::microseconds{static_cast<int>(uniform(1e6))};
    auto pace = uniform(2e5); // Microseconds from event to event; now and then a long pause.
    for (int i = 0; i < 600; ++i) {
      auto step = uniform(1) < 0.01 ? uniform(1.5e7) : uniform(pace);
      now += std::chrono::microseconds{static_cast<int>(step)};
      if (uniform(1) < 0.6) {
        requests.push_back(now);
        x.arrived(now);
      } else if (x.take(now)) {
        hedges.push_back(now);
        REQUIRE(within(hedges, now) <= std::max(1.0, share * within(requests, now)));
      }
    }
    CHECK_FALSE(hedges.empty());
  }
}

TEST_CASE_METHOD(deterministic, "a task counts its requests and grants hedges", "[task]") {
  auto rules = std::make_shared<policy>();
  rules->routes["a"].config.name = "a";
  rules->tasks["t"] = {
      .name = "t", .ladder = {model_rung{"a"}}, .hedge = hedge_policy{.max_extra = 0.5}};
  auto actor = spawn(task_keeper, task_setup{rules, "t", std::make_shared<task_board>(1)});
  auto wish = [&] {
    auto reply = ask<bool>(actor, hedge_wish{});
    run();
    REQUIRE(reply->answer);
    return *reply->answer;
  };
  CHECK(wish());
  CHECK_FALSE(wish());
  for (int i = 0; i < 4; ++i)
    tell(actor, arrival{});
  CHECK(wish());
  CHECK_FALSE(wish());
  advance(11s);
  CHECK(wish());
}
