#pragma once

#include <atomic>
#include <cstddef>
#include <vector>

namespace boost::asio {
class io_context;
} // namespace boost::asio

namespace hedgerow {

/// The contexts that I/O runs on, one thread each. Work that starts on one of the threads stays
/// there; work from elsewhere goes to each in turn.
class io_contexts {
public:
  /// Requires: `contexts` is not empty, and each outlives this.
  explicit io_contexts(std::vector<boost::asio::io_context*> contexts);

  std::size_t size() const { return contexts_.size(); }

  boost::asio::io_context& operator[](std::size_t index) const { return *contexts_[index]; }

  /// The index of the running thread's context, else of the next in turn. Callable from any thread.
  std::size_t pick();

private:
  std::vector<boost::asio::io_context*> contexts_;
  std::atomic<std::size_t> next_ = 0;
};

} // namespace hedgerow
