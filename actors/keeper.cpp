#include "actors/keeper.hpp"

#include "actors/degrader.hpp"
#include "actors/route.hpp"
#include "actors/task.hpp"
#include "actors/validator.hpp"

#include <caf/actor_system.hpp>

#include <algorithm>

namespace hedgerow {

namespace {

/// A seed of its own for every route, whatever the order they are made in.
std::uint64_t seed_for(std::uint64_t seed, std::string_view name) {
  for (unsigned char c : name)
    seed = (seed ^ c) * 0x100000001b3u;
  return seed;
}

template <class Handle>
const Handle* find(const std::map<std::string, Handle, std::less<>>& in, const std::string& name) {
  auto i = in.find(name);
  return i == in.end() ? nullptr : &i->second;
}

template <class Handle>
bool holds(const std::vector<Handle>& in, const caf::actor_addr& who) {
  return std::ranges::any_of(in, [&](const Handle& x) { return x.address() == who; });
}

/// `in` without the role of `who`; whether it had one.
template <class Handle>
bool vacate(std::map<std::string, Handle, std::less<>>& in, const caf::actor_addr& who) {
  return std::erase_if(in, [&](const auto& x) { return x.second.address() == who; }) > 0;
}

template <class Handle>
bool vacate(std::vector<Handle>& in, const caf::actor_addr& who) {
  return std::erase_if(in, [&](const Handle& x) { return x.address() == who; }) > 0;
}

void fill_lanes(caf::actor_system& system, cast& next, const cast_options& with) {
  while (next.validators.size() < with.lanes)
    next.validators.push_back(system.spawn(validator));
  while (next.degraders.size() < with.lanes)
    next.degraders.push_back(system.spawn(degrader));
  if (!next.recorder)
    next.recorder = system.spawn(recorder, with.sinks);
}

/// Fewer routes are no domain: of two, the second opens by itself.
constexpr std::size_t smallest_domain = 3;

/// The routes of one provider and region fail together. A domain of the same routes stays, and with
/// it what is known of them.
void fill_domains(cast& next, const cast* before) {
  std::map<std::pair<std::string, std::string>, std::vector<std::string>> members;
  for (const auto& [name, x] : next.rules->routes)
    members[{x.config.provider.name, x.config.region}].push_back(name);
  for (auto& [where, names] : members) {
    if (names.size() < smallest_domain)
      continue;
    const auto known = before ? before->domains.find(where) : next.domains.end();
    const auto stays = before && known != before->domains.end() && known->second->routes() == names;
    next.domains.emplace(where, stays ? known->second
                                      : std::make_shared<failure_domain>(std::move(names)));
  }
}

void fill_routes(caf::actor_system& system, cast& next, const cast_options& with,
                 const cast* before) {
  for (const auto& [name, setup] : next.rules->routes) {
    route_surroundings around{next.validators, next.recorder};
    const auto where = next.domains.find({setup.config.provider.name, setup.config.region});
    if (where != next.domains.end()) {
      const auto& names = where->second->routes();
      around.domain = where->second;
      around.place = static_cast<std::size_t>(std::ranges::find(names, name) - names.begin());
    }
    const auto* known = before ? find(before->rules->routes, name) : nullptr;
    const auto stays = known && same_route(known->config, setup.config);
    if (stays) // Whoever plays the role: what is on the board is not lost with an actor.
      around.board = before->route_boards.find(name)->second;
    next.route_boards.emplace(name, around.board);
    if (const auto* plays = stays ? find(before->routes, name) : nullptr) {
      caf::anon_send(*plays, reconfigure{setup, around});
      next.routes.emplace(name, *plays);
    } else {
      next.routes.emplace(name, system.spawn(route, setup, around, seed_for(with.seed, name)));
    }
  }
}

void fill_tasks(caf::actor_system& system, cast& next, const cast* before) {
  for (const auto& [name, of] : next.rules->tasks) {
    const auto& board = next.task_boards[name] = std::make_shared<task_board>(of.ladder.size());
    task_setup setup{next.rules, name, board};
    if (const auto* known = before ? find(before->tasks, name) : nullptr) {
      caf::anon_send(*known, std::move(setup));
      next.tasks.emplace(name, *known);
    } else {
      next.tasks.emplace(name, system.spawn(task_keeper, std::move(setup)));
    }
  }
}

/// Calls `visit` with the address of everyone in `x`.
template <class F>
void each(const cast& x, F visit) {
  for (const auto& [name, y] : x.routes)
    visit(y);
  for (const auto& [name, y] : x.tasks)
    visit(y);
  for (const auto& y : x.validators)
    visit(y);
  for (const auto& y : x.degraders)
    visit(y);
  visit(x.recorder);
}

} // namespace

std::shared_ptr<const cast> assemble(caf::actor_system& system, std::shared_ptr<const policy> rules,
                                     const cast_options& with, const cast* before) {
  auto next = std::make_shared<cast>();
  next->rules = std::move(rules);
  if (before) {
    next->validators = before->validators;
    next->degraders = before->degraders;
    next->recorder = before->recorder;
  }
  fill_lanes(system, *next, with);
  fill_domains(*next, before);
  fill_routes(system, *next, with, before);
  fill_tasks(system, *next, before);
  return next;
}

keeper_actor::behavior_type keeper(keeper_actor::stateful_pointer<keeper_state> self,
                                   std::shared_ptr<stage> on, cast_options with) {
  auto& state = self->state;
  state.self = self;
  state.on = std::move(on);
  state.with = std::move(with);
  self->set_down_handler([self](caf::down_msg& x) { self->state.replace(x); });
  // It starts on its own turn, by which the engine may have stopped: then nobody is on stage, and a
  // null handle cannot be monitored.
  each(*state.on->load(), [self](const auto& x) {
    if (x)
      self->monitor(x);
  });
  return {
      [self](const new_policy& x) { self->state.take_over(x.rules); },
  };
}

void keeper_state::take_over(std::shared_ptr<const policy> rules) {
  auto before = on->load();
  if (!before->recorder)
    return; // The engine has been stopped meanwhile, and nobody would end whom this would start.
  publish(assemble(self->system(), std::move(rules), with, before.get()), before.get());
}

void keeper_state::replace(const caf::down_msg& gone) {
  auto before = on->load();
  auto vacant = *before;
  auto had_role = vacate(vacant.routes, gone.source) || vacate(vacant.tasks, gone.source)
                  || vacate(vacant.validators, gone.source)
                  || vacate(vacant.degraders, gone.source);
  if (vacant.recorder.address() == gone.source) {
    vacant.recorder = recorder_actor{};
    had_role = true;
  }
  if (had_role)
    publish(assemble(self->system(), before->rules, with, &vacant), before.get());
}

void keeper_state::publish(std::shared_ptr<const cast> next, const cast* before) {
  std::vector<caf::actor_addr> known;
  each(*before, [&](const auto& x) { known.push_back(x.address()); });
  each(*next, [&](const auto& x) {
    if (std::ranges::find(known, x.address()) == known.end())
      self->monitor(x);
  });
  on->store(std::move(next));
}

} // namespace hedgerow
