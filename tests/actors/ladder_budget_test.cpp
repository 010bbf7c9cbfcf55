#include "tests/actors/game.hpp"

using namespace hedgerow;
using namespace hedgerow::test;
using namespace std::chrono_literals;

namespace {

/// 100 tokens go in; a token of input costs $0.001, one of output $0.002.
struct paid : game {
  paid() { facts.estimated_input = 100; }

  route_config& add_paid(const std::string& name, rung_role as = rung_role::equivalent) {
    auto& out = add(name, as);
    out.cost = {.input = 1000, .cached_input = 1000, .output = 2000};
    return out;
  }
};

const start_attempt& started_in(const steps& all) {
  REQUIRE(all.size() == 1);
  return std::get<start_attempt>(all.front());
}

attempt_end used(std::int64_t input, std::int64_t output, verdict_kind kind = verdict_kind::valid) {
  auto out = std::get<attempt_judged>(judged(kind));
  out.usage = {.input = input, .output = output};
  return out;
}

} // namespace

TEST_CASE("without a budget of tokens or money no output cap is sent", "[ladder]") {
  paid g;
  g.add_paid("a");
  CHECK_FALSE(started_in(g.play().begin(g.at(0ms))).max_tokens);
}

TEST_CASE("what is left of the tokens goes along as the output cap", "[ladder]") {
  paid g;
  g.of.budget.tokens = 5000;
  g.of.repair.reasks = 1;
  g.add_paid("a");
  const auto first = started_in(g.play().begin(g.at(0ms)));
  CHECK(first.max_tokens == 4900);
  CHECK(first.tokens == 1100); // As long as nothing is known, 1,000 are expected.
  const auto again = g.play().ended(1, used(100, 2000, verdict_kind::invalid), 200, g.at(10ms));
  CHECK(started_in(again).max_tokens == 2800);
}

TEST_CASE("the cap leaves what the next rung would need, if it can", "[ladder]") {
  paid g;
  g.of.budget.tokens = 5000;
  g.add_paid("a");
  g.add_paid("b");
  CHECK(started_in(g.play().begin(g.at(0ms))).max_tokens == 5000 - 100 - 1100);
}

TEST_CASE("a rung that the budget does not pay for is passed over", "[ladder]") {
  paid g;
  if (GENERATE(true, false))
    g.of.budget.tokens = 1000;
  else
    g.of.budget.cost = 2.0;
  g.add_paid("a");
  g.add_message();
  CHECK(g.begin() == told{"degrade 1"});
  CHECK(last(g.play(), trail_event::rung_skipped).reason == "budget");
}

