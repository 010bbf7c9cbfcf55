#include "actors/task.hpp"

#include <utility>

namespace hedgerow {

task_actor::behavior_type task_keeper(task_actor::stateful_pointer<task_state> self,
                                      task_setup setup) {
  auto& state = self->state;
  state.self = self;
  state.take_over(setup);
  return {
      [self](const arrival&) { self->state.hedges.arrived(self->clock().now()); },
      [self](const hedge_wish&) { return self->state.grant_hedge(); },
      [self](const fitness_note& x) { self->state.judged(x); },
      [self](const task_setup& x) { self->state.take_over(x); },
  };
}

/// What is remembered of a route is kept for as long as it is the same route.
void task_state::take_over(const task_setup& next) {
  const auto before = std::exchange(setup, next);
  const auto stays = [&](const std::string& route) {
    return same_route(before.rules->routes.find(route)->second.config,
                      setup.rules->routes.find(route)->second.config);
  };
  const auto share_of = [](const task& x) { return x.hedge ? x.hedge->max_extra : 0.0; };
  if (!before.rules || share_of(before.rules->tasks.find(setup.name)->second) != share_of(of()))
    hedges = hedge_allowance{share_of(of())};
  auto known = std::exchange(routes, {});
  for (const auto& x : of().ladder)
    if (const auto* model = std::get_if<model_rung>(&x)) {
      auto& now = routes.emplace(model->route, fitness{of().fitness}).first->second;
      if (const auto i = known.find(model->route); i != known.end() && stays(model->route)) {
        now = i->second;
        now.reconfigure(of().fitness);
      }
      publish(model->route);
    }
}

bool task_state::grant_hedge() {
  const auto now = self->clock().now();
  const auto granted = hedges.take(now);
  setup.board->tell_patience(hedges.patience(now), now);
  return granted;
}

void task_state::judged(const fitness_note& x) {
  const auto i = routes.find(x.route);
  if (i == routes.end())
    return; // It is of an older policy.
  const auto was_low = i->second.is_low();
  const auto before = i->second.pass_rate();
  i->second.record(x.passed);
  if (was_low || i->second.is_low() || before != i->second.pass_rate())
    publish(x.route);
}

void task_state::publish(std::string_view route) {
  const auto& x = routes.find(route)->second;
  for (std::size_t i = 0; i < of().ladder.size(); ++i)
    if (const auto* model = std::get_if<model_rung>(&of().ladder[i]);
        model && model->route == route)
      setup.board->tell(i, x.is_low(), x.pass_rate().value_or(1), self->clock().now());
}

} // namespace hedgerow
