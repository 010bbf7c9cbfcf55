// What a caller gets, told by the real engine and its real actors in virtual time.

#include "tests/actors/world.hpp"

#include <catch2/catch.hpp>

using namespace hedgerow;
using namespace hedgerow::test;
using namespace std::chrono_literals;

namespace {

using told = std::vector<std::string>;

const told kept; // No promise was broken.

failure limited(milliseconds hint) {
  return {.kind = failure_class::rate_limit, .status = 429, .retry_after = hint};
}

} // namespace

TEST_CASE_METHOD(world, "a healthy route answers and the story is told", "[supervisor]") {
  auto a = add("a", {says("hello there", 40ms)});
  config("a").cost = {.input = 1, .output = 2};
  request x;
  x.wants_trail = true;
  auto asked = play(x);
  const auto& got = asked->got();
  CHECK(got.ended == outcome::answered);
  CHECK(got.what.text == "hello there");
  CHECK(got.route == "a");
  CHECK(got.provider == "a");
  CHECK(got.model == "a-1");
  CHECK(got.region == "here");
  CHECK(got.attempts == 1);
  CHECK(got.cost == Approx(0.00012));
  CHECK(got.latency == 40ms);
  CHECK(got.overhead == 0ms);
  CHECK(asked->took() == 40ms);
  CHECK(lines(got.steps)
        == told{"admitted", "attempt_started a 1 primary", "attempt_ended a 1 primary ok",
                "verdict a 1 primary valid", "ended answered"});
  REQUIRE(records.size() == 1);
  CHECK(lines(records[0].facts.steps) == lines(got.steps));
  CHECK(records[0].facts.what.text.empty());
  CHECK(broken_promises() == kept);
}

TEST_CASE_METHOD(world, "an answer carries its trail only if it is wanted", "[supervisor]") {
  add("a", {});
  CHECK(play()->got().steps.empty());
  CHECK_FALSE(records.at(0).facts.steps.empty());
}

TEST_CASE_METHOD(world, "the model that really answered is named", "[supervisor]") {
  auto reply = says("hi");
  std::get<completion>(*reply.what).model = "a-1-2026-05-01";
  add("a", {reply});
  CHECK(play()->got().model == "a-1-2026-05-01");
}

TEST_CASE_METHOD(world, "a transport failure is retried on the same route", "[supervisor]") {
  auto a = add("a", {fails(failure_class::transport), fails(failure_class::transport), says("ok")});
  add("b", {});
  job().budget.attempts = 6;
  auto asked = play();
  CHECK(asked->got().ended == outcome::answered);
  CHECK(asked->got().route == "a");
  CHECK(asked->got().retries == 2);
  CHECK_FALSE(asked->got().fallback);
  REQUIRE(a->calls.size() == 3);
  CHECK(a->calls[1].began - *a->calls[0].ended <= 250ms);
  CHECK(a->calls[2].began - *a->calls[1].ended <= 500ms);
  CHECK(broken_promises() == kept);
}

TEST_CASE_METHOD(world, "an equivalent route serves when the retries are used up", "[supervisor]") {
  auto a = add("a", {});
  a->otherwise = fails(failure_class::transport);
  auto b = add("b", {});
  auto asked = play();
  CHECK(asked->got().route == "b");
  CHECK(asked->got().fallback);
  CHECK(asked->got().fallbacks == 1);
  CHECK(a->calls.size() == 3);
  CHECK(broken_promises() == kept);
}

TEST_CASE_METHOD(world, "a Retry-After is waited for before the same route is called again",
                 "[supervisor]") {
  auto a = add("a", {fails(limited(600ms)), says("ok")});
  add("b", {});
  CHECK(play()->got().route == "a");
  REQUIRE(a->calls.size() == 2);
  CHECK(a->calls[1].began - *a->calls[0].ended >= 600ms);
  CHECK(a->calls[1].began - *a->calls[0].ended <= 660ms);
  CHECK(broken_promises() == kept);
}

TEST_CASE_METHOD(world, "a Retry-After that is too long moves on at once", "[supervisor]") {
  auto a = add("a", {fails(limited(20s), 10ms)});
  add("b", {says("ok", 10ms)});
  auto asked = play();
  CHECK(asked->got().route == "b");
  CHECK(asked->took() == 20ms);
  CHECK(a->calls.size() == 1);
  CHECK(broken_promises() == kept);
}