TEST_CASE("money is held against each route's own price", "[ladder]") {
  paid g;
  g.of.budget.cost = 1.0;
  g.add_paid("dear");
  g.add("cheap").cost = {.input = 10, .cached_input = 10, .output = 20};
  const auto begun = started_in(g.play().begin(g.at(0ms)));
  CHECK(begun.rung == 1);
  CHECK(begun.max_tokens == 49'950); // $0.999 at $0.00002.
}

TEST_CASE("what is expected is what the caller allows, else what is usual for the route",
          "[ladder]") {
  struct row {
    std::int64_t allowed;
    std::int64_t usual;
    std::int64_t most;
    std::int64_t expected;
  };
  const auto [allowed, usual, most, expected] = GENERATE(values<row>({
      {0, 0, 0, 1000},
      {0, 300, 0, 300},
      {50, 300, 0, 50},
      {0, 300, 200, 200},
      {0, 0, 16'000, 1000}, // Never the most that the model can say.
  }));
  paid g;
  g.add_paid("a").max_output = most;
  g.facts.max_output = allowed;
  g.facts.rungs = {{.usual_output = usual}};
  CHECK(started_in(g.play().begin(g.at(0ms))).tokens == 100 + expected);
}

TEST_CASE("retries, re-asks and fallbacks draw on one purse", "[ladder]") {
  paid g;
  g.of.budget.tokens = 2300;
  g.of.repair.reasks = 1;
  g.add_paid("a");
  g.add_paid("b", rung_role::stronger);
  g.add_message();
  g.begin();
  SECTION("a failure that cost nothing leaves all of it") {
    CHECK(g.end(1, failure_class::transport, 10ms).empty());
    CHECK(g.due(1s) == told{"start 0 retry"});
  }
  SECTION("an answer that broke the contract has been paid for") {
    CHECK(g.end(1, used(100, 900, verdict_kind::invalid), 10ms) == told{"start 0 reask"});
    CHECK(g.end(2, used(100, 100, verdict_kind::invalid), 20ms) == told{"start 1 stronger"});
    CHECK(g.end(3, used(100, 900, verdict_kind::invalid), 30ms) == told{"degrade 2"});
  }
  SECTION("what is left may be too little for another") {
    CHECK(g.end(1, used(1000, 1000, verdict_kind::invalid), 10ms) == told{"degrade 2"});
    CHECK(last(g.play(), trail_event::rung_skipped).reason == "budget");
  }
}

TEST_CASE("a hedge needs room beside the attempt that is late", "[ladder]") {
  const auto tokens = GENERATE(2199, 2200);
  paid g;
  g.of.hedge = hedge_policy{.fixed = 200ms};
  g.of.budget.tokens = tokens;
  g.add_paid("a");
  g.add_paid("b");
  g.begin();
  g.start(1, 0ms);
  if (tokens < 2200) {
    CHECK(g.due(200ms).empty());
    CHECK(count(g.play(), trail_event::hedge_suppressed) == 1);
  } else {
    CHECK(g.due(200ms) == told{"ask"});
    CHECK(g.grant(200ms) == told{"start 1 hedge"});
  }
}

TEST_CASE("a refused attempt gives back what was set aside for it", "[ladder]") {
  paid g;
  g.of.budget.tokens = 1100;
  g.add_paid("a");
  g.add_paid("b");
  g.begin();
  CHECK(g.end(1, attempt_refused{"breaker", {}}, 0ms) == told{"start 1 fallback"});
}

TEST_CASE("what was set aside for an attempt that is given up is there for the next", "[ladder]") {
  paid g;
  g.of.budget.tokens = 2250;
  g.add_paid("a");
  g.add_paid("b");
  CHECK(started_in(g.play().begin(g.at(0ms))).max_tokens == 1050);
  g.start(1, 0ms);
  const auto next = g.play().due(g.at(g.next()));
  REQUIRE(lines(next) == told{"cancel 1", "start 1 fallback"});
  CHECK(std::get<start_attempt>(next.back()).max_tokens == 2250 - 100 - 100);
}

TEST_CASE("what was stopped is counted with its input, or given back if it never began",
          "[ladder]") {
  paid g;
  g.of.hedge = hedge_policy{.fixed = 200ms};
  g.of.budget.cost = 100.0;
  g.add_paid("a");
  g.add_paid("b");
  g.begin();
  g.start(1, 0ms);
  g.due(200ms);
  g.grant(200ms);
  g.start(2, 200ms);
  g.end(1, used(100, 10), 300ms);
  CHECK(g.play().facts().cost == Approx(0.1 + 0.02 + 0.1));
  SECTION("it ends") { CHECK(g.end(2, cancelled{}, 310ms).empty()); }
  SECTION("its route had refused it") {
    g.end(2, attempt_refused{"breaker", {}}, 310ms);
    CHECK(g.play().facts().cost == Approx(0.1 + 0.02));
  }
}

TEST_CASE("a spread begins with one of its routes, by weight, and the others are its equals",
          "[ladder]") {
  std::map<std::string, int> first;
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    game g;
    g.seed = seed * 0x9e3779b97f4a7c15u;
    for (const auto* name : {"a", "b", "c"}) {
      g.add(name);
      auto& rung = std::get<model_rung>(g.of.ladder.back());
      rung.spread = 1;
      rung.weight = name == std::string{"a"} ? 3 : name == std::string{"b"} ? 1 : 0;
    }
    g.add("d");
    const auto begun = started_in(g.play().begin(g.at(0ms)));
    CHECK(begun.kind == attempt_kind::primary);
    ++first[std::get<model_rung>(g.of.ladder[begun.rung]).route];
    std::set<std::size_t> tried{begun.rung};
    for (int attempt = 1; attempt < 3; ++attempt) {
      const auto next =
          started_in(g.play().ended(attempt, attempt_refused{"breaker", {}}, 0, g.at(0ms)));
      tried.insert(next.rung);
    }
    CHECK(tried == std::set<std::size_t>{0, 1, 2});
  }
  CHECK(first["a"] > 2150);
  CHECK(first["a"] < 2350);
  CHECK(first["b"] == 3000 - first["a"]);
}

TEST_CASE("a route whose answers break the contract too often is passed over, but never the best "
          "of what is left",
          "[ladder]") {
  game g;
  for (const auto* name : {"a", "b", "c"})
    g.add(name);
  g.add_message();
  g.of.retry.attempts = 0;
  g.facts.rungs = {{.low = true, .pass_rate = 0.2}, {.low = true, .pass_rate = 0.4}, {}};
  CHECK(g.begin() == told{"start 2 fallback"});
  CHECK(count(g.play(), trail_event::rung_skipped) == 2);
  CHECK(last(g.play(), trail_event::rung_skipped).reason == "fitness");
  CHECK(g.end(1, failure_class::quota, 10ms) == told{"start 1 fallback"});
  CHECK(g.end(2, failure_class::quota, 20ms) == told{"start 0 primary"});
  CHECK(g.end(3, failure_class::quota, 30ms) == told{"degrade 3"});
  CHECK(count(g.play(), trail_event::rung_skipped) == 2);
}

TEST_CASE("a low route is no hedge", "[ladder]") {
  game g;
  g.of.hedge = hedge_policy{.fixed = 200ms};
  g.add("a");
  g.add("b");
  g.facts.rungs = {{}, {.low = true, .pass_rate = 0.1}};
  g.begin();
  g.start(1, 0ms);
  CHECK(g.due(200ms).empty());
}

TEST_CASE("hedges wait longer while everybody asks for them", "[ladder]") {
  hedged g;
  g.facts.hedge_patience = 4;
  g.begin();
  g.start(1, 0ms);
  CHECK(g.next() == 800ms);
}

TEST_CASE("where every breaker is open, each route is asked once out of turn", "[ladder]") {
  game g;
  for (const auto* name : {"a", "b", "c"})
    g.add(name);
  g.add_message();
  CHECK(g.begin() == told{"start 0 primary"});
  CHECK(g.end(1, attempt_refused{"breaker", 5s}, 0ms) == told{"start 1 fallback"});
  CHECK(g.end(2, attempt_refused{"disabled", {}}, 0ms) == told{"start 2 fallback"});
  CHECK(g.end(3, attempt_refused{"breaker", 5s}, 0ms) == told{"start 0 probe"});
  SECTION("none lets it") {
    CHECK(g.end(4, attempt_refused{"breaker", 5s}, 0ms) == told{"start 2 probe"});
    CHECK(g.end(5, attempt_refused{"breaker", 5s}, 0ms) == told{"degrade 3"});
    CHECK(g.play().facts().attempts == 0);
  }
  SECTION("the first lets it, and answers") {
    CHECK(g.end(4, valid, 10ms) == told{"answer 4"});
    CHECK(g.play().facts().attempts == 1);
    CHECK_FALSE(g.play().facts().fallback);
  }
  SECTION("the first lets it, and fails") {
    CHECK(g.end(4, failure_class::quota, 10ms) == told{"start 2 probe"});
    CHECK(g.end(5, failure_class::quota, 20ms) == told{"degrade 3"});
  }
  SECTION("what another equal cannot mend is left at that") {
    g.of.repair.reasks = 0;
    CHECK(g.end(4, invalid, 10ms) == told{"degrade 3"});
  }
}

TEST_CASE("who is asked out of turn is held against the budget, too, and is asked once",
          "[ladder]") {
  paid g;
  g.add_paid("a");
  g.add_paid("b");
  g.add_message();
  g.of.retry.attempts = 0;
  SECTION("the budget is used up by then") {
    g.of.budget.tokens = 2200;
    g.begin();
    CHECK(g.end(1, attempt_refused{"breaker", 5s}, 0ms) == told{"start 1 fallback"});
    CHECK(g.end(2, used(1000, 1000, verdict_kind::invalid), 10ms) == told{"degrade 2"});
  }
  SECTION("a hedge that was refused has been called since") {
    g.of.hedge = hedge_policy{.fixed = 200ms};
    g.begin();
    g.start(1, 0ms);
    g.due(200ms);
    CHECK(g.grant(200ms) == told{"start 1 hedge"});
    CHECK(g.end(2, attempt_refused{"breaker", 5s}, 200ms).empty());
    CHECK(g.end(1, failure_class::quota, 210ms) == told{"start 1 fallback"});
    CHECK(g.end(3, failure_class::quota, 220ms) == told{"degrade 2"});
  }
}

TEST_CASE("a task's own steps replace the usual ones, in their order", "[ladder]") {
  using enum cure;
  game g;
  g.add("a");
  g.add("b");
  g.add("large", rung_role::stronger);
  g.add_message();
  g.of.repair.reasks = 1;
  SECTION("a contract failure may go to an equal") {
    g.of.steps[failure_class::contract] = {equivalent, stronger};
    g.begin();
    CHECK(g.end(1, invalid, 10ms) == told{"start 1 fallback"});
    CHECK(g.end(2, invalid, 20ms) == told{"start 2 stronger"});
  }
  SECTION("stronger before equal") {
    g.of.steps[failure_class::quota] = {stronger, equivalent};
    g.begin();
    CHECK(g.end(1, failure_class::quota, 10ms) == told{"start 2 stronger"});
    CHECK(g.end(2, failure_class::quota, 20ms) == told{"start 1 fallback"});
  }
  SECTION("no retry, and nothing at all") {
    g.of.steps[failure_class::transport] = {};
    g.begin();
    CHECK(g.end(1, failure_class::transport, 10ms) == told{"degrade 3"});
  }
  SECTION("other classes are as ever") {
    g.of.steps[failure_class::transport] = {};
    g.begin();
    CHECK(g.end(1, invalid, 10ms) == told{"start 0 reask"});
    CHECK(g.end(2, invalid, 20ms) == told{"start 2 stronger"});
  }
  SECTION("a retry where the class has none of its own") {
    g.of.steps[failure_class::latency] = {retry, equivalent};
    g.begin();
    CHECK(g.end(1, failure_class::latency, 10ms).empty());
    CHECK(g.due(1s) == told{"start 0 retry"});
  }
}
