#include "actors/runtime/runtime.hpp"
#include "actors/runtime/spawn.hpp"

#include "tests/support/threads.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/exit_reason.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/sec.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <catch2/catch.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace {

/// An upstream call is over, whatever the reason.
struct call_ended {
  std::uint64_t id;
};

} // namespace

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(call_ended)

using namespace hedgerow;
using namespace hedgerow::test;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

/// Answers when its upstream call ends, which takes an hour unless it is stopped.
using slow_actor =
    caf::typed_actor<caf::replies_to<std::uint64_t>::with<int>, caf::reacts_to<call_ended>>;

struct slow_state {
  struct call {
    caf::typed_response_promise<int> promise;
    std::shared_ptr<asio::steady_timer> upstream;
  };

  std::map<std::uint64_t, call> calls;
  std::optional<caf::error> leaving;
  slow_actor::stateful_pointer<slow_state> self = nullptr;
  std::vector<asio::io_context*> contexts;

  caf::result<int> start(std::uint64_t id) {
    if (leaving)
      return caf::sec::runtime_error;
    auto upstream = std::make_shared<asio::steady_timer>(*contexts[id % contexts.size()]);
    upstream->expires_after(60min);
    upstream->async_wait([id, upstream, me = slow_actor{self}](boost::system::error_code) {
      caf::anon_send(me, call_ended{id});
    });
    auto promise = self->make_response_promise<int>();
    calls.emplace(id, call{promise, upstream});
    return promise;
  }

  void end(const call_ended& x) {
    auto i = calls.find(x.id);
    i->second.promise.deliver(caf::make_error(caf::sec::runtime_error));
    calls.erase(i);
    if (leaving && calls.empty())
      self->quit(*leaving);
  }

  void leave(const caf::exit_msg& x) {
    leaving = x.reason;
    for (auto& [id, x_call] : calls)
      asio::post(x_call.upstream->get_executor(), [timer = x_call.upstream] { timer->cancel(); });
    if (calls.empty())
      self->quit(x.reason);
  }
};

slow_actor::behavior_type slow(slow_actor::stateful_pointer<slow_state> self,
                               std::vector<asio::io_context*> contexts) {
  self->state.self = self;
  self->state.contexts = std::move(contexts);
  self->set_exit_handler([self](caf::exit_msg& x) { self->state.leave(x); });
  return {
      [self](std::uint64_t id) { return self->state.start(id); },
      [self](const call_ended& x) { self->state.end(x); },
  };
}

/// Asks `route` once and counts how it ended.
struct census {
  std::atomic<int> waiting{0};
  std::atomic<int> answered{0};
  std::atomic<int> told{0};
};

void waiting(caf::event_based_actor* self, slow_actor route, std::uint64_t id, census* all) {
  // The hour is what must not be waited for.
  self->request(route, 60min, id)
      .then([all](int) { ++all->answered; }, [all](caf::error&) { ++all->told; });
  ++all->waiting;
}

/// Fills the runtime with requests, sends the route an exit, stops.
void leave_with_work_in_flight(runtime& world, census& all, int requests) {
  auto route = world.system().spawn(slow, world.contexts());
  for (int i = 0; i < requests; ++i)
    world.system().spawn(waiting, route, static_cast<std::uint64_t>(i), &all);
  while (all.waiting < requests)
    settle(world.contexts());
  caf::anon_send_exit(route, caf::exit_reason::user_shutdown);
  route = nullptr;
  world.stop();
}

} // namespace

TEST_CASE("a thousand requests in flight are told, on threads of our own", "[runtime]") {
  census all;
  runtime world{2};
  leave_with_work_in_flight(world, all, 1000);
  CHECK(all.told == 1000);
  CHECK(all.answered == 0);
}

TEST_CASE("a thousand requests in flight are told, on lent threads, several times", "[runtime]") {
  lent_threads embedder{2};
  for (int engine = 0; engine < 3; ++engine) {
    census all;
    runtime world{embedder.contexts};
    leave_with_work_in_flight(world, all, 1000);
    CHECK(all.told == 1000);
    CHECK(all.answered == 0);
  }
}

