#include "tests/actors/game.hpp"

#include <functional>

using namespace hedgerow;
using namespace hedgerow::test;
using namespace std::chrono_literals;

TEST_CASE("a silent attempt is given up after half of what remains, or its p95 if that is longer",
          "[ladder]") {
  struct row {
    std::optional<milliseconds> p95;
    milliseconds after;
  };
  auto [p95, after] = GENERATE(values<row>({
      {std::nullopt, 2000ms},
      {100ms, 2000ms},
      {2500ms, 2500ms},
      {3900ms, 3000ms}, // A quarter remains.
  }));
  auto g = two_equivalents();
  g.begin();
  g.start(1, 0ms, {.p95 = p95});
  CHECK(g.next() == after);
  CHECK(g.due(after) == told{"cancel 1", "start 1 fallback"});
  CHECK(last(g.play(), trail_event::attempt_ended).result == "latency");
  g.start(2, after);
  CHECK(g.due(after + 1ms).empty());
}

TEST_CASE("nothing is given up where nothing else is left to try", "[ladder]") {
  struct row {
    std::string name;
    std::function<void(game&)> set_up;
  };
  auto [name, set_up] = GENERATE(values<row>({
      {"no other rung", [](game&) {}},
      {"one that is disabled", [](game& g) { g.add("b").enabled = false; }},
      {"one for longer contexts", [](game& g) { g.add("l", rung_role::longer_context); }},
      {"no attempt is left",
       [](game& g) {
         g.add("b");
         g.of.budget.attempts = 1;
       }},
  }));
  CAPTURE(name);
  game g;
  g.add("a");
  set_up(g);
  g.begin();
  g.start(1, 0ms);
  CHECK(g.due(2s).empty());
  CHECK(g.due(3999ms).empty());
  CHECK(g.due(4s) == told{"cancel 1", "answer 0"});
  CHECK(g.play().facts().problem->code == errc::deadline_exceeded);
}

TEST_CASE("models end early enough for the rungs behind them", "[ladder]") {
  struct row {
    milliseconds deadline;
    int messages;
    milliseconds until;
  };
  auto [deadline, messages, until] = GENERATE(values<row>({
      {4000ms, 0, 4000ms},
      {4000ms, 1, 3980ms},
      {4000ms, 3, 3940ms},
      {50ms, 1, 40ms}, // At most a fifth.
  }));
  game g;
  g.of.deadline = deadline;
  g.add("a");
  for (int i = 0; i < messages; ++i)
    g.add_message();
  g.begin();
  g.start(1, 0ms);
  CHECK(g.due(until - 1ms).empty());
  CHECK(g.due(until) == told{"cancel 1", messages > 0 ? "degrade 1" : "answer 0"});
  CHECK_FALSE(g.play().next_due());
}

TEST_CASE("nothing is started in the time of the rungs behind the models", "[ladder]") {
  auto g = two_equivalents();
  g.add_message();
  g.begin();
  CHECK(g.end(1, failure_class::quota, 3980ms) == told{"degrade 2"});
}

TEST_CASE("a retry that waits is dropped at the end of the time", "[ladder]") {
  game g;
  g.add("a");
  g.add_message();
  g.begin();
  REQUIRE(g.end(1, failure_class::transport, 10ms).empty());
  CHECK(g.due(3980ms) == told{"degrade 1"});
  CHECK(g.play().cause() == "latency");
}

TEST_CASE("a refused attempt is a skipped rung and no attempt", "[ladder]") {
  auto g = two_equivalents();
  g.of.budget.attempts = 1;
  g.begin();
  CHECK(g.end(1, attempt_refused{"breaker", 700ms}, 0ms) == told{"start 1 fallback"});
  SECTION("the next one answers") {
    CHECK(g.end(2, valid, 10ms) == told{"answer 2"});
    CHECK(g.play().facts().attempts == 1);
    CHECK(g.play().facts().fallback);
    CHECK(last(g.play(), trail_event::rung_skipped).reason == "breaker");
    CHECK(count(g.play(), trail_event::attempt_started) == 1);
  }
  SECTION("all refuse") {
    CHECK(g.end(2, attempt_refused{"limit", 300ms}, 0ms) == told{"start 0 probe"});
    CHECK(g.end(3, attempt_refused{"breaker", 700ms}, 0ms) == told{"answer 0"});
    auto facts = g.play().facts();
    CHECK(facts.ended == outcome::failed);
    CHECK(facts.attempts == 0);
    CHECK(facts.retry_after == 300ms);
    CHECK(g.play().cause() == "skipped");
  }
}

TEST_CASE("a refused retry moves on", "[ladder]") {
  auto g = two_equivalents();
  g.begin();
  g.end(1, failure_class::transport, 0ms);
  REQUIRE(g.due(g.next()) == told{"start 0 retry"});
  CHECK(g.end(2, attempt_refused{"retry_budget", {}}, 300ms) == told{"start 1 fallback"});
  CHECK(g.play().facts().retries == 0);
}

