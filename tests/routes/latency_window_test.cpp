#include "routes/latency_window.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <random>

using namespace hedgerow;
using namespace std::chrono_literals;

TEST_CASE("a latency window keeps quiet while there are few samples", "[latency_window]") {
  latency_window x;
  const time_point now{};
  CHECK_FALSE(x.quantile(0.5, now, 0));
  for (int i = 0; i < 19; ++i)
    x.record(100ms, now);
  CHECK(x.count(now) == 19);
  CHECK_FALSE(x.quantile(0.5, now));
  x.record(100ms, now);
  CHECK(x.quantile(0.5, now));
}

TEST_CASE("every latency from 1 ms to 120 s is kept within 2 %", "[latency_window]") {
  const time_point now{};
  double worst = 0;
  for (std::int64_t ms = 1; ms <= 120000; ms += 1 + ms / 300) {
    latency_window x;
    x.record(milliseconds{ms}, now);
    const auto kept = x.quantile(0.5, now, 1);
    REQUIRE(kept);
    worst = std::max(worst, std::abs(static_cast<double>(kept->count() - ms)) / ms);
  }
  CHECK(worst <= 0.02);
  CHECK(worst > 0);
}

TEST_CASE("what lies outside counts as the nearer end", "[latency_window]") {
  const time_point now{};
  latency_window x;
  x.record(-5ms, now);
  x.record(0ms, now);
  x.record(2h, now);
  CHECK(x.count(now) == 3);
  CHECK(x.quantile(0, now, 1) == 1ms);
  CHECK(x.quantile(1, now, 1).value() >= 118s);
  CHECK(x.quantile(1, now, 1).value() <= 120s);
}

TEST_CASE("quantiles follow the samples", "[latency_window]") {
  const auto seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random{seed};
  std::lognormal_distribution<> spread{6, 0.8};
  latency_window x;
  std::vector<double> all;
  time_point now{};
  for (int i = 0; i < 5000; ++i) {
    const auto ms = std::max(1.0, std::floor(spread(random)));
    all.push_back(ms);
    x.record(milliseconds{static_cast<std::int64_t>(ms)}, now);
    now += 10ms; // all within the window
  }
  std::ranges::sort(all);
  for (const double q : {0.01, 0.5, 0.95, 0.99}) {
    INFO("q " << q);
    const auto exact = all[static_cast<std::size_t>(std::ceil(q * 5000)) - 1];
    CHECK(static_cast<double>(x.quantile(q, now)->count())
          == Approx(exact).epsilon(0.02).margin(1));
  }
}

TEST_CASE("samples leave after a minute and the newest count at once", "[latency_window]") {
  latency_window x;
  time_point now{};
  for (int i = 0; i < 20; ++i)
    x.record(100ms, now);
  now += 59s;
  CHECK(x.count(now) == 20);
  now += 1s;
  CHECK(x.count(now) == 0);
  CHECK_FALSE(x.quantile(0.5, now));
  for (int i = 0; i < 20; ++i)
    x.record(900ms, now);
  CHECK(x.quantile(0.5, now).value() > 880ms);
}

TEST_CASE("more calls than a counter holds leave the quantiles as they are", "[latency_window]") {
  latency_window x;
  const time_point now{};
  for (int i = 0; i < 100000; ++i) {
    x.record(10ms, now);
    if (i % 10 == 0)
      x.record(1000ms, now);
  }
  CHECK(x.count(now) > 0);
  CHECK(x.quantile(0.5, now) == 10ms);
  CHECK(x.quantile(0.88, now) == 10ms);
  CHECK(x.quantile(0.95, now).value() > 980ms);
}

TEST_CASE("a counter that is full halves the others, too", "[latency_window]") {
  latency_window x;
  const time_point now{};
  for (int i = 0; i < 60000; ++i)
    x.record(1000ms, now);
  for (int i = 0; i < 66000; ++i)
    x.record(10ms, now);
  CHECK(x.quantile(0.45, now) == 10ms);
  CHECK(x.quantile(0.6, now).value() > 980ms);
}
