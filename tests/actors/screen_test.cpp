// A task's guard: what it has not let pass does not leave, on any path.

#include "tests/actors/world.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace hedgerow;
using namespace hedgerow::test;
using namespace std::chrono_literals;

namespace {

const std::vector<std::string> kept; // No promise was broken.

/// A world whose task is screened by a guard that calls everything safe, after 50 ms.
class screened_world : public world {
public:
  screened_world() {
    add_guard();
    job().retry.attempts = 0;
  }

  /// What the guard was asked about call `i`: the last turn.
  const message& judged(std::size_t i) const { return guard->calls.at(i).ask.messages.back(); }

  std::vector<std::string> words() const {
    std::vector<std::string> out;
    for (const auto& x : records)
      for (const auto& y : entries(x.facts.steps, trail_event::verdict))
        if (y.route == "guard")
          out.push_back(y.reason);
    return out;
  }
};

} // namespace

TEST_CASE_METHOD(screened_world, "a guard is asked before and after", "[screen]") {
  const auto a = add("a", {says("an answer")});
  const auto asked = play();
  CHECK(asked->got().ended == outcome::answered);
  CHECK(asked->got().what.text == "an answer");
  CHECK(asked->took() == 110ms);
  REQUIRE(guard->calls.size() == 2);
  CHECK(judged(0).from == role::user);
  CHECK(judged(0).parts.at(0).text == "hello");
  CHECK(judged(1).from == role::assistant);
  CHECK(judged(1).parts.at(0).text == "an answer");
  CHECK(a->calls.at(0).began == guard->calls[0].ended);
  CHECK(words() == std::vector<std::string>{"input: safe", "output: safe"});
  CHECK(asked->got().usage.input == 300);
  CHECK(broken_promises() == kept);
}

TEST_CASE_METHOD(screened_world, "an unsafe input reaches no model", "[screen]") {
  guard->script = {says("unsafe\nS9")};
  const auto a = add("a", {});
  add_message();
  const auto asked = play();
  CHECK(asked->got().ended == outcome::blocked);
  CHECK(asked->got().problem->code == errc::content_policy_violation);
  CHECK(asked->got().problem->message
        == "The safety check does not let this request pass: unsafe: S9.");
  CHECK_FALSE(asked->got().withheld);
  CHECK(a->calls.empty());
  CHECK(broken_promises() == kept);
}

TEST_CASE_METHOD(screened_world, "an unsafe output is withheld, and nothing stands in for it",
                 "[screen]") {
  guard->script = {says("safe"), says("unsafe\nS1")};
  add("a", {says("something awful")});
  const auto b = add("b", {});
  add_message();
  const auto asked = play();
  CHECK(asked->got().ended == outcome::blocked);
  CHECK(asked->got().withheld);
  CHECK(asked->got().problem->message == "The model's answer was withheld: unsafe: S1.");
  CHECK(asked->got().what.text.empty());
  CHECK(b->calls.empty());
  CHECK(broken_promises() == kept);
}

TEST_CASE_METHOD(screened_world, "a guard that fails blocks, whatever else could answer",
                 "[screen]") {
  add("a", {});
  add("b", {});
  add_message();
  const auto check_blocked = [this](std::size_t calls_of_a) {
    const auto asked = play();
    CHECK(asked->got().ended == outcome::blocked);
    CHECK(asked->got().problem->code == errc::safety_unavailable);
    CHECK_FALSE(asked->got().withheld);
    CHECK(models[0].second->calls.size() == calls_of_a);
    CHECK(models[1].second->calls.empty());
    CHECK(broken_promises() == kept);
  };
  SECTION("on the input") {
    guard->script = {fails(failure_class::transport)};
    check_blocked(0);
  }
  SECTION("on the output") {
    guard->script = {says("safe"), fails(failure_class::auth)};
    check_blocked(1);
  }
  SECTION("by its silence, up to its own timeout") {
    plan.routes.at("guard").config.timeout.total = 300ms;
    guard->script = {silent()};
    check_blocked(0);
    CHECK(submissions[0]->took() == 300ms);
  }
  SECTION("by its silence, up to the deadline") {
    guard->script = {silent()};
    check_blocked(0);
    CHECK(submissions[0]->took() <= 4s);
    CHECK(guard->calls.at(0).stops == 1);
  }
  SECTION("by its silence on the output") {
    guard->script = {says("safe"), silent()};
    check_blocked(1);
    CHECK(submissions[0]->took() <= 4s);
    CHECK(guard->calls.at(1).stops == 1);
  }
  SECTION("because a person has switched it off") {
    works().disable("guard");
    check_blocked(0);
  }
}