TEST_CASE_METHOD(world, "quota, auth and latency never call the same route again", "[supervisor]") {
  auto kind = GENERATE(failure_class::quota, failure_class::auth, failure_class::latency,
                       failure_class::rate_limit);
  auto a = add("a", {});
  a->otherwise = fails(kind);
  auto b = add("b", {});
  b->otherwise = fails(kind);
  auto asked = play();
  CHECK(asked->got().ended == outcome::failed);
  CHECK(a->calls.size() == 1);
  CHECK(b->calls.size() == 1);
  CHECK(broken_promises() == kept);
}

TEST_CASE_METHOD(world, "an output that breaks the contract goes to the stronger model only",
                 "[supervisor]") {
  add("a", {says("prose")});
  auto b = add("b", {says(good_json)});
  add("s", {says(good_json)}, rung_role::stronger);
  job().must = wants_ok();
  auto asked = play();
  CHECK(asked->got().ended == outcome::answered);
  CHECK(asked->got().route == "s");
  CHECK(asked->got().is_json);
  CHECK(asked->got().what.text == good_json);
  CHECK(asked->got().violations.size() == 1);
  CHECK(b->calls.empty());
  CHECK(broken_promises() == kept);
}

TEST_CASE_METHOD(world, "a model is asked again with what it said and what was wrong",
                 "[supervisor][reask]") {
  auto a = add("a", {says(R"({"no":1})"), says(good_json)});
  auto s = add("s", {}, rung_role::stronger);
  job().must = wants_ok();
  job().repair.reasks = 1;
  auto asked = play();
  CHECK(asked->got().ended == outcome::answered);
  CHECK(asked->got().route == "a");
  CHECK(asked->got().what.text == good_json);
  CHECK(asked->got().attempts == 2);
  CHECK(asked->got().retries == 0);
  REQUIRE(a->calls.size() == 2);
  const auto& first = a->calls[0].ask.messages;
  const auto& second = a->calls[1].ask.messages;
  REQUIRE(second.size() == first.size() + 2);
  CHECK(second[first.size()].from == role::assistant);
  CHECK(second[first.size()].parts.at(0).text == R"({"no":1})");
  CHECK(second.back().from == role::user);
  CHECK_THAT(second.back().parts.at(0).text, Catch::Contains("ok"));
  CHECK(s->calls.empty());
  const auto kinds = entries(records.at(0).facts.steps, trail_event::attempt_started);
  REQUIRE(kinds.size() == 2);
  CHECK(kinds[1].kind == attempt_kind::reask);
  CHECK(broken_promises() == kept);
}

TEST_CASE_METHOD(world, "an output that is mended is told as repaired", "[supervisor]") {
  add("a", {says("```json\n{\"ok\":true}\n```")});
  job().must = wants_ok();
  auto asked = play();
  CHECK(asked->got().ended == outcome::answered);
  CHECK(asked->got().repaired);
  CHECK(asked->got().what.text == good_json);
  CHECK_FALSE(asked->got().changes.empty());
  CHECK(asked->got().violations.at(0).keyword == "json");
  CHECK(broken_promises() == kept);
}

TEST_CASE_METHOD(world, "the caller's own mistake is told at once", "[supervisor]") {
  add("a", {fails(failure_class::invalid_request)});
  auto b = add("b", {});
  add_message();
  auto asked = play();
  CHECK(asked->got().ended == outcome::rejected);
  CHECK(asked->got().problem->code == errc::invalid_request);
  CHECK(b->calls.empty());
  CHECK(broken_promises() == kept);
}

// -- hedges --------------------------------------------------------------------------------------

