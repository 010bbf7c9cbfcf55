#include "tests/actors/game.hpp"

using namespace hedgerow;
using namespace hedgerow::test;
using namespace std::chrono_literals;

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
