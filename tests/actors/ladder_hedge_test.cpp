#include "tests/actors/game.hpp"

using namespace hedgerow;
using namespace hedgerow::test;
using namespace std::chrono_literals;

TEST_CASE("a hedge is asked for after its delay and started when it is granted", "[ladder]") {
  auto g = racing();
  CHECK(g.play().facts().attempts == 2);
  CHECK(g.end(2, valid, 250ms) == told{"cancel 1", "answer 2"});
  auto facts = g.play().facts();
  CHECK(facts.route == "b");
  CHECK(facts.hedged);
  CHECK_FALSE(facts.fallback);
  CHECK(g.end(1, cancelled{}, 251ms).empty());
}

TEST_CASE("the delay of a hedge is fixed or a bounded quantile of the route", "[ladder]") {
  struct row {
    hedge_policy how;
    std::optional<milliseconds> quantile;
    std::optional<milliseconds> after;
  };
  auto [how, quantile, after] = GENERATE(values<row>({
      {{.fixed = 50ms}, 700ms, 50ms},
      {{}, std::nullopt, std::nullopt},
      {{}, 700ms, 700ms},
      {{.floor = 100ms}, 20ms, 100ms},
      {{.ceiling = 500ms}, 700ms, 500ms},
  }));
  auto g = hedged(how);
  g.begin();
  g.start(1, 0ms, {.hedge_after = quantile});
  if (after) {
    CHECK(g.next() == *after);
    CHECK(last(g.play(), trail_event::hedge_scheduled).wait == *after);
    CHECK(g.due(*after) == told{"ask"});
  } else {
    CHECK(g.next() == 2s); // Half of the deadline: the late attempt is given up.
    CHECK(count(g.play(), trail_event::hedge_suppressed) == 1);
  }
}

TEST_CASE("a hedge goes to another failure domain if there is one", "[ladder]") {
  struct row {
    std::string provider;
    std::string region;
    std::size_t rung;
  };
  auto [provider, region, rung] = GENERATE(values<row>({
      {"a", "eu", 1}, // Nowhere else to go.
      {"a", "us", 2},
      {"c", "eu", 2},
  }));
  game g;
  g.of.hedge = hedge_policy{.fixed = 200ms};
  g.add("a").region = "eu";
  auto& b = g.add("b");
  b.provider.name = "a";
  b.region = "eu";
  auto& c = g.add("c");
  c.provider.name = provider;
  c.region = region;
  g.begin();
  g.start(1, 0ms);
  g.due(200ms);
  CHECK(g.grant(200ms) == told{"start " + std::to_string(rung) + " hedge"});
}

TEST_CASE("a hedge is never a second call of the same route, a stronger rung or a degradation",
          "[ladder]") {
  game g;
  g.of.hedge = hedge_policy{.fixed = 200ms};
  g.add("a");
  g.of.ladder.push_back(model_rung{"a"});
  g.add("s", rung_role::stronger);
  g.add("l", rung_role::longer_context);
  g.add_message();
  g.begin();
  g.start(1, 0ms);
  CHECK(g.due(200ms).empty());
  CHECK(count(g.play(), trail_event::hedge_suppressed) == 1);
}

TEST_CASE("no hedge beyond `at_most`, the attempt budget or the task's share", "[ladder]") {
  auto g = hedged();
  SECTION("at most") {
    g.of.hedge->at_most = 0;
    g.begin();
    g.start(1, 0ms);
    CHECK(g.next() == 2s);
  }
  SECTION("budget") {
    g.of.budget.attempts = 1;
    g.begin();
    g.start(1, 0ms);
    CHECK(g.due(200ms).empty());
  }
  SECTION("share") {
    g.begin();
    g.start(1, 0ms);
    CHECK(g.due(200ms) == told{"ask"});
    CHECK(g.play().hedge_decided(false, game::at(200ms)).empty());
    CHECK_THAT(last(g.play(), trail_event::hedge_suppressed).reason, Catch::Contains("extra load"));
    CHECK(g.end(1, valid, 300ms) == told{"answer 1"});
    CHECK_FALSE(g.play().facts().hedged);
  }
}

TEST_CASE("at most one hedge in a request, also beside a later fallback", "[ladder]") {
  auto g = hedged();
  g.add("c");
  g.add("d");
  g.begin();
  g.start(1, 0ms);
  g.due(200ms);
  g.grant(200ms);
  g.start(2, 200ms);
  g.end(1, failure_class::quota, 250ms);
  CHECK(g.end(2, failure_class::quota, 260ms) == told{"start 2 fallback"});
  g.start(3, 260ms);
  CHECK(g.due(460ms).empty());
  CHECK(count(g.play(), trail_event::hedge_scheduled) == 1);
}

TEST_CASE("a grant that comes too late starts nothing", "[ladder]") {
  auto g = hedged();
  g.add("c");
  g.begin();
  g.start(1, 0ms);
  g.due(200ms);
  SECTION("answered meanwhile") {
    g.end(1, valid, 201ms);
    CHECK(g.play().hedge_decided(true, game::at(202ms)).empty());
  }
  SECTION("failed meanwhile: the fallback is no hedge's ground") {
    CHECK(g.end(1, failure_class::quota, 201ms) == told{"start 1 fallback"});
    CHECK(g.play().hedge_decided(true, game::at(202ms)).empty());
  }
}

