#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <utility>

namespace hedgerow {

/// How much of a stream may be on its way between the thread that reads it and its caller. One
/// thread sends; any thread takes.
class stream_window {
public:
  explicit stream_window(std::size_t bytes_max)
      : bytes_max_{static_cast<std::ptrdiff_t>(bytes_max)} {}

  /// Sender: `wake` is invoked, from a taker's thread, when a shut window has opened again.
  /// Requires: nothing has been sent yet.
  void on_open(std::function<void()> wake) { wake_ = std::move(wake); }

  /// Sender: so many bytes are on their way.
  void sent(std::size_t bytes) { under_way_ += static_cast<std::ptrdiff_t>(bytes); }

  /// Sender: whether more may be sent. If not, `wake` will come.
  bool is_open() {
    if (under_way_ < bytes_max_)
      return true;
    is_waited_for_ = true;
    // What was taken in between has not woken anybody.
    return under_way_ < bytes_max_ && is_waited_for_.exchange(false);
  }

  /// Taker: so many bytes have arrived where they belong, or are not wanted.
  void taken(std::size_t bytes) {
    under_way_ -= static_cast<std::ptrdiff_t>(bytes);
    if (under_way_ < bytes_max_ && is_waited_for_.exchange(false))
      wake_();
  }

private:
  std::ptrdiff_t bytes_max_;
  std::atomic<std::ptrdiff_t> under_way_{0};
  std::atomic<bool> is_waited_for_{false};
  std::function<void()> wake_;
};

} // namespace hedgerow
