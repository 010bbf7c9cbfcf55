#pragma once

#include <caf/actor_cast.hpp>
#include <caf/actor_clock.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/atom.hpp>
#include <caf/detail/test_actor_clock.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/exit_reason.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>
#include <caf/typed_actor.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace hedgerow::test {

/// What came back for an `ask`; filled in while the world runs.
template <class Answer>
struct reply {
  std::optional<Answer> answer;
  caf::error reason;
  int times = 0; ///< How often something came back; more than one is a bug.

  bool ended() const { return times > 0; }
};

template <class Answer>
using reply_ptr = std::shared_ptr<reply<Answer>>;

/// CAF's own scheduler for tests: no thread, and a clock that stands still.
struct deterministic_config : caf::actor_system_config {
  deterministic_config() {
    set("scheduler.policy", caf::atom("testing"));
    set("logger.verbosity", caf::atom("quiet"));
  }
};

/// An actor system without threads: messages move when told to, time moves when told to.
class deterministic {
public:
  using time_point = caf::actor_clock::time_point;

  deterministic_config config;
  caf::actor_system system{config};

  deterministic() {
    // Not the epoch: now minus a window must be a time that the code under test can handle.
    clock().current_time = time_point{std::chrono::hours{1}};
  }

  ~deterministic() { end(); }

  deterministic(const deterministic&) = delete;
  deterministic& operator=(const deterministic&) = delete;

  time_point now() { return clock().now(); }

  /// Delivers messages, and what they cause, until there are none. No timer fires.
  void run() { world().run(); }

  /// Moves time, stopping wherever something is due, so that it is handled at its own time.
  void advance(caf::timespan by) {
    const auto end = now() + by;
    run();
    while (world().has_pending_timeout() && clock().schedule().begin()->first <= end) {
      world().trigger_timeout();
      run();
    }
    clock().current_time = end;
  }

  /// How many timeouts and delayed messages wait for their time.
  std::size_t pending_timers() { return clock().schedule().size(); }

  /// How many actors are alive, askers included.
  std::size_t living() { return system.registry().running(); }

  /// Spawns an actor that gets an exit when the world ends.
  template <class F, class... Ts>
  auto spawn(F f, Ts&&... xs) {
    return remember(system.spawn(f, std::forward<Ts>(xs)...));
  }

  /// Spawns an actor that takes every message of `Handle`'s interface and handles it with `fs`, one
  /// function per line of the interface.
  template <class Handle, class... Fs>
  Handle stub(Fs... fs) {
    return remember(system.spawn([fs...]() -> typename Handle::behavior_type { return {fs...}; }));
  }

  /// Asks as an actor would. The answer, or the error, is there after `run` or `advance`.
  template <class Answer, class Handle, class... Ts>
  reply_ptr<Answer> ask(const Handle& whom, Ts... xs) {
    auto to = std::make_shared<reply<Answer>>();
    remember(system.spawn([=](caf::event_based_actor* self) {
      self->request(whom, caf::infinite, xs...)
          .then(
              [to](Answer& x) {
                ++to->times;
                to->answer = std::move(x);
              },
              [to](caf::error& x) {
                ++to->times;
                to->reason = std::move(x);
              });
    }));
    return to;
  }

  template <class Handle, class... Ts>
  void tell(const Handle& whom, Ts&&... xs) {
    caf::anon_send(whom, std::forward<Ts>(xs)...);
  }

private:
  caf::scheduler::test_coordinator& world() {
    return dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler());
  }

  caf::detail::test_actor_clock& clock() { return world().clock(); }

  template <class Handle>
  Handle remember(Handle x) {
    spawned_.push_back(caf::actor_cast<caf::actor_addr>(x));
    return x;
  }

  /// The actor system waits for every actor at its end, and a timer or a stored promise keeps one
  /// alive. So everybody is told to go, whoever has only a timer too.
  void end() {
    for (auto& x : spawned_)
      kill(caf::actor_cast<caf::strong_actor_ptr>(x));
    for (auto& [due, event] : clock().schedule())
      kill(owner_of(*event));
    run();
    clock().cancel_all();
    run();
    // Actors that hold each other and were spawned past this fixture are a leak, not a hang.
    system.await_actors_before_shutdown(living() == 0);
  }

  static void kill(const caf::strong_actor_ptr& x) {
    if (x)
      caf::anon_send_exit(x, caf::exit_reason::kill);
  }

  static caf::strong_actor_ptr owner_of(const caf::detail::simple_actor_clock::delayed_event& x) {
    using clock = caf::detail::simple_actor_clock;
    if (auto* timeout = dynamic_cast<const clock::ordinary_timeout*>(&x))
      return timeout->self;
    if (auto* several = dynamic_cast<const clock::multi_timeout*>(&x))
      return several->self;
    if (auto* request = dynamic_cast<const clock::request_timeout*>(&x))
      return request->self;
    if (auto* message = dynamic_cast<const clock::actor_msg*>(&x))
      return message->receiver;
    return nullptr;
  }

  std::vector<caf::actor_addr> spawned_;
};

} // namespace hedgerow::test
