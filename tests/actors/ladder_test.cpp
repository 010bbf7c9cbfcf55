#include "actors/ladder.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

using namespace hedgerow;
using namespace std::chrono_literals;

namespace {

using told = std::vector<std::string>;

std::string line(const start_attempt& x) {
  return "start " + std::to_string(x.rung) + " " + std::string{to_string(x.kind)};
}
std::string line(const cancel_attempt& x) { return "cancel " + std::to_string(x.attempt); }
std::string line(const ask_for_hedge&) { return "ask"; }
std::string line(const degrade_to& x) { return "degrade " + std::to_string(x.rung); }
std::string line(const answer_with& x) { return "answer " + std::to_string(x.attempt); }

told lines(const steps& all) {
  told out;
  for (const auto& x : all)
    out.push_back(std::visit([](const auto& y) { return line(y); }, x));
  return out;
}

failure failed(failure_class kind) { return {.kind = kind, .reason = "as scripted"}; }

failure limited(milliseconds hint) {
  return {.kind = failure_class::rate_limit,
          .reason = "as scripted",
          .status = 429,
          .retry_after = hint,
          .hint = "retry-after"};
}

attempt_end judged(verdict_kind kind) {
  attempt_judged out{{.input = 1000, .output = 100}, {.kind = kind}};
  if (kind == verdict_kind::invalid)
    out.said.violations.push_back({.pointer = "/ok", .keyword = "required"});
  if (kind == verdict_kind::blocked)
    out.said.reason = "withheld";
  return out;
}

const auto valid = judged(verdict_kind::valid);
const auto invalid = judged(verdict_kind::invalid);
const auto blocked = judged(verdict_kind::blocked);

/// One request, played by hand. Time is that of the request, from 0.
class game {
public:
  policy rules;
  task of;
  request_facts facts;
  std::uint64_t seed = 1;

  game() { of.deadline = 4s; }

  route_config& add(const std::string& name, rung_role as = rung_role::equivalent) {
    auto& out = rules.routes[name].config;
    out.name = name;
    out.provider.name = name;
    of.ladder.push_back(model_rung{name, as});
    return out;
  }

  void add_message() { of.ladder.push_back(message_rung{"Sorry."}); }

  ladder& play() {
    if (!plan)
      plan.emplace(rules, of, facts, at(0ms), of.deadline, seed);
    return *plan;
  }

  told begin() { return lines(play().begin(at(0ms))); }
  told end(int attempt, const attempt_end& how, milliseconds when) {
    return lines(play().ended(attempt, how, 0, at(when)));
  }
  told end(int attempt, failure_class why, milliseconds when) {
    return end(attempt, failed(why), when);
  }
  void start(int attempt, milliseconds when, attempt_begun how = {}) {
    CHECK(play().started(attempt, how, at(when)).empty());
  }
  told due(milliseconds when) { return lines(play().due(at(when))); }

  /// When the ladder wants to be woken.
  milliseconds next() {
    auto then = play().next_due();
    REQUIRE(then);
    return std::chrono::duration_cast<milliseconds>(*then - at(0ms));
  }

  static time_point at(milliseconds when) { return time_point{1h} + when; }

  std::optional<ladder> plan;
};

/// The last entry of `event`.
trail_entry last(const ladder& x, trail_event event) {
  auto all = x.history();
  auto i = std::find_if(all.rbegin(), all.rend(), [&](auto& y) { return y.event == event; });
  REQUIRE(i != all.rend());
  return *i;
}

int count(const ladder& x, trail_event event) {
  return static_cast<int>(
      std::ranges::count(x.history(), event, [](const trail_entry& y) { return y.event; }));
}

game two_equivalents() {
  game out;
  out.add("a");
  out.add("b");
  return out;
}

game hedged(hedge_policy how = {.fixed = 200ms}) {
  auto out = two_equivalents();
  out.of.hedge = how;
  return out;
}

/// Attempt 1 on rung 0 is late and attempt 2 on rung 1 runs beside it, from 200 ms on.
game racing() {
  auto out = hedged();
  out.begin();
  out.start(1, 0ms);
  CHECK(out.due(200ms) == told{"ask"});
  CHECK(lines(out.play().hedge_decided(true, game::at(200ms))) == told{"start 1 hedge"});
  out.start(2, 200ms);
  return out;
}

} // namespace