TEST_CASE_METHOD(world, "the first valid answer wins and the loser is stopped once",
                 "[supervisor][hedge]") {
  job().hedge = hedge_policy{.fixed = 200ms};
  auto a = add("a", {silent()});
  auto b = add("b", {says("from b", 50ms)});
  auto asked = play();
  CHECK(asked->got().what.text == "from b");
  CHECK(asked->got().hedged);
  CHECK_FALSE(asked->got().fallback);
  CHECK(asked->got().attempts == 2);
  CHECK(asked->took() == 250ms);
  REQUIRE(a->calls.size() == 1);
  CHECK(a->calls[0].stops == 1);
  CHECK(a->calls[0].cancelled);
  CHECK(*a->calls[0].ended == asked->answered_at);
  CHECK(b->calls[0].stops == 0);
  CHECK(broken_promises() == kept);
}

TEST_CASE_METHOD(world, "the late one may still win", "[supervisor][hedge]") {
  job().hedge = hedge_policy{.fixed = 200ms};
  add("a", {says("from a", 300ms)});
  auto b = add("b", {silent()});
  auto asked = play();
  CHECK(asked->got().what.text == "from a");
  CHECK(asked->took() == 300ms);
  CHECK(b->calls.at(0).stops == 1);
  CHECK(broken_promises() == kept);
}

TEST_CASE_METHOD(world, "an answer before the delay needs no hedge", "[supervisor][hedge]") {
  job().hedge = hedge_policy{.fixed = 200ms};
  add("a", {says("ok", 199ms)});
  auto b = add("b", {});
  CHECK(play()->got().route == "a");
  CHECK(b->calls.empty());
}

TEST_CASE_METHOD(world, "an invalid answer waits for the other, which wins",
                 "[supervisor][hedge]") {
  job().hedge = hedge_policy{.fixed = 200ms};
  job().must = wants_ok();
  add("a", {says(good_json, 500ms)});
  auto b = add("b", {says("prose", 50ms)});
  auto s = add("s", {says(good_json)}, rung_role::stronger);
  auto asked = play();
  CHECK(asked->got().route == "a");
  CHECK(asked->took() == 500ms);
  CHECK(s->calls.empty());
  CHECK(broken_promises() == kept);
}

TEST_CASE_METHOD(world, "without data a quantile hedges nothing, with data it does",
                 "[supervisor][hedge]") {
  job().hedge = hedge_policy{.quantile = 0.95, .floor = 50ms, .max_extra = 1};
  auto a = add("a", {});
  a->otherwise = says("ok", 80ms);
  auto b = add("b", {});
  for (int i = 0; i < 30; ++i) {
    submit();
    advance(200ms);
  }
  CHECK(b->calls.empty());
  a->script = std::vector<act>(31, says("slow", 700ms));
  auto asked = submit();
  advance(2s);
  REQUIRE(b->calls.size() == 1);
  auto delay = b->calls[0].began - asked->began;
  CHECK(delay >= 78ms); // The window is exact to 2 %.
  CHECK(delay <= 84ms);
  settle();
  CHECK(broken_promises() == kept);
}

TEST_CASE_METHOD(world, "hedges are denied beyond the task's share of extra load",
                 "[supervisor][hedge]") {
  job().hedge = hedge_policy{.fixed = 100ms, .max_extra = 0.1};
  auto a = add("a", {});
  a->otherwise = says("slow", 300ms);
  auto b = add("b", {});
  b->otherwise = says("fast", 10ms);
  for (int i = 0; i < 50; ++i) {
    submit();
    advance(100ms);
  }
  settle();
  CHECK(b->calls.size() >= 4);
  CHECK(b->calls.size() <= 5);
  CHECK(broken_promises() == kept);
}

TEST_CASE_METHOD(world, "a hedge goes past a route whose breaker is open", "[supervisor][hedge]") {
  job().hedge = hedge_policy{.fixed = 100ms};
  auto a = add("a", {says("warm"), silent()});
  auto b = add("b", {});
  auto c = add("c", {});
  // The quota of `b` is used up: its breakers open.
  task other{.name = "u"};
  other.ladder.push_back(model_rung{"b"});
  plan.tasks.emplace("u", other);
  b->script = {fails(failure_class::quota)};
  submit({.task = "u"});
  submit();
  advance(1s);
  auto asked = submit();
  advance(1s);
  CHECK(asked->got().route == "c");
  CHECK(asked->got().attempts == 2);
  CHECK(asked->got().hedged);
  CHECK(b->calls.size() == 1);
  settle();
  CHECK(broken_promises() == kept);
}

