#include "tests/actors/game.hpp"

using namespace hedgerow;
using namespace hedgerow::test;
using namespace std::chrono_literals;

namespace {

/// Two equivalents and a stronger model, and a broken output may be asked about once.
struct asking : two_equivalents {
  asking() {
    add("s", rung_role::stronger);
    of.repair.reasks = 1;
  }
};

} // namespace

TEST_CASE("a broken output is asked about once, then a stronger model is tried",
          "[ladder][reask]") {
  asking g;
  g.begin();
  const auto again = g.play().ended(1, invalid, 200, game::at(10ms));
  REQUIRE(lines(again) == told{"start 0 reask"});
  CHECK(std::get<start_attempt>(again.front()).about == 1);
  SECTION("the second answer is good") {
    CHECK(g.end(2, valid, 20ms) == told{"answer 2"});
    const auto facts = g.play().facts();
    CHECK(facts.route == "a");
    CHECK(facts.attempts == 2);
    CHECK(facts.retries == 0);
    CHECK_FALSE(facts.fallback);
    CHECK(facts.usage.input == 2000);
  }
  SECTION("the second answer is broken, too") {
    CHECK(g.end(2, invalid, 20ms) == told{"start 2 stronger"});
  }
  SECTION("the second call fails") {
    g.of.retry.attempts = 0;
    CHECK(g.end(2, failure_class::transport, 20ms) == told{"start 1 fallback"});
  }
  SECTION("a refusal ends the request as ever") {
    CHECK(g.end(2, blocked, 20ms) == told{"answer 0"});
    CHECK(g.play().facts().ended == outcome::blocked);
  }
}

TEST_CASE("a route that does not take the re-ask is passed over", "[ladder][reask]") {
  asking g;
  g.begin();
  g.end(1, invalid, 10ms);
  CHECK(g.end(2, attempt_refused{"breaker", {}}, 10ms) == told{"start 2 stronger"});
  CHECK(g.end(3, valid, 20ms) == told{"answer 3"});
  CHECK(g.play().facts().attempts == 2);
  CHECK(g.play().facts().fallbacks == 1);
}

TEST_CASE("a re-ask leaves the stronger model its attempt", "[ladder][reask]") {
  asking g;
  g.of.budget.attempts = 2;
  g.begin();
  CHECK(g.end(1, invalid, 10ms) == told{"start 2 stronger"});
}

TEST_CASE("where nobody stronger is left, the last attempt may be a re-ask", "[ladder][reask]") {
  two_equivalents g;
  g.of.repair.reasks = 1;
  g.of.budget.attempts = 2;
  g.begin();
  CHECK(g.end(1, invalid, 10ms) == told{"start 0 reask"});
}

TEST_CASE("an answer cut by the filter or too long for the model is not asked about",
          "[ladder][reask]") {
  asking g;
  g.begin();
  SECTION("a refusal") { CHECK(g.end(1, blocked, 10ms) == told{"answer 0"}); }
  SECTION("a truncated answer") {
    CHECK(g.end(1, failure_class::capability, 10ms) == told{"start 2 stronger"});
  }
}

TEST_CASE("a re-ask waits until nothing else is in flight", "[ladder][reask]") {
  auto g = racing();
  g.of.repair.reasks = 1;
  SECTION("the other answer wins") {
    CHECK(g.end(2, invalid, 250ms).empty());
    CHECK(g.end(1, valid, 300ms) == told{"answer 1"});
  }
  SECTION("the other attempt fails: now the broken output is asked about") {
    CHECK(g.end(2, invalid, 250ms).empty());
    CHECK(g.end(1, failure_class::quota, 300ms) == told{"start 1 reask"});
  }
  SECTION("the other answer is broken, too: the last one is asked about") {
    CHECK(g.end(2, invalid, 250ms).empty());
    CHECK(g.end(1, invalid, 300ms) == told{"start 0 reask"});
  }
}

TEST_CASE("as often as the task says, and no more", "[ladder][reask]") {
  asking g;
  g.of.repair.reasks = 3;
  g.of.budget.attempts = 10;
  g.begin();
  for (int attempt = 1; attempt <= 3; ++attempt)
    CHECK(g.end(attempt, invalid, attempt * 10ms) == told{"start 0 reask"});
  CHECK(g.end(4, invalid, 40ms) == told{"start 2 stronger"});
}
