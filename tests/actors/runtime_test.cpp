#include "actors/runtime/coordinator.hpp"
#include "actors/runtime/runtime.hpp"

#include "tests/support/threads.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <caf/actor_system.hpp>
#include <caf/blocking_actor.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/exit_reason.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/sec.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace hedgerow;
using namespace hedgerow::test;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

using std::chrono::steady_clock;

/// Answers every number with its successor.
using counting_actor = caf::typed_actor<caf::replies_to<int>::with<int>>;

counting_actor::behavior_type counting(counting_actor::pointer) {
  return {[](int x) { return x + 1; }};
}

/// Throws at 13.
counting_actor::behavior_type superstitious(counting_actor::pointer self) {
  self->set_exception_handler(
      [](std::exception_ptr&) -> caf::error { return caf::sec::runtime_error; });
  return {[](int x) -> int {
    if (x == 13)
      throw std::runtime_error{"13"};
    return x + 1;
  }};
}

/// Never answers, and keeps every promise.
struct silent_state {
  std::vector<caf::typed_response_promise<int>> kept;
};

counting_actor::behavior_type silent(counting_actor::stateful_pointer<silent_state> self) {
  return {[self](int) -> caf::result<int> {
    auto promise = self->make_response_promise<int>();
    self->state.kept.push_back(promise);
    return promise;
  }};
}

/// Asks `whom` for the successor of `x`, from an actor; `ended` gets the answer or the error.
void ask(caf::actor_system& system, counting_actor whom, int x, caf::timespan patience,
         std::promise<std::string>& ended) {
  system.spawn([=, &ended](caf::event_based_actor* self) {
    self->request(whom, patience, x)
        .then(
            [&ended](int answer) { ended.set_value(std::to_string(answer)); },
            [self, &ended](caf::error& reason) { ended.set_value(self->system().render(reason)); });
  });
}

std::string answer_of(caf::actor_system& system, counting_actor whom, int x,
                      caf::timespan patience = 60s) {
  std::promise<std::string> ended;
  ask(system, whom, x, patience, ended);
  return soon(ended.get_future());
}

} // namespace

TEST_CASE("a request that nobody answers ends at its timeout, not before", "[runtime]") {
  runtime world{1};
  auto mute = world.system().spawn(silent);
  const auto asked = steady_clock::now();
  CHECK(answer_of(world.system(), mute, 1, 20ms).find("request_timeout") != std::string::npos);
  CHECK(steady_clock::now() - asked >= 20ms);
  caf::anon_send_exit(mute, caf::exit_reason::kill);
}

TEST_CASE("a request is answered before its timeout", "[runtime]") {
  runtime world{1};
  CHECK(answer_of(world.system(), world.system().spawn(counting), 41) == "42");
}

TEST_CASE("delayed messages arrive in the order of their times, none too early", "[runtime]") {
  runtime world{2};
  std::promise<std::vector<int>> arrived;
  const auto start = steady_clock::now();
  world.system().spawn([&](caf::event_based_actor* self) -> caf::behavior {
    // The later ones are armed first, so that each next one has to overtake.
    for (int delay : {60'000'000, 30, 20, 10})
      self->delayed_send(self, std::chrono::milliseconds{delay}, delay);
    return {[self, &arrived, seen = std::vector<int>{}](int delay) mutable {
      seen.push_back(delay);
      if (seen.size() < 3)
        return;
      arrived.set_value(seen);
      self->quit();
    }};
  });
  CHECK(soon(arrived.get_future()) == std::vector{10, 20, 30});
  CHECK(steady_clock::now() - start >= 30ms);
}

TEST_CASE("a receive timeout fires when nothing comes", "[runtime]") {
  runtime world{1};
  std::promise<void> bored;
  world.system().spawn([&](caf::event_based_actor* self) -> caf::behavior {
    return {[](int) {}, caf::after(10ms) >>
                            [self, &bored] {
                              bored.set_value();
                              self->quit();
                            }};
  });
  soon(bored.get_future());
  SUCCEED("it fired");
}

TEST_CASE("work from outside is spread over all threads", "[runtime]") {
  runtime world{4};
  std::vector<std::promise<std::thread::id>> ran{16};
  for (auto& x : ran)
    world.system().spawn([&x] { x.set_value(std::this_thread::get_id()); });
  std::set<std::thread::id> threads;
  for (auto& x : ran)
    threads.insert(soon(x.get_future()));
  CHECK(threads.size() == 4);
  CHECK(threads.count(std::this_thread::get_id()) == 0);
}