// -- policy --------------------------------------------------------------------------------------

TEST_CASE_METHOD(world, "a policy verdict blocks at once and nothing starts afterwards",
                 "[supervisor][policy]") {
  auto how = GENERATE(0, 1);
  auto a =
      add("a", {how == 0 ? withheld() : fails({.kind = failure_class::policy, .status = 400})});
  auto b = add("b", {});
  add_message();
  auto asked = play();
  CHECK(asked->got().ended == outcome::blocked);
  CHECK(asked->got().problem->code == errc::content_policy_violation);
  CHECK(asked->got().withheld == (how == 0));
  CHECK(asked->got().what.text.empty());
  CHECK(asked->took() == 10ms);
  CHECK(b->calls.empty());
  CHECK(broken_promises() == kept);
}

TEST_CASE_METHOD(world, "a hedge's policy verdict blocks, however close the other is",
                 "[supervisor][policy]") {
  job().hedge = hedge_policy{.fixed = 100ms};
  // Both end at the same moment; the verdict stands in the queue before the answer.
  auto a = add("a", {silent()});
  a->script[0] = says("nearly", 200ms);
  a->script[0].deaf = true;
  auto b = add("b", {withheld(99ms)});
  auto c = add("c", {});
  auto asked = play();
  CHECK(asked->got().ended == outcome::blocked);
  CHECK(asked->took() == 199ms);
  CHECK(a->calls.at(0).stops == 1);
  CHECK(c->calls.empty());
  CHECK(broken_promises() == kept);
}

TEST_CASE_METHOD(world, "a policy verdict that comes after the answer changes nothing",
                 "[supervisor][policy]") {
  job().hedge = hedge_policy{.fixed = 100ms};
  auto late = withheld(500ms);
  late.deaf = true;
  add("a", {late});
  add("b", {says("ok", 50ms)});
  auto asked = play();
  CHECK(asked->got().ended == outcome::answered);
  REQUIRE(records.size() == 1);
  CHECK(records[0].facts.ended == outcome::answered);
  CHECK(lines(records[0].facts.steps).back() == "latched a 1 primary");
  CHECK(broken_promises() == kept);
}

TEST_CASE_METHOD(world, "a refusal in prose where JSON is wanted blocks", "[supervisor][policy]") {
  job().must = wants_ok();
  add("a", {says("I'm sorry, but I can't help with that.")});
  auto s = add("s", {}, rung_role::stronger);
  CHECK(play()->got().ended == outcome::blocked);
  CHECK(s->calls.empty());
  CHECK(broken_promises() == kept);
}

// -- time ----------------------------------------------------------------------------------------

TEST_CASE_METHOD(world, "a silent route is given up while another is untried", "[supervisor]") {
  auto a = add("a", {silent()});
  add("b", {says("from b", 100ms)});
  auto asked = play();
  CHECK(asked->got().route == "b");
  CHECK(asked->took() == 2100ms);
  CHECK(a->calls.at(0).stops == 1);
  CHECK(broken_promises() == kept);
}

TEST_CASE_METHOD(world,
                 "a ladder without degradation ends at its deadline, with an error that says so",
                 "[supervisor]") {
  auto a = add("a", {silent()});
  auto asked = play();
  CHECK(asked->got().ended == outcome::failed);
  CHECK(asked->got().problem->code == errc::deadline_exceeded);
  CHECK(asked->took() == 4s);
  CHECK(a->calls.at(0).cancelled);
  CHECK(broken_promises() == kept);
}

TEST_CASE_METHOD(world, "a ladder that ends in a degradation ends degraded, before its deadline",
                 "[supervisor]") {
  add("a", {silent()});
  add("b", {silent()});
  add_message("Later.");
  auto asked = play();
  CHECK(asked->got().ended == outcome::degraded);
  CHECK(asked->got().what.text == "Later.");
  CHECK(asked->got().degraded->kind == "message");
  CHECK(asked->got().degraded->reason == "latency");
  CHECK(asked->got().route.empty());
  CHECK(asked->took() == 3980ms);
  CHECK(broken_promises() == kept);
}

