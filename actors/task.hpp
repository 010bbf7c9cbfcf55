#pragma once

#include "actors/hedge_allowance.hpp"
#include "actors/interfaces.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace hedgerow {

struct task_state {
  hedge_allowance hedges{0};
};

/// What all requests of one task share: how much extra load its hedges may still put on.
task_actor::behavior_type task_keeper(task_actor::stateful_pointer<task_state> self,
                                      double hedge_share);

} // namespace hedgerow
