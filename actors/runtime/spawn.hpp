#pragma once

#include <caf/actor_system.hpp>
#include <caf/logger.hpp>

#include <utility>

namespace hedgerow {

/// Spawns from a thread that outlives the actor system, outside every actor's turn: a coroutine or
/// completion handler on a lent thread, a program's main. CAF notes its logger on every thread that
/// spawns and waits at the system's end until each has forgotten it; the next system or the end of
/// the thread would do that, this does it at once.
template <class... Ts>
auto spawn_from_outside(caf::actor_system& system, Ts&&... xs) {
  auto handle = system.spawn(std::forward<Ts>(xs)...);
  caf::logger::set_current_actor_system(nullptr);
  return handle;
}

} // namespace hedgerow
