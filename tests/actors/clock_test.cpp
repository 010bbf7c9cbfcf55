#include "actors/runtime/clock.hpp"

#include "actors/runtime/runtime.hpp"
#include "tests/support/threads.hpp"

#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/exit_reason.hpp>
#include <caf/group.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/sec.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>

#include <catch2/catch.hpp>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <thread>
#include <vector>

using namespace hedgerow;
using namespace hedgerow::test;
using namespace std::chrono_literals;

namespace {

runtime_clock& clock_of(runtime& world) {
  return dynamic_cast<runtime_clock&>(world.system().clock());
}

/// Counts who is still in memory.
struct census {
  explicit census(std::atomic<int>& living) : living_{living} { ++living_; }
  ~census() { --living_; }
  census(const census&) = delete;
  census& operator=(const census&) = delete;

private:
  std::atomic<int>& living_;
};

/// True while the actor's memory is there, whether it runs or not.
bool in_memory(const caf::actor_addr& x) {
  return caf::actor_cast<caf::strong_actor_ptr>(x) != nullptr;
}

caf::behavior idle() {
  return {[](int) {}};
}

/// Tells the actor to go and waits until it has left the clock too.
template <class Handle>
void dismiss(runtime& world, const Handle& x) {
  caf::scoped_actor self{world.system()};
  self->send_exit(x, caf::exit_reason::user_shutdown);
  self->wait_for(x);
  settle(world.contexts());
}

} // namespace

TEST_CASE("a dead actor's delayed messages to itself keep nothing", "[runtime]") {
  runtime world{2};
  constexpr int many = 200;
  std::atomic<int> living{0};
  std::vector<caf::actor_addr> dead;
  for (int i = 0; i < many; ++i) {
    auto passenger = std::make_shared<census>(living);
    auto x = world.system().spawn([passenger](caf::event_based_actor* self) -> caf::behavior {
      self->delayed_send(self, 60min, 1);
      self->delayed_send(self, 120min, 2);
      return {[passenger](int) {}};
    });
    dead.push_back(x.address());
    passenger.reset();
    dismiss(world, x);
  }
  CHECK(clock_of(world).pending() == 0);
  CHECK(living == 0);
  for (auto& x : dead)
    CHECK_FALSE(in_memory(x));
}

TEST_CASE("a delayed message from somebody else goes with its receiver", "[runtime]") {
  runtime world{1};
  auto x = world.system().spawn([] { return idle(); });
  caf::delayed_anon_send(x, 60min, 1);
  CHECK(clock_of(world).pending() == 1);
  dismiss(world, x);
  CHECK(clock_of(world).pending() == 0);
}

TEST_CASE("a delayed message to another actor outlives its sender", "[runtime]") {
  runtime world{1};
  std::promise<int> heard;
  auto listener =
      world.system().spawn([&] { return caf::behavior{[&](int x) { heard.set_value(x); }}; });
  world.system().spawn([listener](caf::event_based_actor* self) {
    self->delayed_send(listener, 5ms, 7); // without a behaviour it ends at once
  });
  CHECK(soon(heard.get_future()) == 7);
}

TEST_CASE("request timeouts go with the actor that asked", "[runtime]") {
  runtime world{1};
  auto mute = world.system().spawn([](caf::event_based_actor* self) -> caf::behavior {
    auto kept = std::make_shared<std::vector<caf::response_promise>>();
    return {[self, kept](int) { kept->push_back(self->make_response_promise()); }};
  });
  auto asker = world.system().spawn([mute](caf::event_based_actor* self) -> caf::behavior {
    for (int i = 0; i < 10; ++i)
      self->request(mute, 60min, i).then([] {});
    return idle();
  });
  settle(world.contexts());
  CHECK(clock_of(world).pending() == 10);
  dismiss(world, asker);
  CHECK(clock_of(world).pending() == 0);
  dismiss(world, mute);
}

TEST_CASE("each timer is cancelled by its own name", "[runtime]") {
  runtime world{1};
  auto& clock = clock_of(world);
  auto x = world.system().spawn([] { return idle(); });
  auto* self = caf::actor_cast<caf::abstract_actor*>(x);
  const auto later = clock.now() + 60min;
  const auto first = caf::make_message_id(1).response_id();
  const auto second = caf::make_message_id(2).response_id();

  clock.set_request_timeout(later, self, first);
  clock.set_request_timeout(later, self, second);
  clock.cancel_request_timeout(self, first);
  clock.cancel_request_timeout(self, first);
  CHECK(clock.pending() == 1);
  clock.cancel_request_timeout(self, second);
  CHECK(clock.pending() == 0);

  // A new receive timeout of a type takes the place of the one before; several may stand beside.
  clock.set_ordinary_timeout(later, self, caf::atom("one"), 1);
  clock.set_ordinary_timeout(later, self, caf::atom("one"), 2);
  clock.set_ordinary_timeout(later, self, caf::atom("two"), 3);
  CHECK(clock.pending() == 2);
  clock.set_multi_timeout(later, self, caf::atom("one"), 4);
  clock.set_multi_timeout(later, self, caf::atom("one"), 5);
  CHECK(clock.pending() == 4);
  clock.cancel_ordinary_timeout(self, caf::atom("one"));
  CHECK(clock.pending() == 3);
  clock.cancel_all();
  CHECK(clock.pending() == 0);

  clock.close();
  clock.set_request_timeout(later, self, first);
  CHECK(clock.pending() == 0);
}

TEST_CASE("an actor that only a delayed message holds ends with that message", "[runtime]") {
  runtime world{1};
  auto owner = world.system().spawn([] { return caf::behavior{[](const caf::actor&) {}}; });
  caf::actor_addr passenger;
  {
    auto x = world.system().spawn([] { return idle(); });
    passenger = x.address();
    caf::delayed_anon_send(owner, 60min, x);
  }
  settle(world.contexts());
  CHECK(in_memory(passenger));
  dismiss(world, owner); // the passenger's own end comes back to the clock from inside it
  CHECK_FALSE(in_memory(passenger));
  CHECK(clock_of(world).pending() == 0);
}

TEST_CASE("a delayed message reaches a group", "[runtime]") {
  runtime world{2};
  std::promise<int> heard;
  auto place = world.system().groups().anonymous();
  auto member = world.system().spawn_in_group(place, [&](caf::event_based_actor* self) {
    return caf::behavior{[self, &heard](int x) {
      heard.set_value(x);
      self->quit();
    }};
  });
  caf::scoped_actor self{world.system()};
  world.system().clock().schedule_message(world.system().clock().now() + 5ms, place,
                                          caf::strong_actor_ptr{}, caf::make_message(9));
  CHECK(soon(heard.get_future()) == 9);
}

TEST_CASE("timers set and cancelled on many threads all end", "[runtime]") {
  runtime world{4};
  constexpr int many = 400;
  std::atomic<int> fired{0};
  std::atomic<int> left{many};
  std::promise<void> all;
  for (int i = 0; i < many; ++i)
    world.system().spawn([&, i](caf::event_based_actor* self) -> caf::behavior {
      self->delayed_send(self, std::chrono::microseconds{(i * 37) % 5000}, 1);
      self->delayed_send(self, 60min, 2);
      return {[&, self](int) {
        ++fired;
        self->quit();
        if (--left == 0)
          all.set_value();
      }};
    });
  soon(all.get_future());
  settle(world.contexts());
  CHECK(fired == many);
  CHECK(clock_of(world).pending() == 0);
}
