#include "tests/actors/world.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <cstdlib>
#include <random>
#include <set>

using namespace hedgerow;
using namespace hedgerow::test;
using namespace std::chrono_literals;

namespace {

using told = std::vector<std::string>;

const told kept; // No promise was broken.

} // namespace

TEST_CASE_METHOD(world, "a request that is turned away is answered before submit returns",
                 "[engine]") {
  auto a = add("a", {});
  auto asked = submit({.task = "nope"});
  CHECK(asked->got().ended == outcome::rejected);
  CHECK(asked->got().problem->code == errc::model_not_found);
  CHECK(asked->got().id == "r0");
  CHECK(asked->got().task == "nope");
  asked->handle.abandon();
  settle();
  CHECK(works().in_flight() == 0);
  CHECK(a->calls.empty());
}

TEST_CASE_METHOD(world, "a request without an id gets one of its own", "[engine]") {
  add("a", {});
  std::set<std::string> ids;
  for (int i = 0; i < 100; ++i) {
    request x{.task = "t"};
    x.ask.messages.push_back({.parts = {{.text = "hello"}}});
    works().submit(x, [&](answer got) { ids.insert(got.id); });
  }
  settle();
  CHECK(ids.size() == 100);
  CHECK(ids.begin()->size() == 20);
}

TEST_CASE_METHOD(world, "what is in flight is counted until its last attempt has ended",
                 "[engine]") {
  add("a", {})->otherwise = says("ok", 100ms);
  for (int i = 0; i < 10; ++i)
    submit();
  CHECK(works().in_flight() == 10);
  settle();
  CHECK(works().in_flight() == 0);
  CHECK(broken_promises() == kept);
}

TEST_CASE("the same seed gives the same run", "[engine]") {
  auto story = [](std::uint64_t seed) {
    world w;
    w.options.seed = seed;
    w.add("a", {})->otherwise = fails(failure_class::transport);
    w.add_message();
    for (int i = 0; i < 5; ++i)
      w.submit();
    w.settle();
    std::vector<std::pair<std::string, std::int64_t>> out;
    for (const auto& x : w.records)
      for (const auto& y : x.facts.steps)
        out.emplace_back(x.about->id + to_string(y.event).data(), y.at.count());
    return out;
  };
  CHECK(story(1) == story(1));
  CHECK(story(1) != story(2));
}

TEST_CASE_METHOD(world, "an engine that goes answers what is in flight", "[engine]") {
  job().hedge = hedge_policy{.fixed = 100ms, .max_extra = 1};
  auto a = add("a", {});
  a->otherwise = silent();
  auto b = add("b", {fails(failure_class::transport)});
  b->otherwise = silent();
  add("c", {});
  SECTION("with an error where the ladder has no degradation") {
    for (int i = 0; i < 5; ++i)
      submit();
    advance(150ms);
    running.reset();
    run();
    for (const auto& x : submissions)
      CHECK(x->got().ended == outcome::failed);
  }
  SECTION("degraded where it has one") {
    add_message();
    submit();
    advance(150ms);
    running.reset();
    run();
    CHECK(submissions[0]->got().ended == outcome::degraded);
  }
  CHECK(a->under_way() == 0);
  CHECK(b->under_way() == 0);
  CHECK(broken_promises() == kept);
}

TEST_CASE_METHOD(world, "an engine that goes answers what waits for a retry", "[engine]") {
  auto a = add("a", {fails({.kind = failure_class::transport, .retry_after = 900ms})});
  auto asked = submit();
  advance(100ms);
  running.reset();
  settle();
  CHECK(asked->got().ended == outcome::failed);
  CHECK(a->calls.size() == 1);
  CHECK(broken_promises() == kept);
}

TEST_CASE_METHOD(world, "an engine that is idle leaves nobody behind", "[engine]") {
  {
    auto a = add("a", {});
    play();
    models.clear();
    plan = {};
  }
  submissions.clear();
  records.clear();
  running.reset();
  settle();
  CHECK(living() == 0);
}

TEST_CASE_METHOD(world, "a new policy serves what comes, the old one what is under way",
                 "[engine]") {
  auto a = add("a", {silent()});
  auto b = add("b", {says("from b")});
  auto before = submit();
  advance(100ms);
  auto next = plan;
  next.version = "2";
  auto c = std::make_shared<scripted_model>(*this, std::vector<act>{says("from c")});
  models.emplace_back("c", c);
  next.routes.erase("a");
  next.routes.erase("b");
  next.routes.emplace("c", route_to("c", c->call()));
  next.tasks.at("t").ladder = {model_rung{"c"}};
  works().replace(next);
  run();
  CHECK(works().rules()->version == "2");
  auto after = submit();
  settle();
  CHECK(after->got().route == "c");
  // It keeps its ladder, and the routes that the new policy no longer has.
  CHECK(before->got().route == "b");
  CHECK(before->took() == 2010ms);
  CHECK(broken_promises() == kept);
}

TEST_CASE_METHOD(world, "a route that stays keeps its breaker's memory over a new policy",
                 "[engine]") {
  auto a = add("a", {fails(failure_class::quota)});
  play();
  auto asked = play();
  CHECK(asked->got().attempts == 0);
  works().replace(plan);
  run();
  CHECK(play()->got().attempts == 0);
  CHECK(a->calls.size() == 1);
  SECTION("another model at the same place is another route") {
    auto next = plan;
    next.routes.at("a").config.model = "a-2";
    works().replace(next);
    run();
    CHECK(play()->got().attempts == 1);
  }
  CHECK(broken_promises() == kept);
}

