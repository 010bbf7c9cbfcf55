#pragma once

#include "actors/engine.hpp"
#include "actors/runtime/runtime.hpp"
#include "routes/transport.hpp"
#include "tests/actors/load.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace hedgerow::test {

/// The real engine over two models that are functions of this program, on threads of its own. The
/// models answer at once or a little later, or never, as each request is meant to go. Now and then
/// a route's actor crashes, and is replaced.
class stress_world {
public:
  explicit stress_world(std::size_t threads);

  load_target target();

  /// Ends everything that was started. Requires: nothing is submitted any more.
  void stop();

  /// How often a route's actor has crashed.
  std::uint64_t crashes() const { return crashes_; }

  /// Model calls that were started.
  std::uint64_t calls() const { return started_; }

  /// What was left over after `stop`, one sentence each.
  std::vector<std::string> violations() const;

private:
  policy rules();
  transport counted(transport inner);

  std::atomic<std::uint64_t> started_{0};
  std::atomic<std::uint64_t> ended_{0};
  std::atomic<std::uint64_t> crashes_{0};
  runtime runtime_;
  std::unique_ptr<engine> engine_;
};

} // namespace hedgerow::test