TEST_CASE("an actor runs on the context of the thread that woke it", "[runtime]") {
  const bool lent = GENERATE(false, true);
  CAPTURE(lent);
  lent_threads embedder{3};
  runtime world = lent ? runtime{embedder.contexts} : runtime{std::size_t{3}};
  std::atomic<asio::io_context*> here{nullptr};
  auto witness = world.system().spawn([&] {
    return caf::behavior{[&](int) {
      for (auto* io : world.contexts())
        if (io->get_executor().running_in_this_thread())
          here = io;
    }};
  });
  for (int round = 0; round < 3; ++round) {
    for (auto* io : world.contexts()) {
      asio::post(*io, [&] { caf::anon_send(witness, 1); });
      settle(world.contexts());
      settle(world.contexts());
      CHECK(here == io);
    }
  }
  caf::anon_send_exit(witness, caf::exit_reason::kill);
}

TEST_CASE("whom a handler wakes takes its turn at the handler's end, if it says so", "[runtime]") {
  runtime world{1};
  int turns = 0;
  auto counter = world.system().spawn([&turns](caf::event_based_actor*) -> caf::behavior {
    return {[&turns](int x) { turns += x; }};
  });
  const auto turns_after = [&](bool at_once) {
    settle(world.contexts()); // Whom the last one woke has had its turn.
    settle(world.contexts());
    std::promise<std::pair<int, int>> seen;
    asio::post(*world.contexts()[0], [&] {
      const auto before = turns;
      std::optional<turns_at_once> at_end;
      if (at_once)
        at_end.emplace();
      caf::anon_send(counter, 1);
      const auto inside = turns;
      at_end.reset();
      seen.set_value({inside - before, turns - before});
    });
    return soon(seen.get_future());
  };
  turns_after(false); // Spawning it has woken it too.
  CHECK(turns_after(false) == std::pair{0, 0});
  CHECK(turns_after(true) == std::pair{0, 1});
  const turns_at_once of_no_effect; // No coordinator has started this thread.
  caf::anon_send_exit(counter, caf::exit_reason::kill);
}

TEST_CASE("Asio's completions go before the turns of those that an actor woke, if it gives way",
          "[runtime]") {
  runtime world{1};
  std::vector<std::string> order;
  std::promise<void> over;
  auto other = world.system().spawn([&](caf::event_based_actor*) -> caf::behavior {
    return {[&](int) { order.push_back("actor"); }};
  });
  auto first = world.system().spawn([&](caf::event_based_actor* self) -> caf::behavior {
    return {[&, self](bool gives_way) {
      self->send(other, 1);
      asio::post(*world.contexts()[0], [&] { order.push_back("handler"); });
      if (gives_way)
        give_way();
    }};
  });
  for (const bool gives_way : {false, true}) {
    order.clear();
    caf::anon_send(first, gives_way);
    for (int i = 0; i < 5; ++i)
      settle(world.contexts());
    CHECK(order
          == (gives_way ? std::vector<std::string>{"handler", "actor"}
                        : std::vector<std::string>{"actor", "handler"}));
  }
  caf::anon_send_exit(first, caf::exit_reason::kill);
  caf::anon_send_exit(other, caf::exit_reason::kill);
}

TEST_CASE("a detached actor has a thread of its own, timers and a voice", "[runtime]") {
  runtime world{1};
  std::promise<std::thread::id> ran;
  auto helper = world.system().spawn(counting);
  world.system().spawn<caf::detached>([&](caf::event_based_actor* self) -> caf::behavior {
    self->delayed_send(self, 5ms, 1);
    return {[self, &ran, helper](int x) {
      self->request(helper, 60s, x).then([self, &ran](int) {
        ran.set_value(std::this_thread::get_id());
        self->quit();
      });
    }};
  });
  std::promise<std::thread::id> pool;
  asio::post(*world.contexts().front(), [&] { pool.set_value(std::this_thread::get_id()); });
  const auto own = soon(ran.get_future());
  CHECK(own != std::this_thread::get_id());
  CHECK(own != soon(pool.get_future()));
}

TEST_CASE("a detached actor answers actors of the pool", "[runtime]") {
  runtime world{2};
  auto alone = world.system().spawn<caf::detached>(counting);
  CHECK(answer_of(world.system(), alone, 1) == "2");
  caf::anon_send_exit(alone, caf::exit_reason::user_shutdown);
}