TEST_CASE_METHOD(world, "a caller's shorter deadline holds", "[supervisor]") {
  add("a", {silent()});
  auto asked = play({.deadline = 500ms});
  CHECK(asked->got().problem->code == errc::deadline_exceeded);
  CHECK(asked->took() == 500ms);
  CHECK(broken_promises() == kept);
}

TEST_CASE_METHOD(world, "a route's own timeout is a failure of latency", "[supervisor]") {
  auto a = add("a", {silent()});
  config("a").timeout.total = 300ms;
  add("b", {says("ok", 10ms)});
  auto asked = play();
  CHECK(asked->took() == 310ms);
  CHECK(a->calls.at(0).stops == 0);
  CHECK(broken_promises() == kept);
}

TEST_CASE_METHOD(world, "what was waited for is not overhead", "[supervisor]") {
  add("a", {fails(failure_class::transport, 20ms), says("ok", 30ms)});
  auto asked = play();
  CHECK(asked->got().overhead == 0ms);
  CHECK(asked->got().latency == asked->took());
}

// -- the ends ------------------------------------------------------------------------------------

TEST_CASE_METHOD(world, "a caller who goes away stops everything below", "[supervisor]") {
  job().hedge = hedge_policy{.fixed = 100ms};
  auto a = add("a", {silent()});
  auto b = add("b", {silent()});
  auto asked = submit();
  advance(200ms);
  CHECK(a->under_way() + b->under_way() == 2);
  asked->handle.abandon();
  run();
  CHECK(asked->got().ended == outcome::cancelled);
  CHECK(a->under_way() + b->under_way() == 0);
  CHECK(works().in_flight() == 0);
  asked->handle.abandon();
  settle();
  CHECK(broken_promises() == kept);
}

TEST_CASE_METHOD(world, "a caller who goes away during a backoff is not kept", "[supervisor]") {
  auto a = add("a", {fails({.kind = failure_class::transport, .retry_after = 900ms})});
  auto asked = submit();
  advance(100ms);
  asked->handle.abandon();
  run();
  CHECK(asked->got().ended == outcome::cancelled);
  settle();
  CHECK(a->calls.size() == 1);
  CHECK(broken_promises() == kept);
}

TEST_CASE_METHOD(world, "the record waits for the last loser", "[supervisor]") {
  job().hedge = hedge_policy{.fixed = 100ms};
  auto slow_to_stop = says("too late", 700ms);
  slow_to_stop.deaf = true;
  add("a", {slow_to_stop});
  add("b", {says("ok", 50ms)});
  auto asked = submit();
  advance(200ms);
  CHECK(asked->got().ended == outcome::answered);
  CHECK(records.empty());
  CHECK(works().in_flight() == 1);
  advance(500ms);
  CHECK(records.size() == 1);
  CHECK(works().in_flight() == 0);
}

TEST_CASE_METHOD(world, "rules answer when no model does, and say so", "[supervisor]") {
  job().must = wants_ok();
  add("a", {fails(failure_class::quota)});
  job().ladder.push_back(rules_of({{.contains_any = {"refund"}, .answer = R"({"ok":"$input"})"}}));
  add_message();
  SECTION("a rule matches") {
    auto asked = play({.input = "A refund, please."});
    CHECK(asked->got().ended == outcome::degraded);
    CHECK(asked->got().what.text == R"({"ok":"A refund, please."})");
    CHECK(asked->got().is_json);
    CHECK(asked->got().degraded->kind == "rules");
    CHECK(asked->got().degraded->reason == "quota");
  }
  SECTION("no rule matches: the message") {
    auto asked = play({.input = "Hello."});
    CHECK(asked->got().degraded->kind == "message");
    CHECK_FALSE(asked->got().is_json);
  }
  CHECK(broken_promises() == kept);
}

TEST_CASE_METHOD(world, "routes that are out of use are skipped, and the message says why",
                 "[supervisor]") {
  auto a = add("a", {fails(failure_class::quota)});
  add_message();
  play();
  auto asked = play();
  CHECK(asked->got().ended == outcome::degraded);
  CHECK(asked->got().degraded->reason == "skipped");
  CHECK(asked->got().attempts == 0);
  CHECK(a->calls.size() == 1);
  CHECK(broken_promises() == kept);
}
