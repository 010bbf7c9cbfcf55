#pragma once

#include "actors/fitness.hpp"
#include "actors/hedge_allowance.hpp"
#include "actors/interfaces.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <map>
#include <string>

namespace hedgerow {

struct task_state {
  task_actor::pointer self = nullptr;
  task_setup setup;
  hedge_allowance hedges{0};
  std::map<std::string, fitness, std::less<>> routes;

  void take_over(const task_setup& next);
  bool grant_hedge();
  void judged(const fitness_note& x);

private:
  const task& of() const { return setup.rules->tasks.find(setup.name)->second; }
  void publish(std::string_view route);
};

/// What all requests of one task share: how much extra load its hedges may still put on, and how
/// fit its routes are.
task_actor::behavior_type task_keeper(task_actor::stateful_pointer<task_state> self,
                                      task_setup setup);

} // namespace hedgerow