TEST_CASE_METHOD(world, "an open breaker lets through only its probes, and good ones close it",
                 "[engine]") {
  auto a = add("a", {});
  config("a").breaker.consecutive = 2;
  config("a").breaker.probes = 1;
  config("a").breaker.cooldown = 5s;
  job().retry.attempts = 0;
  a->script = std::vector<act>(2, fails(failure_class::transport));
  add("b", {});
  submit(), advance(100ms);
  submit(), advance(100ms);
  auto skipped = submit();
  advance(100ms);
  CHECK(a->calls.size() == 2);
  CHECK(skipped->got().route == "b");
  CHECK(skipped->got().fallback);
  CHECK(skipped->got().attempts == 1);
  advance(5s);
  auto probing = submit({.wants_trail = true});
  advance(100ms);
  CHECK(probing->got().route == "a");
  CHECK(entries(probing->got().steps, trail_event::attempt_started).at(0).kind
        == attempt_kind::probe);
  REQUIRE(moves.size() == 2);
  CHECK(moves[0].what.to == breaker_state::open);
  CHECK(moves[1].what.to == breaker_state::closed);
  settle();
  CHECK(broken_promises() == kept);
}

// -- a random run --------------------------------------------------------------------------------

namespace {

/// How many random runs to play; HEDGEROW_SEEDS asks for more than the quick 300.
std::uint64_t seeds() {
  const auto* wish = std::getenv("HEDGEROW_SEEDS");
  return wish ? std::stoull(wish) : 300;
}

class dice {
public:
  explicit dice(std::uint64_t seed) : random_{seed} {}

  int below(int n) { return static_cast<int>(random_() % static_cast<std::uint64_t>(n)); }
  bool once_in(int n) { return below(n) == 0; }
  milliseconds time(int most) { return milliseconds{below(most)}; }

private:
  std::mt19937_64 random_;
};

act any_act(dice& roll) {
  auto after = roll.time(roll.once_in(4) ? 3000 : 300);
  act out;
  switch (roll.below(10)) {
  case 0:
    return silent();
  case 1:
    out = withheld(after);
    break;
  case 2:
    out = says("prose", after);
    break;
  case 3:
  case 4:
  case 5: {
    failure why{.kind = failure_classes[static_cast<std::size_t>(roll.below(9))], .reason = "dice"};
    if (roll.once_in(3))
      why.retry_after = roll.time(2000);
    why.too_long = why.kind == failure_class::capability && roll.once_in(2);
    why.scope = static_cast<failure_scope>(roll.below(3));
    out = fails(why, after);
    break;
  }
  default:
    out = says(good_json, after);
  }
  out.deaf = roll.once_in(10);
  return out;
}

void any_route(world& w, dice& roll, const std::string& name) {
  std::vector<act> script;
  for (int i = 0; i < 40; ++i)
    script.push_back(any_act(roll));
  auto model =
      w.add(name, std::move(script),
            roll.once_in(3) ? static_cast<rung_role>(roll.below(3)) : rung_role::equivalent);
  model->otherwise = says(good_json);
  auto& config = w.config(name);
  config.timeout.total = 200ms + roll.time(6000);
  config.breaker.consecutive = 1 + roll.below(6);
  config.enabled = !roll.once_in(12);
  config.cost = {.input = 1, .output = 2};
  if (roll.once_in(6))
    config.context = 1;
  if (roll.once_in(12))
    config.safety = safety_level::relaxed;
  if (roll.once_in(2))
    config.provider.name = "shared";
}

void any_policy(world& w, dice& roll) {
  auto& of = w.job();
  of.deadline = 50ms + roll.time(5000);
  of.budget.attempts = 1 + roll.below(7);
  of.retry = {.attempts = roll.below(4), .base = 1ms + roll.time(400)};
  if (roll.once_in(2))
    of.must = wants_ok();
  if (roll.once_in(2))
    of.hedge = hedge_policy{.max_extra = 0.1 * roll.below(11), .at_most = roll.below(3)};
  if (of.hedge && roll.once_in(2))
    of.hedge->fixed = 1ms + roll.time(1000);
  for (int i = 0; i <= roll.below(4); ++i)
    any_route(w, roll, std::string(1, static_cast<char>('a' + i)));
  if (roll.once_in(3))
    of.ladder.push_back(rules_of({{.answer = roll.once_in(2) ? good_json : "{}"}}));
  if (roll.once_in(2))
    w.add_message();
}

/// Requests at any time, some abandoned, some with less time; now and then a reload, or the end.
void any_traffic(world& w, dice& roll) {
  auto ends_early = roll.once_in(10);
  for (int i = 0; i < 25; ++i) {
    request x;
    if (roll.once_in(5))
      x.deadline = roll.time(1000);
    auto asked = w.submit(std::move(x));
    w.advance(roll.time(roll.once_in(5) ? 4000 : 60));
    if (roll.once_in(8))
      asked->handle.abandon();
    if (roll.once_in(25))
      w.works().replace(w.plan);
  }
  if (ends_early)
    w.running.reset();
  w.settle();
}

} // namespace

TEST_CASE("whatever models do, the engine keeps its promises", "[engine][random]") {
  std::array<int, 6> ends{};
  for (std::uint64_t seed = 1; seed <= seeds(); ++seed) {
    CAPTURE(seed);
    dice roll{seed};
    world w;
    w.options.seed = seed;
    any_policy(w, roll);
    any_traffic(w, roll);
    REQUIRE(w.broken_promises() == kept);
    for (const auto& x : w.submissions)
      ++ends[static_cast<std::size_t>(x->got().ended)];
  }
  // The run is worth something only if it meets every outcome.
  for (auto n : ends)
    CHECK(n > 50);
}
