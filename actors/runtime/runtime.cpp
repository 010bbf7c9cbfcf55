#include "actors/runtime/runtime.hpp"

#include "actors/runtime/coordinator.hpp"

#include <boost/asio/io_context.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/atom.hpp>
#include <caf/logger.hpp>

#include <algorithm>
#include <cassert>
#include <utility>

namespace asio = boost::asio;

namespace hedgerow {

namespace {

/// Messages an actor may take in one turn. CAF sets no limit of its own, so that one busy actor
/// could keep a thread to itself.
constexpr int messages_per_turn_max = 64;

/// One thread will run it, but others post to it: asio may leave out no lock.
constexpr int threads_per_context = 1;

} // namespace

runtime::runtime(std::size_t threads) {
  assert(threads > 0);
  for (std::size_t i = 0; i < threads; ++i) {
    owned_.push_back(std::make_unique<asio::io_context>(threads_per_context));
    contexts_.push_back(owned_.back().get());
  }
  start(false);
}

runtime::runtime(std::vector<asio::io_context*> lent) : contexts_{std::move(lent)} {
  assert(!contexts_.empty());
  start(true);
}

runtime::~runtime() { stop(); }

void runtime::start(bool lent) {
  config_ = std::make_unique<caf::actor_system_config>();
  config_->set("logger.verbosity", caf::atom("quiet"));
  config_->set("scheduler.max-throughput", messages_per_turn_max);
  // A loaded module with the scheduler's id takes the place of CAF's own.
  config_->module_factories.push_back(
      [plan = thread_plan{contexts_, lent}](caf::actor_system& system) {
        return new coordinator{system, plan};
      });
  system_ = std::make_unique<caf::actor_system>(*config_);
  // Otherwise only the thread that called could stop: see spawn_from_outside.
  caf::logger::set_current_actor_system(nullptr);
}

void runtime::stop() {
  assert(std::ranges::none_of(
      contexts_, [](auto* io) { return io->get_executor().running_in_this_thread(); }));
  system_.reset();
}

} // namespace hedgerow