// -- what follows from an end --------------------------------------------------------------------

TEST_CASE("a valid answer is the answer, with its route, usage and cost", "[ladder]") {
  game g;
  auto& a = g.add("a");
  a.model = "a-1";
  a.region = "eu";
  a.cost = {.input = 1, .output = 2};
  CHECK(g.begin() == told{"start 0 primary"});
  CHECK(g.end(1, valid, 30ms) == told{"answer 1"});
  auto facts = g.play().facts();
  CHECK(facts.ended == outcome::answered);
  CHECK(facts.route == "a");
  CHECK(facts.model == "a-1");
  CHECK(facts.region == "eu");
  CHECK(facts.attempts == 1);
  CHECK_FALSE(facts.fallback);
  CHECK_FALSE(facts.problem);
  CHECK(facts.usage.input == 1000);
  CHECK(facts.cost == Approx(0.0012));
  CHECK(facts.latency == 30ms);
  CHECK_FALSE(g.play().next_due());
}

TEST_CASE("each failure class takes its own way", "[ladder]") {
  struct way {
    failure why;
    told then;
  };
  auto other = told{"start 1 fallback"};
  auto [why, then] = GENERATE_COPY(values<way>({
      {failed(failure_class::transport), {}}, // The same route, a little later.
      {limited(500ms), {}},
      {limited(2s), other},
      {failed(failure_class::rate_limit), other},
      {failed(failure_class::quota), other},
      {failed(failure_class::latency), other},
      {failed(failure_class::auth), other},
      {failed(failure_class::contract), {"start 2 stronger"}},
      {failed(failure_class::capability), {"start 3 longer_context"}},
      {failed(failure_class::policy), {"answer 0"}},
      {failed(failure_class::invalid_request), {"answer 0"}},
  }));
  CAPTURE(to_string(why.kind));
  auto g = two_equivalents();
  g.add("s", rung_role::stronger);
  g.add("l", rung_role::longer_context);
  g.begin();
  CHECK(g.end(1, why, 10ms) == then);
  CHECK((count(g.play(), trail_event::retry_scheduled) == 1) == then.empty());
}

TEST_CASE("an output that breaks the contract goes to a stronger model, else to the degradation",
          "[ladder]") {
  auto g = two_equivalents();
  g.add("s", rung_role::stronger);
  g.add_message();
  g.begin();
  CHECK(g.end(1, invalid, 10ms) == told{"start 2 stronger"});
  CHECK(g.end(2, invalid, 20ms) == told{"degrade 3"});
  CHECK(g.play().cause() == "contract");
  CHECK(lines(g.play().degraded(true, game::at(20ms))) == told{"answer 0"});
  CHECK(g.play().facts().ended == outcome::degraded);
  CHECK(g.play().facts().violations.size() == 1);
  CHECK(last(g.play(), trail_event::degraded).result == "message");
}

TEST_CASE("a stronger rung serves when all before it are out of use", "[ladder]") {
  game g;
  g.add("a");
  g.add("s", rung_role::stronger);
  g.add("b");
  g.begin();
  CHECK(g.end(1, failure_class::quota, 1ms) == told{"start 2 fallback"});
  CHECK(g.end(2, failure_class::auth, 2ms) == told{"start 1 stronger"});
  CHECK(g.end(3, valid, 3ms) == told{"answer 3"});
  CHECK(g.play().facts().fallback);
  CHECK(g.play().facts().fallbacks == 2);
}

TEST_CASE("a longer-context rung serves only what did not fit elsewhere", "[ladder]") {
  auto context = GENERATE(0, 100);
  game g;
  g.facts.estimated_input = 1000;
  g.add("a");
  g.add("b").context = context;
  g.add("l", rung_role::longer_context);
  g.begin();
  // Where `b` is unknown to be too small, it is asked; where not, the request is passed on.
  auto fits = context == 0;
  CHECK(g.end(1, failure_class::auth, 1ms)
        == told{fits ? "start 1 fallback" : "start 2 longer_context"});
  if (fits)
    CHECK(g.end(2, failure_class::auth, 2ms) == told{"answer 0"});
}