TEST_CASE_METHOD(screened_world, "an image wants a guard that sees", "[screen]") {
  add("a", {says("a cat")});
  request x;
  message said;
  said.parts.push_back({.text = "What is this?"});
  said.parts.push_back({.what = part::kind::image, .text = "https://example.org/cat.png"});
  x.ask.messages.push_back(said);
  SECTION("one that does is asked") {
    CHECK(play(std::move(x))->got().ended == outcome::answered);
    CHECK(guard->calls.size() == 2);
  }
  SECTION("one that does not blocks") {
    plan.routes.at("guard").config.capabilities.bits &=
        static_cast<std::uint8_t>(~static_cast<unsigned>(capability::vision));
    const auto asked = play(std::move(x));
    CHECK(asked->got().ended == outcome::blocked);
    CHECK(asked->got().problem->code == errc::safety_unavailable);
    CHECK(guard->calls.empty());
    CHECK(records.size() == 1);
  }
  CHECK(broken_promises() == kept);
}

TEST_CASE_METHOD(screened_world,
                 "of two answers only the one that passes leaves, and a block ends "
                 "both",
                 "[screen]") {
  job().screen->input = false;
  job().hedge = hedge_policy{.fixed = 100ms, .max_extra = 1};
  add("a", {says("slow", 300ms)});
  add("b", {says("quick", 20ms)});
  SECTION("the first to pass wins") {
    guard->script = {says("safe", 500ms), says("safe", 50ms)};
    const auto asked = play();
    CHECK(asked->got().ended == outcome::answered);
    CHECK(asked->got().route == "a");
    CHECK(asked->took() == 350ms);
    CHECK(guard->calls.at(0).stops == 1);
  }
  SECTION("one that does not pass blocks, although another might have") {
    guard->script = {says("unsafe\nS2", 50ms), says("safe", 50ms)};
    const auto asked = play();
    CHECK(asked->got().ended == outcome::blocked);
    CHECK(asked->took() == 170ms);
    CHECK(models[0].second->calls.at(0).cancelled);
    CHECK(guard->calls.size() == 1);
  }
  CHECK(broken_promises() == kept);
}

TEST_CASE_METHOD(screened_world, "what breaks the contract is not worth a guard", "[screen]") {
  job().must = wants_ok();
  job().screen->input = false;
  add("a", {says("prose")});
  add("b", {says(good_json)}, rung_role::stronger);
  CHECK(play()->got().route == "b");
  CHECK(guard->calls.size() == 1);
  CHECK(broken_promises() == kept);
}

TEST_CASE_METHOD(screened_world, "a screened answer is not streamed before it has passed",
                 "[screen]") {
  add("a", {streams({"one ", "two ", "three"})});
  const auto asked = play_streamed();
  CHECK(asked->got().ended == outcome::answered);
  CHECK(asked->heard.empty());
  CHECK(asked->got().what.text == "one two three");
  CHECK(broken_promises() == kept);
}

TEST_CASE_METHOD(screened_world, "who leaves while the guard is asked is gone", "[screen]") {
  add("a", {says("an answer", 10ms)});
  SECTION("about the input") {
    const auto asked = submit();
    advance(20ms);
    asked->handle.abandon();
    settle();
    CHECK(asked->got().ended == outcome::cancelled);
    CHECK(guard->calls.at(0).stops == 1);
  }
  SECTION("about the output") {
    const auto asked = submit();
    advance(80ms);
    asked->handle.abandon();
    settle();
    CHECK(asked->got().ended == outcome::cancelled);
    CHECK(guard->calls.at(1).stops == 1);
  }
  CHECK(broken_promises() == kept);
}

TEST_CASE_METHOD(world, "a person takes a route out of use and back", "[engine]") {
  const auto a = add("a", {});
  add("b", {});
  CHECK_FALSE(works().disable("c"));
  CHECK(works().disable("a"));
  CHECK(play()->got().route == "b");
  works().replace(plan); // It stays so over policies …
  settle();
  CHECK(play()->got().route == "b");
  CHECK(works().enable("a"));
  CHECK(play()->got().route == "a");
  CHECK(works().disable("a", now() + 10s)); // … and up to its time.
  CHECK(play()->got().route == "b");
  settle();
  CHECK(play()->got().route == "a");
  a->script.assign(a->calls.size(), says("ok"));
  a->script.push_back(act{.crashes = true});
  play(); // It dies of this one.
  a->script.clear();
  CHECK(works().disable("a"));
  CHECK(play()->got().route == "b");
  CHECK(broken_promises() == kept);
}

TEST_CASE_METHOD(world, "a disable reaches requests that are under way", "[engine]") {
  add("a", {fails(failure_class::transport, 100ms)});
  const auto b = add("b", {});
  add("c", {});
  job().retry.attempts = 0;
  const auto asked = submit();
  advance(50ms);
  works().disable("b");
  settle();
  CHECK(asked->got().route == "c");
  CHECK(b->calls.empty());
  CHECK(broken_promises() == kept);
}

TEST_CASE_METHOD(world, "a background task is not hedged", "[engine]") {
  job().mode = task_mode::background;
  job().hedge = hedge_policy{.fixed = 100ms, .max_extra = 1};
  add("a", {says("late", 1s)});
  const auto b = add("b", {});
  CHECK(play()->got().route == "a");
  CHECK(b->calls.empty());
}
