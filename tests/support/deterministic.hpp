#pragma once

#include "actors/runtime/virtual_time.hpp"

#include <caf/actor_addr.hpp>
#include <caf/actor_cast.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/exit_reason.hpp>
#include <caf/send.hpp>
#include <caf/typed_actor.hpp>

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

/// Actors in virtual time, with what tests need to talk to them.
class deterministic : public virtual_time {
public:
  ~deterministic() {
    // A stored promise keeps an actor alive; everybody here is told to go.
    for (const auto& x : spawned_)
      if (const auto who = caf::actor_cast<caf::strong_actor_ptr>(x))
        caf::anon_send_exit(who, caf::exit_reason::kill);
  }

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
  template <class Handle>
  Handle remember(Handle x) {
    spawned_.push_back(caf::actor_cast<caf::actor_addr>(x));
    return x;
  }

  std::vector<caf::actor_addr> spawned_;
};

} // namespace hedgerow::test
