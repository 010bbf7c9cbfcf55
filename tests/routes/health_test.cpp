#include "routes/health.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace hedgerow;
using namespace std::chrono_literals;

namespace {

constexpr auto mine = traffic_class::short_whole;
constexpr auto other = traffic_class::long_stream;

struct fixture {
  route_config config{};
  route_health health{config, 42};
  time_point now{};

  admission ask(attempt_kind kind = attempt_kind::primary, traffic_class traffic = mine) {
    return health.admit(traffic, kind, 30s, now);
  }

  std::vector<transition> end(attempt_result how) { return health.ended(how, now); }

  std::vector<transition> fail(failure_class kind,
                               failure_scope scope = failure_scope::traffic_class,
                               std::optional<milliseconds> hint = std::nullopt) {
    const auto got = ask();
    return end({.traffic = mine,
                .as = got.as,
                .failed = kind,
                .scope = scope,
                .elapsed = 50ms,
                .retry_after = hint});
  }

  std::vector<transition> answer(milliseconds elapsed = 100ms, traffic_class traffic = mine) {
    const auto got = ask(attempt_kind::primary, traffic);
    return end({.traffic = traffic, .as = got.as, .elapsed = elapsed});
  }

  std::vector<transition> cancel(milliseconds elapsed) {
    const auto got = ask();
    return end({.traffic = mine, .as = got.as, .cancelled = true, .elapsed = elapsed});
  }

  breaker_state state(traffic_class traffic = mine) { return health.state(traffic, now); }
};

} // namespace

TEST_CASE_METHOD(fixture, "failures of one class open its breaker alone", "[health]") {
  for (int i = 0; i < 4; ++i)
    CHECK(fail(failure_class::transport).empty());
  const auto moved = fail(failure_class::latency);
  REQUIRE(moved.size() == 1);
  CHECK(moved[0].traffic == mine);
  CHECK(moved[0].from == breaker_state::closed);
  CHECK(moved[0].to == breaker_state::open);
  CHECK(moved[0].reason == "consecutive");
  CHECK(state(other) == breaker_state::closed);
  const auto got = ask();
  CHECK(got.as == permit::refused);
  CHECK(got.why == "breaker");
  CHECK(got.retry_in.value_or(0ms) >= 2500ms);
}

TEST_CASE_METHOD(fixture, "a refused connection counts in all classes", "[health]") {
  std::vector<transition> moved;
  for (int i = 0; i < 5; ++i)
    moved = fail(failure_class::transport, failure_scope::route);
  CHECK(moved.size() == traffic_classes);
  CHECK(state(other) == breaker_state::open);
}

TEST_CASE_METHOD(fixture, "auth and quota open all classes at once", "[health]") {
  SECTION("auth for a minute") {
    const auto moved = fail(failure_class::auth, failure_scope::route);
    CHECK(moved.size() == traffic_classes);
    CHECK(moved[0].reason == "auth");
    CHECK(ask().retry_in == 60s);
  }
  SECTION("quota for a quarter of an hour") {
    const auto moved = fail(failure_class::quota, failure_scope::route);
    CHECK(moved.size() == traffic_classes);
    CHECK(moved[0].reason == "quota");
    CHECK(ask().retry_in == 15min);
  }
  SECTION("quota until its hint") {
    fail(failure_class::quota, failure_scope::route, 20min);
    CHECK(ask().retry_in == 20min);
  }
}

TEST_CASE_METHOD(fixture, "the third unlisted 4xx in a row opens the route", "[health]") {
  const auto unlisted = [this] { return fail(failure_class::auth, failure_scope::unlisted); };
  CHECK(unlisted().empty());
  CHECK(unlisted().empty());
  answer();
  CHECK(unlisted().empty());
  CHECK(unlisted().empty());
  const auto moved = unlisted();
  REQUIRE(moved.size() == traffic_classes);
  CHECK(moved[0].reason == "unlisted");
}

TEST_CASE_METHOD(fixture, "what is the caller's or the answer's moves no breaker", "[health]") {
  for (const auto kind : {failure_class::contract, failure_class::capability, failure_class::policy,
                          failure_class::invalid_request}) {
    INFO(to_string(kind));
    for (int i = 0; i < 100; ++i)
      REQUIRE(fail(kind).empty());
    CHECK(state() == breaker_state::closed);
    CHECK(ask().as == permit::passed);
  }
}

