#pragma once

#include "routes/breaker.hpp"
#include "routes/period_ring.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace hedgerow {

/// The recent latencies of one route and traffic class: the last six periods of ten seconds, each a
/// log-linear histogram. Values from 1 ms to 120 s within 2 %, what lies outside counts as the
/// nearer end. Recording allocates nothing; the whole is about 7 KiB.
///
/// The current period counts like the whole ones: with a minimum of samples that reacts sooner
/// than waiting for its end, as Finagle does (semantics.md §1.3).
/// Source: semantics.md §1.7.
class latency_window {
public:
  /// Counts one latency. A loser's elapsed time is recorded too: censored, but it keeps the
  /// quantile from sinking.
  void record(milliseconds x, time_point now);

  /// The `q`-quantile (0..1) of the window, or nothing while there are fewer than `min_samples`.
  std::optional<milliseconds> quantile(double q, time_point now, int min_samples = 20);

  /// Latencies in the window. Above 65,535 alike in one period it says less than there were.
  int count(time_point now);

private:
  /// Every millisecond below 64, from there on 32 steps to each doubling up to 2^17 ms.
  static constexpr std::size_t steps = 64 + 11 * 32;

  using histogram = std::array<std::uint16_t, steps>;

  static std::size_t step_of(milliseconds x);
  static milliseconds middle_of(std::size_t step);

  void forget(const histogram& x);
  void add(std::size_t step, int times);

  period_ring<histogram, 6> recent_{std::chrono::seconds{10}};
  /// Over all of `recent_`, so that a quantile is found in a short walk.
  std::array<int, steps> sums_{};
  /// … over groups of so many steps.
  static constexpr std::size_t group = 16;
  std::array<int, steps / group> groups_{};
  int total_ = 0;
};

} // namespace hedgerow
