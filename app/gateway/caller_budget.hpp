#pragma once

#include "routes/breaker.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>

namespace hedgerow {

/// A rate limit that threads share without a lock: the generic cell rate algorithm, which keeps one
/// number, the time at which the bucket would be full again. `per_minute` requests may come at
/// once.
class minute_limit {
public:
  explicit minute_limit(std::int64_t per_minute) : interval_{std::chrono::minutes{1}} {
    interval_ /= per_minute;
  }

  /// Takes one request, or says how long to wait for the next.
  std::optional<milliseconds> refuse(time_point now);

private:
  std::chrono::nanoseconds interval_;
  std::atomic<std::int64_t> full_again_{0};
};

/// What has been spent on one UTC day.
class day_spending {
public:
  void add(double usd, std::chrono::system_clock::time_point now);

  double today(std::chrono::system_clock::time_point now) const;

private:
  /// Days since 1970 and billionths of a dollar. Spending that lands in the instant of the change
  /// of day may be counted on either.
  std::atomic<std::int64_t> day_{0};
  std::atomic<std::int64_t> spent_{0};
};

} // namespace hedgerow
