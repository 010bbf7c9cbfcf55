#pragma once

#include "routes/breaker.hpp"
#include "routes/rate_headers.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace hedgerow {

/// What a route may be asked for at most; 0: no limit.
struct route_limits {
  /// Calls under way.
  std::int64_t concurrency = 0;
  std::int64_t requests_per_minute = 0;
  /// Input and output.
  std::int64_t tokens_per_minute = 0;

  bool operator==(const route_limits&) const = default;
};

/// What a call asks of its route's limits.
struct call_load {
  /// Input and output, as far as they can be foreseen.
  std::int64_t tokens = 0;
  /// Gets at most half of each limit while interactive calls want the route.
  bool background = false;
};

/// How much there was of something in the last minute, by seconds. Up to a second more counts, so
/// that no minute holds more than the limit, wherever it begins.
class minute_window {
public:
  void add(std::int64_t amount, time_point now);

  std::int64_t sum(time_point now) const;

  /// How long to wait until `amount` more keeps within `limit`; zero: it does now. What is above
  /// the limit by itself waits for an empty minute.
  milliseconds wait_for(std::int64_t amount, std::int64_t limit, time_point now) const;

private:
  static constexpr std::int64_t seconds = 61;

  struct slot {
    std::int64_t second = -seconds;
    std::int64_t amount = 0;
  };

  std::array<slot, seconds> slots_{};
};

/// What a provider says is left of one of its limits. It is taken to fill evenly from the time of
/// the reply to its reset, which is how the token buckets of OpenAI and Anthropic work.
/// Source: semantics.md §4.1, §4.2.
class provider_allowance {
public:
  /// Takes over what a reply said.
  void learn(const rate_left& said, time_point now);

  /// `amount` of it has been used.
  void spend(std::int64_t amount);

  /// As `minute_window::wait_for`; zero if nothing is known.
  milliseconds wait_for(std::int64_t amount, time_point now) const;

private:
  std::optional<rate_left> said_;
  time_point since_{};
  std::int64_t spent_ = 0;
};

/// Keeps one route within its limits, those of the configuration and those that its provider tells.
/// A call reserves its tokens when it starts and settles them when it ends.
class limiter {
public:
  explicit limiter(const route_limits& most = {}) : most_{most} {}

  /// Whether a call must wait, and how long if that is known (zero: until another call ends).
  /// Absent: it may start now. An interactive call that asks counts as wanting the route.
  std::optional<milliseconds> must_wait(const call_load& load, time_point now);

  /// A call of this load starts.
  void start(const call_load& load, time_point now);

  /// It has ended, having used so many tokens; absent: nobody knows, so what was reserved stands.
  void ended(const call_load& load, std::optional<std::int64_t> used, time_point now);

  void learn(const rates_left& said, time_point now);

  std::int64_t under_way() const { return under_way_; }

  /// Takes over other limits; what is remembered stays.
  void reconfigure(const route_limits& most) { most_ = most; }

private:
  std::optional<milliseconds> shared_wait(const call_load& load, time_point now) const;
  std::optional<milliseconds> background_wait(const call_load& load, time_point now) const;

  route_limits most_;
  std::int64_t under_way_ = 0;
  std::int64_t background_under_way_ = 0;
  minute_window requests_;
  minute_window tokens_;
  minute_window background_requests_;
  minute_window background_tokens_;
  provider_allowance provider_requests_;
  provider_allowance provider_tokens_;
  std::optional<time_point> wanted_at_;
};

} // namespace hedgerow