TEST_CASE("an attempt that was refused after it had been stopped never was", "[ladder]") {
  auto g = hedged();
  g.rules.routes["b"].config.cost = {.input = 1000};
  g.facts.estimated_input = 1000;
  g.begin();
  g.start(1, 0ms);
  g.due(200ms);
  g.grant(200ms);
  g.end(1, valid, 200ms);
  CHECK(g.end(2, attempt_refused{"breaker", {}}, 200ms).empty());
  auto facts = g.play().facts();
  CHECK(facts.attempts == 1);
  CHECK(facts.cost == Approx(0));
  CHECK(count(g.play(), trail_event::attempt_started) == 1);
  CHECK(count(g.play(), trail_event::attempt_ended) == 1);
  CHECK(count(g.play(), trail_event::rung_skipped) == 1);
}

TEST_CASE("a rung that cannot take the request is passed over, with its reason", "[ladder]") {
  struct row {
    std::string why;
    std::function<void(game&, route_config&)> set_up;
  };
  auto [why, set_up] = GENERATE(values<row>({
      {"disabled", [](game&, route_config& a) { a.enabled = false; }},
      {"safety", [](game&, route_config& a) { a.safety = safety_level::relaxed; }},
      {"capability",
       [](game& g, route_config& a) {
         g.facts.needs_tools = true;
         a.capabilities.bits = 1;
       }},
      {"capability",
       [](game& g, route_config& a) {
         g.facts.needs_vision = true;
         a.capabilities.bits = 1;
       }},
      {"context", // The output it may give counts too.
       [](game& g, route_config& a) {
         g.facts.estimated_input = 900;
         g.facts.max_output = 200;
         a.context = 1000;
       }},
  }));
  game g;
  set_up(g, g.add("a"));
  g.add("b");
  CHECK(g.begin() == told{"start 1 fallback"});
  CHECK(last(g.play(), trail_event::rung_skipped).route == "a");
  CHECK(last(g.play(), trail_event::rung_skipped).reason == why);
  g.end(1, valid, 10ms);
  CHECK(g.play().facts().fallback);
}

TEST_CASE("a request that fits no route is told so, unless another one might take it later",
          "[ladder]") {
  auto g = two_equivalents();
  g.facts.estimated_input = 1000;
  g.rules.routes["a"].config.context = 500;
  auto too_long = failed(failure_class::capability);
  too_long.too_long = true;
  SECTION("no route is long enough") {
    g.rules.routes["b"].config.context = 500;
    CHECK(g.begin() == told{"answer 0"});
    CHECK(g.play().facts().ended == outcome::rejected);
    CHECK(g.play().facts().problem->code == errc::context_length_exceeded);
  }
  SECTION("a provider says so") {
    g.begin();
    CHECK(g.end(1, too_long, 10ms) == told{"answer 0"});
    CHECK(g.play().facts().problem->code == errc::context_length_exceeded);
  }
  SECTION("the one that is long enough is out of use") {
    g.begin();
    CHECK(g.end(1, attempt_refused{"breaker", {}}, 10ms) == told{"start 1 probe"});
    CHECK(g.end(2, attempt_refused{"breaker", {}}, 10ms) == told{"answer 0"});
    CHECK(g.play().facts().ended == outcome::failed);
    CHECK(g.play().facts().problem->code == errc::all_routes_failed);
  }
}

TEST_CASE("the attempts of a request are used up and never passed", "[ladder]") {
  game g;
  for (auto name : {"a", "b", "c", "d", "e"})
    g.add(name);
  g.of.budget.attempts = 3;
  g.begin();
  CHECK(g.end(1, failure_class::quota, 1ms) == told{"start 1 fallback"});
  CHECK(g.end(2, failure_class::quota, 2ms) == told{"start 2 fallback"});
  CHECK(g.end(3, failure_class::quota, 3ms) == told{"answer 0"});
  CHECK(g.play().facts().attempts == 3);
}

TEST_CASE("a degradation rung that has nothing to say is passed over", "[ladder]") {
  game g;
  g.add_message();
  g.add_message();
  CHECK(g.begin() == told{"degrade 0"});
  CHECK(lines(g.play().degraded(false, game::at(1ms))) == told{"degrade 1"});
  SECTION("the next one speaks") {
    CHECK(lines(g.play().degraded(true, game::at(2ms))) == told{"answer 0"});
    CHECK(g.play().facts().ended == outcome::degraded);
    CHECK_FALSE(g.play().facts().problem);
  }
  SECTION("nobody does") {
    CHECK(lines(g.play().degraded(false, game::at(2ms))) == told{"answer 0"});
    CHECK(g.play().facts().ended == outcome::failed);
  }
}

TEST_CASE("a stopped attempt costs what was sent", "[ladder]") {
  auto g = hedged();
  g.rules.routes["a"].config.cost = {.input = 10};
  g.facts.estimated_input = 2000;
  g.begin();
  g.start(1, 0ms);
  g.due(200ms);
  g.grant(200ms);
  g.end(2, valid, 300ms);
  CHECK(g.play().facts().cost == Approx(0.02));
}
