#pragma once

#include <atomic>
#include <cstddef>
#include <future>
#include <utility>

namespace hedgerow {

/// Counts the handlers inside an `io_context` that point back at an object, so that the object can
/// wait for the last of them before it ends.
class work_count {
public:
  work_count() = default;
  work_count(const work_count&) = delete;
  work_count& operator=(const work_count&) = delete;

  /// Held by a handler for as long as it exists, whether it ever runs or not. Nothing may touch the
  /// counted object after its handler has given up the share.
  class share {
  public:
    /// Requires: somebody holds a share, or `wait` has not been called.
    explicit share(work_count& of) : of_{&of} { of.count_.fetch_add(1, std::memory_order_relaxed); }
    share(share&& other) noexcept : of_{std::exchange(other.of_, nullptr)} {}
    share& operator=(share&&) = delete;
    ~share() {
      if (of_ != nullptr)
        of_->give_up();
    }

  private:
    work_count* of_;
  };

  /// Blocks until every share is gone. Called once, at the end.
  void wait() {
    auto idle = idle_.get_future();
    give_up();
    idle.wait();
  }

private:
  void give_up() {
    if (count_.fetch_sub(1, std::memory_order_acq_rel) > 1)
      return;
    // `wait` may return, and the counter end, before set_value does.
    auto idle = std::move(idle_);
    idle.set_value();
  }

  /// Starts with the owner's own share, so that it reaches zero once only.
  std::atomic<std::size_t> count_{1};
  std::promise<void> idle_;
};

} // namespace hedgerow
