#pragma once

#include <caf/fwd.hpp>

#include <cstddef>
#include <memory>
#include <vector>

namespace boost::asio {
class io_context;
} // namespace boost::asio

namespace hedgerow {

/// An actor system whose actors run on Asio threads, one `io_context` per thread. Programs let it
/// start its threads; embedders lend it contexts that they run themselves.
class runtime {
public:
  /// Starts `threads` threads, each with a context of its own. Requires: at least one.
  explicit runtime(std::size_t threads);

  /// Starts no thread. Requires: at least one context; each is run by one thread, from now or later
  /// until `stop` has returned, and outlives the runtime.
  explicit runtime(std::vector<boost::asio::io_context*> lent);

  runtime(const runtime&) = delete;
  runtime& operator=(const runtime&) = delete;

  /// Stops, then ends the contexts it owns with whatever still waits in them.
  ~runtime();

  /// Requires: not stopped.
  caf::actor_system& system() { return *system_; }

  /// Where sockets belong: what starts on one of them stays on it.
  const std::vector<boost::asio::io_context*>& contexts() const { return contexts_; }

  /// Waits for every actor to end, then ends the actor system and its threads. It sends no exit:
  /// that is for those who know in which order. Handles of detached actors must be gone, for CAF
  /// waits for them too. A second call does nothing. Requires: not called on one of the contexts.
  void stop();

private:
  void start(bool lent);

  // In this order: the system must end before the contexts that its actors run on.
  std::vector<std::unique_ptr<boost::asio::io_context>> owned_;
  std::vector<boost::asio::io_context*> contexts_;
  std::unique_ptr<caf::actor_system_config> config_;
  std::unique_ptr<caf::actor_system> system_;
};

} // namespace hedgerow