TEST_CASE("a hedge whose route refuses it goes to the next one, and its rung stays a fallback",
          "[ladder]") {
  auto g = hedged();
  g.add("c");
  g.begin();
  g.start(1, 0ms);
  g.due(200ms);
  CHECK(g.grant(200ms) == told{"start 1 hedge"});
  CHECK(g.end(2, attempt_refused{"breaker", {}}, 200ms) == told{"start 2 hedge"});
  CHECK(g.end(3, attempt_refused{"breaker", {}}, 200ms).empty());
  CHECK(g.play().facts().attempts == 1);
  CHECK_FALSE(g.play().facts().hedged);
  CHECK(count(g.play(), trail_event::rung_skipped) == 2);
  CHECK(g.end(1, failure_class::quota, 300ms) == told{"start 1 fallback"});
}

TEST_CASE("an invalid answer waits for the other attempt", "[ladder]") {
  auto g = racing();
  g.add("s", rung_role::stronger);
  SECTION("which wins") {
    CHECK(g.end(1, invalid, 250ms).empty());
    CHECK(g.end(2, valid, 300ms) == told{"answer 2"});
  }
  SECTION("which fails too: only then something else is tried") {
    CHECK(g.end(2, failure_class::quota, 250ms).empty());
    CHECK(g.end(1, failure_class::latency, 300ms) == told{"answer 0"});
  }
}

TEST_CASE("an invalid answer of both leads to a stronger model", "[ladder]") {
  auto g = hedged();
  g.add("s", rung_role::stronger);
  g.begin();
  g.start(1, 0ms);
  g.due(200ms);
  g.grant(200ms);
  g.start(2, 200ms);
  CHECK(g.end(2, invalid, 250ms).empty());
  CHECK(g.end(1, invalid, 300ms) == told{"start 2 stronger"});
}

TEST_CASE("a policy verdict ends the request at once, from any attempt", "[ladder]") {
  auto attempt = GENERATE(1, 2);
  auto how = GENERATE_COPY(values<attempt_end>({blocked, failed(failure_class::policy)}));
  auto g = racing();
  CHECK(g.end(attempt, how, 250ms) == told{"cancel " + std::to_string(3 - attempt), "answer 0"});
  auto facts = g.play().facts();
  CHECK(facts.ended == outcome::blocked);
  CHECK(facts.problem->code == errc::content_policy_violation);
  CHECK(facts.withheld == std::holds_alternative<attempt_judged>(how));
  CHECK(facts.route.empty());
  CHECK(count(g.play(), trail_event::latched) == 1);
  CHECK_THAT(last(g.play(), trail_event::attempt_ended).reason, Catch::Contains("policy"));
  // The other was about to win: it comes too late.
  CHECK(g.end(3 - attempt, valid, 250ms).empty());
  CHECK(g.play().facts().ended == outcome::blocked);
}

TEST_CASE("a policy verdict of an attempt that was given up still ends the request", "[ladder]") {
  auto g = two_equivalents();
  g.begin();
  g.start(1, 0ms);
  REQUIRE(g.due(2s) == told{"cancel 1", "start 1 fallback"});
  CHECK(g.end(1, blocked, 2001ms) == told{"cancel 2", "answer 0"});
  CHECK(g.play().facts().ended == outcome::blocked);
}

TEST_CASE("a policy verdict while the degradation is asked ends the request as blocked",
          "[ladder]") {
  game g;
  g.add("a");
  g.add_message();
  g.begin();
  g.start(1, 0ms);
  REQUIRE(g.due(3980ms) == told{"cancel 1", "degrade 1"});
  CHECK(g.end(1, failure_class::policy, 3981ms) == told{"answer 0"});
  CHECK(g.play().degraded(true, game::at(3982ms)).empty());
  CHECK(g.play().facts().ended == outcome::blocked);
}

TEST_CASE("a policy verdict after the answer is only written down", "[ladder]") {
  auto how = GENERATE_COPY(values<attempt_end>({blocked, failed(failure_class::policy)}));
  auto g = racing();
  g.end(1, valid, 250ms);
  CHECK(g.end(2, how, 251ms).empty());
  CHECK(g.play().facts().ended == outcome::answered);
  CHECK(count(g.play(), trail_event::latched) == 1);
}

TEST_CASE("a hedge is not hedged, even where it is all that is left", "[ladder]") {
  hedged g;
  g.add("c");
  g.of.hedge->at_most = 2;
  g.begin();
  g.start(1, 0ms);
  CHECK(g.due(200ms) == told{"ask"});
  CHECK(g.grant(200ms) == told{"start 1 hedge"});
  g.start(2, 200ms);
  CHECK(g.end(1, failure_class::transport, 250ms).empty());
  CHECK(g.due(400ms).empty());
  CHECK(count(g.play(), trail_event::attempt_started) == 2);
}