TEST_CASE_METHOD(fixture, "an answer that breaks the contract is a good call", "[health]") {
  for (int i = 0; i < 4; ++i)
    fail(failure_class::transport);
  fail(failure_class::contract);
  CHECK(fail(failure_class::transport).empty());
}

TEST_CASE_METHOD(fixture, "policy and the caller's mistakes end no row of failures", "[health]") {
  for (int i = 0; i < 4; ++i)
    fail(failure_class::transport);
  fail(failure_class::policy);
  fail(failure_class::invalid_request);
  fail(failure_class::capability);
  CHECK(fail(failure_class::transport).size() == 1);
}

TEST_CASE_METHOD(fixture, "a rate limit blocks the whole route until its hint", "[health]") {
  fail(failure_class::rate_limit, failure_scope::traffic_class, 7s);
  const auto got = ask(attempt_kind::primary, other);
  CHECK(got.as == permit::refused);
  CHECK(got.why == "limit");
  CHECK(got.retry_in == 7s);
  CHECK(state() == breaker_state::closed);
  now += 7s;
  CHECK(ask().as == permit::passed);
}

TEST_CASE_METHOD(fixture, "a rate limit without a hint doubles from a second to a minute",
                 "[health]") {
  for (const auto wait : {1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s}) {
    fail(failure_class::rate_limit);
    CHECK(ask().retry_in == wait);
    now += wait;
  }
  answer();
  fail(failure_class::rate_limit);
  CHECK(ask().retry_in == 1s);
}

TEST_CASE_METHOD(fixture, "limits of calls already under way do not lengthen a block", "[health]") {
  for (int i = 0; i < 10; ++i)
    end({.traffic = mine, .failed = failure_class::rate_limit, .elapsed = 10ms});
  CHECK(ask().retry_in == 1s);
}

TEST_CASE_METHOD(fixture, "a storm of rate limits without hints counts as failures", "[health]") {
  const auto limited = [this](std::optional<milliseconds> hint) {
    return end({.traffic = mine,
                .failed = failure_class::rate_limit,
                .elapsed = 10ms,
                .retry_after = hint});
  };
  SECTION("without hints") {
    for (int i = 0; i < 23; ++i)
      CHECK(limited(std::nullopt).empty());
    CHECK(limited(std::nullopt).size() == 1); // the fifth from the twentieth on
  }
  SECTION("cancelled calls are none of them") {
    for (int i = 0; i < 100; ++i)
      cancel(10ms);
    std::size_t moved = 0;
    for (int i = 0; i < 24; ++i)
      moved += limited(std::nullopt).size();
    CHECK(moved == 1);
  }
  SECTION("with hints") {
    for (int i = 0; i < 100; ++i)
      CHECK(limited(1s).empty());
  }
  SECTION("half of the calls are no storm") {
    for (int i = 0; i < 100; ++i) {
      answer();
      CHECK(limited(std::nullopt).empty());
    }
  }
}

TEST_CASE_METHOD(fixture, "a disabled route refuses and says so", "[health]") {
  config.enabled = false;
  health.reconfigure(config);
  CHECK(ask().as == permit::refused);
  CHECK(ask().why == "disabled");
  config.enabled = true;
  health.reconfigure(config);
  CHECK(ask().as == permit::passed);
}

TEST_CASE_METHOD(fixture, "a hedge is never a probe", "[health]") {
  for (int i = 0; i < 5; ++i)
    fail(failure_class::transport);
  now += 8s;
  REQUIRE(state() == breaker_state::half_open);
  CHECK(ask(attempt_kind::hedge).why == "breaker");
  CHECK(ask(attempt_kind::fallback).as == permit::probe);
}

TEST_CASE_METHOD(fixture, "three good probes close and the transition says so", "[health]") {
  for (int i = 0; i < 5; ++i)
    fail(failure_class::transport);
  now += 8s;
  CHECK(answer().empty());
  CHECK(answer().empty());
  const auto moved = answer();
  REQUIRE(moved.size() == 1);
  CHECK(moved[0].from == breaker_state::half_open);
  CHECK(moved[0].to == breaker_state::closed);
  CHECK(moved[0].reason == "probes");
}

