#include "actors/runtime/virtual_time.hpp"

#include "actors/runtime/virtual_clock.hpp"

#include <caf/actor_registry.hpp>
#include <caf/atom.hpp>
#include <caf/execution_unit.hpp>
#include <caf/exit_reason.hpp>
#include <caf/resumable.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/send.hpp>

#include <utility>
#include <vector>

namespace hedgerow {

/// Takes the place of CAF's own scheduler for tests, whose clock keeps what waits for the dead.
class virtual_time::scheduler final : public caf::scheduler::test_coordinator {
public:
  explicit scheduler(caf::actor_system& system) : test_coordinator{system}, unit_{*this, system} {}

  void run_all() {
    while (!woken_.empty()) {
      auto turn = std::exchange(woken_, {});
      for (auto* x : turn)
        take_turn(x);
      turn.clear();
      if (woken_.empty())
        woken_ = std::move(turn); // Its room is used again.
    }
  }

  virtual_clock& clock() noexcept override { return clock_; }

protected:
  void enqueue(caf::resumable* x) override { woken_.push_back(x); }

  void stop() override {
    clock_.cancel_all();
    run_all();
  }

private:
  /// Messages an actor may take in one turn.
  static constexpr std::size_t most = 64;

  class unit final : public caf::execution_unit {
  public:
    unit(scheduler& owner, caf::actor_system& system)
        : caf::execution_unit{&system},
          owner_{owner} {}
    void exec_later(caf::resumable* x) override { owner_.enqueue(x); }

  private:
    scheduler& owner_;
  };

  void take_turn(caf::resumable* x) {
    if (x->resume(&unit_, most) == caf::resumable::resume_later)
      enqueue(x);
    else
      caf::intrusive_ptr_release(x);
  }

  virtual_clock clock_;
  unit unit_;
  std::vector<caf::resumable*> woken_;
};

virtual_time_config::virtual_time_config() {
  set("logger.verbosity", caf::atom("quiet"));
  // A loaded module with the scheduler's id takes the place of CAF's own.
  module_factories.push_back(
      [](caf::actor_system& system) { return new virtual_time::scheduler{system}; });
}

virtual_time::virtual_time()
    : system{config},
      scheduler_{dynamic_cast<scheduler&>(system.scheduler())},
      clock_{scheduler_.clock()} {
  clock_.current_time = time_point{std::chrono::hours{1}};
}

virtual_time::~virtual_time() {
  // A timer keeps its actor alive, and the actor system waits for every actor at its end.
  for (const auto& x : clock_.awaited())
    caf::anon_send_exit(x, caf::exit_reason::kill);
  run();
  clock_.cancel_all();
  run();
  // Actors that hold each other are a leak, not a hang.
  system.await_actors_before_shutdown(living() == 0);
}

virtual_time::time_point virtual_time::now() const { return clock_.now(); }

void virtual_time::run() { scheduler_.run_all(); }

std::optional<virtual_time::time_point> virtual_time::next_due() const { return clock_.next_due(); }

void virtual_time::advance_to(time_point to) {
  run();
  for (auto due = next_due(); due && *due <= to; due = next_due()) {
    clock_.fire_next();
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

std::size_t virtual_time::pending_timers() const { return clock_.pending(); }

} // namespace hedgerow
