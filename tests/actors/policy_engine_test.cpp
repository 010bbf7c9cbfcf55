// What routes and tasks remember from request to request, told by the real engine in virtual time.

#include "tests/actors/world.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace hedgerow;
using namespace hedgerow::test;
using namespace std::chrono_literals;

namespace {

const std::vector<std::string> kept; // No promise was broken.

std::vector<std::string> skips(const record& x) {
  std::vector<std::string> out;
  for (const auto& y : entries(x.facts.steps, trail_event::rung_skipped))
    out.push_back(std::string{y.route} + " " + y.reason);
  return out;
}

} // namespace

TEST_CASE_METHOD(world,
                 "a route that breaks the contract too often is skipped, tried again and used "
                 "again",
                 "[engine]") {
  job().must = wants_ok();
  job().fitness = {.window = 20, .min_calls = 10, .pass_rate = 0.6};
  auto a = add("a", {});
  a->otherwise = says("prose");
  add("b", {})->otherwise = says(good_json);
  job().steps[failure_class::contract] = {cure::equivalent};
  for (int i = 0; i < 10; ++i)
    CHECK(play()->got().route == "b");
  CHECK(a->calls.size() == 10);
  records.clear();
  auto tries = submit(); // It has been a while: this one finds out whether it is still so.
  auto skips_it = submit();
  settle();
  CHECK(tries->got().route == "b");
  CHECK(skips_it->got().route == "b");
  CHECK(a->calls.size() == 11);
  const auto& story =
      *std::ranges::find(records, skips_it->id, [](auto& x) { return x.about->id; });
  CHECK(skips(story) == std::vector<std::string>{"a fitness"});
  a->otherwise = says(good_json);
  for (int i = 0; i < 4; ++i)
    play();
  CHECK(play()->got().route == "a");
}

TEST_CASE_METHOD(world, "a low route is used where it is all there is", "[engine]") {
  job().must = wants_ok();
  job().fitness = {.window = 20, .min_calls = 3, .pass_rate = 0.6};
  auto a = add("a", {});
  a->otherwise = says("prose");
  add_message();
  for (int i = 0; i < 6; ++i)
    CHECK(play()->got().ended == outcome::degraded);
  CHECK(a->calls.size() == 6);
  CHECK(broken_promises() == kept);
}

TEST_CASE_METHOD(world, "a route takes as many calls at once as it may, and the rest move on",
                 "[engine]") {
  add("a", {})->otherwise = says("ok", 100ms);
  add("b", {});
  config("a").limits.concurrency = 2;
  std::vector<submission_ptr> all;
  for (int i = 0; i < 3; ++i)
    all.push_back(submit());
  settle();
  CHECK(all[0]->got().route == "a");
  CHECK(all[1]->got().route == "a");
  CHECK(all[2]->got().route == "b");
  CHECK(all[2]->got().fallback);
  CHECK(play()->got().route == "a");
  CHECK(broken_promises() == kept);
}

TEST_CASE_METHOD(world, "a stopped call gives its place back", "[engine]") {
  add("a", {silent(), says("ok")});
  config("a").limits.concurrency = 1;
  auto first = submit();
  advance(10ms);
  first->handle.abandon();
  advance(10ms);
  CHECK(play()->got().route == "a");
  CHECK(broken_promises() == kept);
}

TEST_CASE_METHOD(world, "where all routes are at their limits the caller hears when to come back",
                 "[engine]") {
  add("a", {});
  config("a").limits.requests_per_minute = 1;
  CHECK(play()->got().ended == outcome::answered);
  auto again = submit();
  run();
  CHECK(again->got().ended == outcome::failed);
  REQUIRE(again->got().retry_after);
  const auto wait = *again->got().retry_after;
  CHECK(wait <= 2s); // `play` has let a minute pass.
  advance(wait);
  CHECK(play()->got().ended == outcome::answered);
}

TEST_CASE_METHOD(world, "the budget's cap goes to the model", "[engine]") {
  job().budget.tokens = 2000;
  std::optional<std::int64_t> seen;
  add("a", {})->improvise = [&](const model_call& x) {
    seen = x.max_tokens;
    return says("ok");
  };
  play();
  REQUIRE(seen);
  CHECK(*seen == 2000 - 2); // "hello" is two tokens.
}

