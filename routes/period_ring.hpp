#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace hedgerow {

/// The last `Size` periods of time, each with a slot of its own; the current one is the youngest.
/// Slots are reused in place, so nothing is allocated. Time is counted in whole periods, which
/// makes it safe near the clock's zero.
template <class Slot, std::size_t Size>
class period_ring {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// Requires: `period` is positive.
  explicit period_ring(time_point::duration period) : period_{period} {}

  /// The slot of `now`, empty on the period's first use. Then every slot whose time has passed is
  /// handed to `leaving` and emptied.
  template <class Leaving>
  Slot& at(time_point now, Leaving leaving) {
    const auto number = number_of(now);
    auto& held = slots_[index_of(number)];
    if (held.number == number)
      return held.slot;
    expire(now, leaving);
    held = {number, Slot{}};
    return held.slot;
  }

  /// Every slot whose time has passed is handed to `leaving` and emptied.
  template <class Leaving>
  void expire(time_point now, Leaving leaving) {
    const auto current = number_of(now);
    for (auto& old : slots_)
      if (old.number != never && !lives(old, current)) {
        leaving(old.slot);
        old = {};
      }
  }

  Slot& at(time_point now) {
    return at(now, [](const Slot&) {});
  }

  /// Invokes `use` for every slot that is not older than the ring is long.
  template <class Use>
  void each(time_point now, Use use) const {
    const auto current = number_of(now);
    for (const auto& held : slots_)
      if (lives(held, current))
        use(held.slot);
  }

  template <class Use>
  void each(time_point now, Use use) {
    const auto current = number_of(now);
    for (auto& held : slots_)
      if (lives(held, current))
        use(held.slot);
  }

  void clear() { slots_.fill({}); }

private:
  static constexpr auto never = std::numeric_limits<std::int64_t>::min() / 2;

  struct numbered {
    std::int64_t number = never;
    Slot slot{};
  };

  std::int64_t number_of(time_point now) const {
    const auto passed = now.time_since_epoch();
    const auto whole = passed / period_;
    return passed < whole * period_ ? whole - 1 : whole;
  }

  static std::size_t index_of(std::int64_t number) {
    constexpr auto size = static_cast<std::int64_t>(Size);
    return static_cast<std::size_t>((number % size + size) % size);
  }

  static bool lives(const numbered& held, std::int64_t current) {
    return held.number <= current && held.number > current - static_cast<std::int64_t>(Size);
  }

  time_point::duration period_;
  std::array<numbered, Size> slots_{};
};

} // namespace hedgerow
