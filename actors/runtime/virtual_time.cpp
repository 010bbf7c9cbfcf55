#include "actors/runtime/virtual_time.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_registry.hpp>
#include <caf/atom.hpp>
#include <caf/detail/test_actor_clock.hpp>
#include <caf/exit_reason.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/send.hpp>

namespace hedgerow {

namespace {

caf::scheduler::test_coordinator& scheduler_of(caf::actor_system& x) {
  return dynamic_cast<caf::scheduler::test_coordinator&>(x.scheduler());
}

caf::strong_actor_ptr owner_of(const caf::detail::simple_actor_clock::delayed_event& x) {
  using clock = caf::detail::simple_actor_clock;
  if (const auto* timeout = dynamic_cast<const clock::ordinary_timeout*>(&x))
    return timeout->self;
  if (const auto* several = dynamic_cast<const clock::multi_timeout*>(&x))
    return several->self;
  if (const auto* request = dynamic_cast<const clock::request_timeout*>(&x))
    return request->self;
  if (const auto* message = dynamic_cast<const clock::actor_msg*>(&x))
    return message->receiver;
  return nullptr;
}

} // namespace

virtual_time_config::virtual_time_config() {
  set("scheduler.policy", caf::atom("testing"));
  set("logger.verbosity", caf::atom("quiet"));
}

virtual_time::virtual_time()
    : system{config},
      scheduler_{scheduler_of(system)},
      clock_{scheduler_.clock()} {
  clock_.current_time = time_point{std::chrono::hours{1}};
}

virtual_time::~virtual_time() {
  // A timer keeps its actor alive, and the actor system waits for every actor at its end.
  for (const auto& [due, event] : clock_.schedule())
    if (const auto owner = owner_of(*event))
      caf::anon_send_exit(owner, caf::exit_reason::kill);
  run();
  clock_.cancel_all();
  run();
  // Actors that hold each other are a leak, not a hang.
  system.await_actors_before_shutdown(living() == 0);
}

virtual_time::time_point virtual_time::now() const { return clock_.now(); }

void virtual_time::run() { scheduler_.run(); }

std::optional<virtual_time::time_point> virtual_time::next_due() const {
  if (!clock_.has_pending_timeout())
    return std::nullopt;
  return clock_.schedule().begin()->first;
}

void virtual_time::advance_to(time_point to) {
  run();
  for (auto due = next_due(); due && *due <= to; due = next_due()) {
    clock_.trigger_timeout();
    run();
  }
  clock_.current_time = to;
}

void virtual_time::jump(caf::timespan by) {
  run();
  clock_.current_time += by;
  advance_to(clock_.current_time);
}

std::size_t virtual_time::living() { return system.registry().running(); }

std::size_t virtual_time::pending_timers() const { return clock_.schedule().size(); }

} // namespace hedgerow