TEST_CASE("a blocking actor waits without holding a thread of the pool", "[runtime]") {
  runtime world{1};
  auto helper = world.system().spawn(counting);
  std::promise<int> heard;
  world.system().spawn([&](caf::blocking_actor* self) {
    self->request(helper, 60s, 1)
        .receive([&](int x) { heard.set_value(x); }, [&](caf::error&) { heard.set_value(-1); });
  });
  CHECK(soon(heard.get_future()) == 2);
}

TEST_CASE("a throwing handler kills its actor, and everybody who asks is told", "[runtime]") {
  runtime world{2};
  auto doomed = world.system().spawn(superstitious);
  caf::scoped_actor self{world.system()};
  self->monitor(doomed);
  CHECK(answer_of(world.system(), doomed, 12) == "13");
  CHECK(answer_of(world.system(), doomed, 13).find("runtime_error") != std::string::npos);
  bool down = false;
  self->receive([&](const caf::down_msg&) { down = true; });
  CHECK(down);
  CHECK(answer_of(world.system(), doomed, 1).find("request_receiver_down") != std::string::npos);
}

TEST_CASE("a linked actor goes with the one that dies", "[runtime]") {
  runtime world{2};
  caf::scoped_actor self{world.system()};
  auto doomed = world.system().spawn(superstitious);
  auto mourner = world.system().spawn([doomed](caf::event_based_actor* me) -> caf::behavior {
    me->link_to(doomed);
    return {[](const std::string&) {}};
  });
  self->monitor(mourner);
  self->send(doomed, 13);
  caf::error reason;
  self->receive([&](const caf::down_msg& x) { reason = x.reason; });
  CHECK(reason == caf::sec::runtime_error);
}

TEST_CASE("threads that are not ours may ask and tell", "[runtime]") {
  runtime world{2};
  auto helper = world.system().spawn(counting);
  std::atomic<int> told{0};
  auto listener = world.system().spawn([&] { return caf::behavior{[&](int) { ++told; }}; });
  std::atomic<int> right{0};
  std::vector<std::thread> strangers;
  for (int i = 0; i < 4; ++i)
    strangers.emplace_back([&] {
      caf::scoped_actor self{world.system()};
      for (int x = 0; x < 250; ++x) {
        caf::anon_send(listener, x);
        self->request(helper, 60s, x)
            .receive([&](int y) { right += y == x + 1 ? 1 : 0; }, [](caf::error&) {});
      }
    });
  for (auto& x : strangers)
    x.join();
  CHECK(right == 1000);
  caf::scoped_actor self{world.system()};
  self->send_exit(listener, caf::exit_reason::user_shutdown);
  self->wait_for(listener);
  CHECK(told == 1000);
}

TEST_CASE("an actor that floods itself starves neither actors nor Asio", "[runtime]") {
  runtime world{1};
  auto& io = *world.contexts().front();
  std::atomic<long> flood{0};
  auto flooder = world.system().spawn([&](caf::event_based_actor* self) -> caf::behavior {
    self->send(self, 1);
    return {[self, &flood](int x) {
      ++flood;
      self->send(self, x);
    }};
  });
  CHECK(answer_of(world.system(), world.system().spawn(counting), 1) == "2");

  std::promise<void> rang;
  asio::steady_timer timer{io};
  timer.expires_after(1ms);
  timer.async_wait([&](boost::system::error_code) { rang.set_value(); });
  soon(rang.get_future());

  // Between two completions of Asio's the flooder gets one turn of 64 messages.
  long before = flood;
  long most = 0;
  std::promise<void> looked;
  std::function<void(int)> look = [&](int left) {
    const long seen = flood;
    most = std::max(most, seen - before);
    before = seen;
    if (left == 0)
      looked.set_value();
    else
      asio::post(io, [&look, left] { look(left - 1); });
  };
  asio::post(io, [&] {
    before = flood;
    look(100);
  });
  soon(looked.get_future());
  CHECK(most > 0);
  CHECK(most <= 128);
  caf::anon_send_exit(flooder, caf::exit_reason::kill);
}

TEST_CASE("a chain of a thousand actors passes a message on", "[runtime]") {
  runtime world{2};
  std::promise<int> arrived;
  auto next = caf::actor_cast<caf::actor>(
      world.system().spawn([&] { return caf::behavior{[&](int x) { arrived.set_value(x); }}; }));
  auto last = next;
  for (int i = 0; i < 1000; ++i)
    next = world.system().spawn([next](caf::event_based_actor* self) -> caf::behavior {
      return {[self, next](int x) { self->send(next, x + 1); }};
    });
  caf::anon_send(next, 0);
  next = nullptr;
  last = nullptr;
  CHECK(soon(arrived.get_future()) == 1000);
}