TEST_CASE_METHOD(world, "how much a route says and how it counts is learned", "[engine]") {
  job().budget.tokens = 100'000;
  std::vector<std::int64_t> caps;
  add("a", {})->improvise = [&](const model_call& x) {
    caps.push_back(*x.max_tokens);
    auto out = says("ok");
    std::get<completion>(*out.what).usage = {.input = 8, .output = 40};
    return out;
  };
  add("b", {}); // Kept in mind with what it would cost.
  for (int i = 0; i < 40; ++i)
    play();
  CHECK(caps.front() == 100'000 - 2 - 1002);
  // "hello" counts nearly four times as much here; of `b` nothing is known.
  CHECK(caps.back() == 100'000 - 8 - 1002);
}

TEST_CASE_METHOD(world, "when two of three routes of one provider fail, the third is put on trial",
                 "[engine]") {
  for (const auto* name : {"a", "b", "c"}) {
    add(name, {});
    auto& x = config(name);
    x.provider.name = "one";
    x.breaker.consecutive = 2;
  }
  job().retry.attempts = 0;
  for (auto& [name, model] : models)
    if (name != "c")
      model->otherwise = fails(failure_class::transport);
  for (int i = 0; i < 2; ++i) {
    auto asked = submit();
    advance(100ms);
    CHECK(asked->got().route == "c");
  }
  auto next = submit();
  advance(100ms);
  REQUIRE(moves.size() == 3);
  CHECK(moves[2].route == "c");
  CHECK(moves[2].what.reason == "correlated");
  CHECK(next->got().route == "c"); // As nobody else is left, it is asked all the same …
  settle();
  CHECK(play()->got().route == "c"); // … and comes back.
}

TEST_CASE_METHOD(world, "after an outage the primary is used again soon", "[engine]") {
  auto a = add("a", {});
  add("b", {});
  job().retry.attempts = 0;
  auto down = false;
  a->improvise = [&](const model_call&) {
    return down ? fails(failure_class::transport, 1ms) : says("ok");
  };
  const auto twenty_a_second = [&](std::chrono::seconds time) {
    std::vector<submission_ptr> out;
    for (auto left = 20 * time.count(); left > 0; --left) {
      out.push_back(submit());
      advance(50ms);
    }
    return out;
  };
  twenty_a_second(5s);
  down = true;
  const auto before = a->calls.size();
  const auto meanwhile = twenty_a_second(60s);
  CHECK(a->calls.size() - before <= 60);
  for (const auto& x : meanwhile)
    CHECK(x->got().ended == outcome::answered);
  down = false;
  const auto after = twenty_a_second(10s);
  CHECK(after.back()->got().route == "a");
  settle();
  CHECK(broken_promises() == kept);
}

TEST_CASE_METHOD(world, "with every breaker open a route is asked once a second, and found well",
                 "[engine]") {
  auto a = add("a", {});
  a->otherwise = fails(failure_class::transport, 1ms);
  config("a").breaker = {.consecutive = 2, .cooldown = 60s, .max_cooldown = 60s};
  job().retry.attempts = 0;
  add_message();
  for (int i = 0; i < 100; ++i) {
    submit();
    advance(100ms);
  }
  CHECK(a->calls.size() >= 2 + 8);
  CHECK(a->calls.size() <= 2 + 11);
  a->otherwise = says("ok");
  advance(1s);
  auto asked = submit();
  advance(100ms);
  CHECK(asked->got().ended == outcome::answered);
  settle();
  CHECK(broken_promises() == kept);
}

TEST_CASE_METHOD(world, "a route out of quota is not asked out of turn", "[engine]") {
  auto a = add("a", {fails(failure_class::quota)});
  add_message();
  for (int i = 0; i < 30; ++i) {
    submit();
    advance(1s);
  }
  CHECK(a->calls.size() == 1);
}

TEST_CASE_METHOD(world, "hedges wait longer while nearly every request wants one", "[engine]") {
  job().hedge = hedge_policy{.fixed = 50ms, .max_extra = 0.1};
  add("a", {})->otherwise = says("ok", 500ms);
  add("b", {})->otherwise = says("ok", 500ms);
  for (int i = 0; i < 100; ++i) {
    submit();
    advance(100ms);
  }
  const auto waits = [](const record& x) {
    return entries(x.facts.steps, trail_event::hedge_scheduled).front().wait->count();
  };
  CHECK(waits(records.front()) == 50);
  CHECK(waits(records.back()) >= 100);
  settle();
  CHECK(broken_promises() == kept);
  for (auto& [name, model] : models)
    model->otherwise = says("ok");
  play();
  CHECK(waits(records.back()) == 50);
}

TEST_CASE_METHOD(world, "a route that crashes lets its attempts go at once", "[engine]") {
  job().retry.attempts = 0;
  auto crash = says("never said");
  crash.crashes = true;
  const auto a = add("a", {says("too late", 3s), crash});
  add("b", {})->otherwise = says("b answers");
  const auto before = submit();
  advance(100ms);
  CHECK(before->answers.empty());
  const auto during = submit();
  advance(50ms);
  CHECK(before->got().what.text == "b answers");
  CHECK(during->got().what.text == "b answers");
  CHECK(a->calls.at(0).cancelled);
  settle();
  CHECK(broken_promises() == kept);
  a->script.clear();
  CHECK(play()->got().route == "a"); // It has been replaced.
}

TEST_CASE_METHOD(world, "an end that is told twice moves nothing the second time", "[engine]") {
  auto twice = says("once");
  twice.again_after = 5ms;
  const auto a = add("a", {twice, twice});
  plan.routes.at("a").config.limits.concurrency = 1;
  CHECK(play()->got().what.text == "once");
  CHECK(play()->got().what.text == "once");
  CHECK(play()->got().route == "a"); // Its permits are right.
  CHECK(a->calls.size() == 3);
  CHECK(broken_promises() == kept);
}
