#pragma once

#include "routes/breaker.hpp"
#include "routes/http.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace hedgerow {

/// A provider's wish for how long to wait.
struct retry_hint {
  milliseconds wait{0};
  /// Where it stood: `retry-after-ms`, `x-ms-retry-after-ms`, `retry-after`.
  std::string_view source;
};

/// No hint is taken to mean more than this.
inline constexpr milliseconds longest_hint = std::chrono::hours{1};

/// Reads the headers a provider sent along with an error, in the order of semantics.md §3.3.
/// `now` is the wall clock, used for dates where the reply has no `Date`; at its zero such a date
/// is no hint. Never above an hour.
std::optional<retry_hint> read_retry_hint(const http_headers& fields,
                                          std::chrono::system_clock::time_point now);

/// Wait before the `n`-th retry (from 0) with full jitter: `random` × min(cap, base·2ⁿ).
/// `random` is uniform in [0, 1). Source: semantics.md §3.1.
milliseconds full_jitter(milliseconds base, milliseconds cap, int n, double random);

/// The retries that one route may still be asked for: a bucket of ten that starts full, gains
/// `share` with every call of the route and one a second. Source: semantics.md §3.7.
class retry_budget {
public:
  explicit retry_budget(double share = 0.2) : share_{share} {}

  /// A call that is no retry was started.
  void deposit(time_point now);

  /// Takes one retry out, if there is one.
  bool withdraw(time_point now);

  /// What is left, as a share of the full bucket.
  double level(time_point now) const;

  /// Takes over another share; what is in the bucket stays.
  void reconfigure(double share) { share_ = share; }

private:
  double refilled(time_point now) const;

  double share_;
  double tokens_ = 10;
  time_point last_{};
};

} // namespace hedgerow