TEST_CASE("the caller's mistake rejects at once and stops everything", "[ladder]") {
  auto g = racing();
  CHECK(g.end(2, failure_class::invalid_request, 300ms) == told{"cancel 1", "answer 0"});
  auto facts = g.play().facts();
  CHECK(facts.ended == outcome::rejected);
  CHECK(facts.problem->code == errc::invalid_request);
}

TEST_CASE("when every route has failed, the caller learns the most telling reason", "[ladder]") {
  auto g = two_equivalents();
  g.of.retry.attempts = 0;
  g.begin();
  g.end(1, limited(30s), 1ms);
  CHECK(g.end(2, failure_class::transport, 2ms) == told{"answer 0"});
  auto facts = g.play().facts();
  CHECK(facts.ended == outcome::failed);
  CHECK(facts.problem->code == errc::all_routes_failed);
  CHECK_THAT(facts.problem->message, Catch::Contains("rate_limit"));
  CHECK(facts.retry_after == 30s);
}

TEST_CASE("a caller who goes away stops everything", "[ladder]") {
  auto g = racing();
  CHECK(lines(g.play().abandoned(game::at(250ms))) == told{"cancel 1", "cancel 2", "answer 0"});
  CHECK(g.play().facts().ended == outcome::cancelled);
  CHECK(g.play().in_flight() == 2);
  CHECK(g.end(1, cancelled{}, 251ms).empty());
  CHECK(g.end(2, valid, 251ms).empty());
  CHECK(g.play().in_flight() == 0);
  CHECK(g.play().facts().ended == outcome::cancelled);
}

TEST_CASE("the same seed and the same events give the same story", "[ladder]") {
  auto story = [](std::uint64_t seed) {
    game g;
    g.seed = seed;
    g.add("a");
    g.begin();
    g.end(1, failure_class::transport, 1ms);
    return g.next();
  };
  CHECK(story(7) == story(7));
  CHECK(story(7) != story(8));
}

// -- retries -------------------------------------------------------------------------------------

TEST_CASE("transport failures are retried with full jitter, as often as the policy says",
          "[ladder]") {
  std::vector<milliseconds> first;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    CAPTURE(seed);
    game g;
    g.seed = seed * 0x9e3779b97f4a7c15u;
    g.add("a");
    g.of.budget.attempts = 10;
    g.begin();
    milliseconds now = 10ms;
    for (int n = 0; n < g.of.retry.attempts; ++n) {
      REQUIRE(g.end(n + 1, failure_class::transport, now).empty());
      auto wait = g.next() - now;
      CHECK(wait >= 0ms);
      CHECK(wait <= 250ms * (1 << n));
      if (n == 0)
        first.push_back(wait);
      CHECK(g.due(now + wait - 1ms).empty());
      CHECK(g.due(now + wait) == told{"start 0 retry"});
      now += wait;
    }
    CHECK(g.end(3, failure_class::transport, now) == told{"answer 0"});
    CHECK(g.play().facts().retries == 2);
  }
  // Full jitter: the whole range is used.
  CHECK(*std::ranges::min_element(first) < 25ms);
  CHECK(*std::ranges::max_element(first) > 225ms);
}

TEST_CASE("a provider's hint is waited for, plus at most a tenth", "[ladder]") {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    CAPTURE(seed);
    game g;
    g.seed = seed * 0x9e3779b97f4a7c15u;
    g.add("a");
    g.begin();
    REQUIRE(g.end(1, limited(800ms), 10ms).empty());
    CHECK(g.next() >= 810ms);
    CHECK(g.next() <= 890ms);
    CHECK(last(g.play(), trail_event::retry_scheduled).reason == "retry-after");
  }
}

TEST_CASE("a hint of no time does not shorten our own backoff", "[ladder]") {
  milliseconds longest{0};
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    game g;
    g.seed = seed * 0x9e3779b97f4a7c15u;
    g.add("a");
    g.begin();
    REQUIRE(g.end(1, limited(0ms), 0ms).empty());
    longest = std::max(longest, g.next());
  }
  CHECK(longest > 100ms);
}