TEST_CASE("a handler on a lent thread may spawn", "[runtime]") {
  lent_threads embedder{1};
  for (int engine = 0; engine < 3; ++engine) {
    runtime world{embedder.contexts};
    std::promise<int> ran;
    asio::post(*embedder.contexts.front(),
               [&] { spawn_from_outside(world.system(), [&ran] { ran.set_value(1); }); });
    CHECK(soon(ran.get_future()) == 1);
    settle(embedder.contexts);
    world.stop();
  }
}

TEST_CASE("an actor on a lent thread may spawn", "[runtime]") {
  lent_threads embedder{1};
  runtime world{embedder.contexts};
  std::promise<int> ran;
  world.system().spawn(
      [&ran](caf::event_based_actor* self) { self->spawn([&ran] { ran.set_value(1); }); });
  CHECK(soon(ran.get_future()) == 1);
  // The thread lives on: what it still knew of the system would keep it from ending.
  world.stop();
}

TEST_CASE("a lent context goes on when its runtime has stopped", "[runtime]") {
  lent_threads embedder{1};
  { runtime world{embedder.contexts}; }
  std::promise<void> alive;
  asio::post(*embedder.contexts.front(), [&] { alive.set_value(); });
  soon(alive.get_future());
  SUCCEED("it runs");
}

TEST_CASE("a runtime stops on another thread than it was made on", "[runtime]") {
  std::optional<runtime> world{std::in_place, std::size_t{1}};
  std::promise<void> stopped;
  std::thread stranger{[&] {
    world->stop();
    stopped.set_value();
  }};
  soon(stopped.get_future());
  stranger.join();
  SUCCEED("it stopped");
}

TEST_CASE("two runtimes share a lent context", "[runtime]") {
  lent_threads embedder{1};
  runtime one{embedder.contexts};
  runtime two{embedder.contexts};
  std::promise<int> arrived;
  auto far =
      two.system().spawn([&] { return caf::behavior{[&](int x) { arrived.set_value(x); }}; });
  auto near = one.system().spawn([far](caf::event_based_actor* self) -> caf::behavior {
    return {[self, far](int x) { self->send(far, x + 1); }};
  });
  caf::anon_send(near, 1);
  CHECK(soon(arrived.get_future()) == 2);
  near = nullptr;
  one.stop();
  far = nullptr;
  two.stop();
}

TEST_CASE("a runtime ends with timers pending and nobody left to wait for them", "[runtime]") {
  const bool lent = GENERATE(false, true);
  CAPTURE(lent);
  lent_threads embedder{1};
  std::optional<runtime> world;
  if (lent)
    world.emplace(embedder.contexts);
  else
    world.emplace(std::size_t{1});
  auto ticking = world->system().spawn([](caf::event_based_actor* self) -> caf::behavior {
    self->delayed_send(self, 60min, 1);
    return {[](int) {}};
  });
  world->system().spawn(
      [ticking](caf::event_based_actor* self) { self->delayed_send(ticking, 60min, 1); });
  caf::anon_send_exit(ticking, caf::exit_reason::user_shutdown);
  world->stop();
  world->stop();
  SUCCEED("it ended");
}

TEST_CASE("an actor whose last handle goes in a completion handler ends in peace", "[runtime]") {
  for (int i = 0; i < 50; ++i) {
    runtime world{1};
    auto x =
        world.system().spawn([](caf::event_based_actor*) -> caf::behavior { return {[](int) {}}; });
    settle(world.contexts());
    asio::post(*world.contexts().front(), [x = std::move(x)] {});
  }
  SUCCEED("all ended");
}

TEST_CASE("what still waits in an owned context ends with the runtime", "[runtime]") {
  auto seen = std::make_shared<int>(1);
  {
    runtime world{1};
    auto timer = std::make_shared<asio::steady_timer>(*world.contexts().front());
    timer->expires_after(60min);
    timer->async_wait([timer, seen](boost::system::error_code) {});
  }
  CHECK(seen.use_count() == 1);
}
