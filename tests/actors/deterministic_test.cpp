#include "tests/support/deterministic.hpp"

#include "actors/runtime/runtime.hpp"
#include "tests/support/threads.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/sec.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <catch2/catch.hpp>

#include <chrono>
#include <future>
#include <memory>
#include <vector>

using namespace hedgerow::test;
using namespace std::chrono_literals;

namespace {

using counting_actor = caf::typed_actor<caf::replies_to<int>::with<int>>;

/// Gives up on `whom` after a while and answers -1 instead.
counting_actor::behavior_type patient(counting_actor::pointer self, counting_actor whom,
                                      caf::timespan patience) {
  return {[self, whom, patience](int x) -> caf::result<int> {
    auto promise = self->make_response_promise<int>();
    self->request(whom, patience, x)
        .then([promise](int y) mutable { promise.deliver(y); },
              [promise](caf::error&) mutable { promise.deliver(-1); });
    return promise;
  }};
}

/// Keeps every promise and never answers.
struct silent_state {
  std::vector<caf::typed_response_promise<int>> kept;
};

counting_actor::behavior_type silent(counting_actor::stateful_pointer<silent_state> self) {
  return {[self](int) -> caf::result<int> {
    self->state.kept.push_back(self->make_response_promise<int>());
    return self->state.kept.back();
  }};
}

using times = std::vector<deterministic::time_point>;

/// Notes the time once a second, for ever.
caf::behavior ticking(caf::event_based_actor* self, std::shared_ptr<times> noted) {
  self->delayed_send(self, 1s, 1);
  return {[self, noted](int x) {
    noted->push_back(self->clock().now());
    self->delayed_send(self, 1s, x);
  }};
}

} // namespace

TEST_CASE_METHOD(deterministic, "a request times out at its time and not before", "[runtime]") {
  auto answer = ask<int>(spawn(patient, spawn(silent), 200ms), 1);
  run();
  CHECK_FALSE(answer->ended());
  advance(199ms);
  CHECK_FALSE(answer->ended());
  advance(1ms);
  REQUIRE(answer->times == 1);
  CHECK(answer->answer == -1);
}

TEST_CASE("the same actors time out on threads", "[runtime]") {
  hedgerow::runtime world{2};
  auto mute = world.system().spawn(silent);
  caf::timespan patience = 20ms;
  auto asked = world.system().spawn(patient, mute, patience);
  std::promise<int> answered;
  world.system().spawn([asked, &answered](caf::event_based_actor* self) {
    self->request(asked, 1min, 1).then([&](int x) { answered.set_value(x); });
  });
  CHECK(soon(answered.get_future()) == -1);
  caf::anon_send_exit(mute, caf::exit_reason::user_shutdown);
}

TEST_CASE_METHOD(deterministic, "a stub answers without time going by", "[runtime]") {
  const auto before = now();
  auto answer =
      ask<int>(spawn(patient, stub<counting_actor>([](int x) -> int { return 2 * x; }), 200ms), 21);
  run();
  CHECK(answer->answer == 42);
  CHECK(now() == before);
}

TEST_CASE_METHOD(deterministic, "an error comes back as an error", "[runtime]") {
  auto failing = stub<counting_actor>(
      [](int) -> caf::result<int> { return caf::make_error(caf::sec::runtime_error); });
  auto answer = ask<int>(failing, 1);
  run();
  CHECK(answer->times == 1);
  CHECK_FALSE(answer->answer);
  CHECK(answer->reason == caf::sec::runtime_error);
}

TEST_CASE_METHOD(deterministic, "run fires no timer", "[runtime]") {
  auto noted = std::make_shared<times>();
  spawn(ticking, noted);
  run();
  CHECK(noted->empty());
  CHECK(pending_timers() == 1);
}

TEST_CASE_METHOD(deterministic, "time stops wherever something is due", "[runtime]") {
  const auto start = now();
  CHECK(start - 30min > time_point{});
  auto noted = std::make_shared<times>();
  spawn(ticking, noted);
  advance(3500ms);
  CHECK(*noted == times{start + 1s, start + 2s, start + 3s});
  CHECK(now() == start + 3500ms);
}

TEST_CASE("a world ends although actors tick, wait and hold each other", "[runtime]") {
  auto noted = std::make_shared<times>();
  {
    deterministic world;
    // One that only the clock knows, …
    world.system.spawn(ticking, noted);
    // … one that waits for an answer that nobody gives, …
    world.ask<int>(world.spawn(patient, world.spawn(silent), 200ms), 1);
    // … and two that know each other.
    auto left = world.spawn([](caf::event_based_actor*) -> caf::behavior {
      auto friend_of_mine = std::make_shared<caf::actor>();
      return {[friend_of_mine](const caf::actor& x) { *friend_of_mine = x; }};
    });
    auto right =
        world.spawn([left](caf::event_based_actor*) -> caf::behavior { return {[left](int) {}}; });
    world.tell(left, right);
    world.advance(10ms);
    CHECK(world.living() == 6);
  }
  CHECK(noted->empty());
  CHECK(noted.use_count() == 1);
}