TEST_CASE_METHOD(fixture, "retries draw on the budget that other calls fill", "[health]") {
  for (int i = 0; i < 10; ++i)
    CHECK(ask(attempt_kind::retry).as == permit::passed);
  CHECK(ask(attempt_kind::retry).why == "retry_budget");
  for (int i = 0; i < 6; ++i)
    ask();
  CHECK(ask(attempt_kind::retry).as == permit::passed);
  CHECK(ask(attempt_kind::retry).why == "retry_budget");
}

TEST_CASE_METHOD(fixture, "a retry that is refused for another reason costs nothing", "[health]") {
  fail(failure_class::rate_limit, failure_scope::traffic_class, 1s);
  const auto before = health.retry_level(now);
  CHECK(ask(attempt_kind::retry).why == "limit");
  CHECK(health.retry_level(now) == before);
}

TEST_CASE_METHOD(fixture, "answers, losers and timeouts tell the latency, fast failures do not",
                 "[health]") {
  for (int i = 0; i < 20; ++i)
    fail(failure_class::policy);
  CHECK_FALSE(health.quantile(mine, 0.5, now));
  for (int i = 0; i < 10; ++i)
    answer(200ms);
  for (int i = 0; i < 10; ++i)
    cancel(2s);
  CHECK(health.quantile(mine, 0.5, now).value() < 210ms);
  CHECK(health.quantile(mine, 0.9, now).value() > 1900ms);
  CHECK_FALSE(health.quantile(other, 0.5, now));
}

TEST_CASE_METHOD(fixture, "no call is slow until the usual p95 is known, then twice it is",
                 "[health]") {
  CHECK_FALSE(health.slow_from(mine));
  for (int i = 0; i < 19; ++i)
    answer(1500ms);
  CHECK_FALSE(health.slow_from(mine));
  answer(1500ms);
  const auto limit = health.slow_from(mine);
  REQUIRE(limit);
  CHECK(limit.value() > 2900ms);
  CHECK(limit.value() < 3100ms);
  CHECK_FALSE(health.slow_from(other));
  for (int i = 0; i < 20; ++i)
    answer(20ms, other);
  CHECK(health.slow_from(other) == 1s);
}

TEST_CASE_METHOD(fixture, "a route that turns slow opens, its losers included", "[health]") {
  for (int i = 0; i < 30; ++i)
    answer(400ms);
  now += 61s;
  std::vector<transition> moved;
  for (int i = 0; i < 20 && moved.empty(); ++i)
    moved = i % 2 == 0 ? answer(4s) : cancel(2s);
  REQUIRE(moved.size() == 1);
  CHECK(moved[0].reason == "slow_rate");
}

TEST_CASE_METHOD(fixture, "a cancelled call that was not slow says nothing", "[health]") {
  config.breaker.slow_call = 1s;
  health.reconfigure(config);
  for (int i = 0; i < 100; ++i)
    REQUIRE(cancel(999ms).empty());
  std::vector<transition> moved;
  for (int i = 0; i < 20; ++i)
    moved = cancel(1s);
  CHECK(moved.size() == 1);
}

TEST_CASE_METHOD(fixture, "the usual p95 follows slowly and not through an outage", "[health]") {
  for (int minute = 0; minute < 30; ++minute, now += 1min)
    for (int i = 0; i < 20; ++i)
      answer(1s);
  const auto before = health.slow_from(mine).value();
  for (int i = 0; i < 19; ++i)
    answer(1900ms);
  now += 1min;
  for (int i = 0; i < 20; ++i)
    answer(1900ms);
  const auto after = health.slow_from(mine).value();
  CHECK(after > before);
  CHECK(after < before + before / 10);
}

TEST_CASE_METHOD(fixture, "what is remembered survives a new configuration", "[health]") {
  for (int i = 0; i < 4; ++i)
    fail(failure_class::transport);
  config.region = "eu";
  health.reconfigure(config);
  CHECK(fail(failure_class::transport).size() == 1);
}