TEST_CASE("a hint is waited for within the task's patience", "[ladder]") {
  auto g = two_equivalents();
  g.begin();
  SECTION("a quarter of what remains by default") {
    CHECK(g.end(1, limited(1001ms), 0ms) == told{"start 1 fallback"});
  }
  SECTION("a fixed time") {
    g.of.retry.wait_up_to.fixed = 1500ms;
    CHECK(g.end(1, limited(1500ms), 0ms).empty());
  }
  SECTION("no more than a fixed time") {
    g.of.retry.wait_up_to.fixed = 100ms;
    CHECK(g.end(1, limited(101ms), 0ms) == told{"start 1 fallback"});
  }
}

TEST_CASE("a call that must not be repeated is not", "[ladder]") {
  auto g = two_equivalents();
  g.begin();
  auto why = failed(failure_class::transport);
  why.final_for_route = true;
  CHECK(g.end(1, why, 1ms) == told{"start 1 fallback"});
}

TEST_CASE("a retry does not take the attempt of an untried rung", "[ladder]") {
  auto g = two_equivalents();
  g.of.budget.attempts = 2;
  g.begin();
  CHECK(g.end(1, failure_class::transport, 1ms) == told{"start 1 fallback"});
  CHECK(g.end(2, failure_class::transport, 2ms) == told{"answer 0"});
  CHECK(g.play().facts().attempts == 2);
}

TEST_CASE("a retry does not take the half of the time that an untried rung needs", "[ladder]") {
  game g;
  g.of.deadline = 1s;
  g.of.retry.wait_up_to.fixed = 10s;
  g.add("a");
  SECTION("nobody else is left") {
    g.begin();
    CHECK(g.end(1, limited(600ms), 0ms).empty());
  }
  SECTION("another is: it would wait for too long") {
    g.add("b");
    g.begin();
    CHECK(g.end(1, limited(600ms), 0ms) == told{"start 1 fallback"});
  }
  SECTION("another is: the retry is given up at the half") {
    g.add("b");
    g.begin();
    REQUIRE(g.end(1, limited(400ms), 100ms).empty());
    CHECK(g.due(g.next()) == told{"start 0 retry"});
    g.start(2, 550ms);
    CHECK(g.next() == 550ms);
    CHECK(g.due(550ms) == told{"cancel 2", "start 1 fallback"});
  }
}

// -- hedges --------------------------------------------------------------------------------------

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
  CHECK(lines(g.play().hedge_decided(true, game::at(200ms)))
        == told{"start " + std::to_string(rung) + " hedge"});
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
  g.play().hedge_decided(true, game::at(200ms));
  g.start(2, 200ms);
  g.end(1, failure_class::quota, 250ms);
  CHECK(g.end(2, failure_class::quota, 260ms) == told{"start 2 fallback"});
  g.start(3, 260ms);
  CHECK(g.due(460ms).empty());
  CHECK(count(g.play(), trail_event::hedge_scheduled) == 1);
}

TEST_CASE("a grant that comes too late starts nothing", "[ladder]") {
  auto g = hedged();
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
  CHECK(lines(g.play().hedge_decided(true, game::at(200ms))) == told{"start 1 hedge"});
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
  g.play().hedge_decided(true, game::at(200ms));
  g.start(2, 200ms);
  CHECK(g.end(2, invalid, 250ms).empty());
  CHECK(g.end(1, invalid, 300ms) == told{"start 2 stronger"});
}

// -- policy --------------------------------------------------------------------------------------

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

// -- time ----------------------------------------------------------------------------------------

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

TEST_CASE("a retry that waits is dropped at the end of the time", "[ladder]") {
  game g;
  g.add("a");
  g.add_message();
  g.begin();
  REQUIRE(g.end(1, failure_class::transport, 10ms).empty());
  CHECK(g.due(3980ms) == told{"degrade 1"});
  CHECK(g.play().cause() == "latency");
}

// -- which rung ----------------------------------------------------------------------------------

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
    CHECK(g.end(2, attempt_refused{"limit", 300ms}, 0ms) == told{"answer 0"});
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
  g.play().hedge_decided(true, game::at(200ms));
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
    CHECK(g.end(1, attempt_refused{"breaker", {}}, 10ms) == told{"answer 0"});
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
  g.play().hedge_decided(true, game::at(200ms));
  g.end(2, valid, 300ms);
  CHECK(g.play().facts().cost == Approx(0.02));
}
