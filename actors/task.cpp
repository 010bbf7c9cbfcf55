#include "actors/task.hpp"

namespace hedgerow {

task_actor::behavior_type task_keeper(task_actor::stateful_pointer<task_state> self,
                                      double hedge_share) {
  self->state.hedges = hedge_allowance{hedge_share};
  return {
      [self](const arrival&) { self->state.hedges.arrived(self->clock().now()); },
      [self](const hedge_wish&) { return self->state.hedges.take(self->clock().now()); },
  };
}

} // namespace hedgerow
