#pragma once

#include "contracts/failure.hpp"
#include "routes/attempt.hpp"
#include "routes/breaker.hpp"
#include "routes/latency_window.hpp"
#include "routes/limiter.hpp"
#include "routes/period_ring.hpp"
#include "routes/retry.hpp"
#include "routes/route_config.hpp"
#include "routes/traffic_class.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hedgerow {

/// The answer to an attempt that wants to start.
struct admission {
  permit as = permit::refused;
  /// Of a refusal, in the trail's words: `disabled`, `breaker`, `limit` (one of the route's own or
  /// its provider's, or blocked by a rate-limit hint), `retry_budget`.
  std::string_view why;
  /// Of a refusal: when asking again may help, if that is known.
  std::optional<milliseconds> retry_in = std::nullopt;
};

/// A breaker moved.
struct transition {
  traffic_class traffic = traffic_class::short_whole;
  breaker_state from = breaker_state::closed;
  breaker_state to = breaker_state::closed;
  /// Of an opening: `breaker::cause`, `auth`, `quota`, `unlisted` or `correlated`; of a closing:
  /// `probes`.
  std::string reason;
};

/// How an admitted attempt ended, as far as its route's health is concerned.
struct attempt_result {
  traffic_class traffic = traffic_class::short_whole;
  permit as = permit::passed;
  /// Absent: it answered (whatever the contract says of the answer) or was cancelled.
  std::optional<failure_class> failed = std::nullopt;
  failure_scope scope = failure_scope::traffic_class;
  bool cancelled = false;
  /// From start to end; to the first content for streams.
  milliseconds elapsed{0};
  std::optional<milliseconds> retry_after = std::nullopt;
  /// As it was admitted.
  call_load load = {};
  /// Tokens of input and output, if the provider told.
  std::optional<std::int64_t> used = std::nullopt;
  /// What the reply said of the provider's limits.
  rates_left rates = {};
};

/// All that one route remembers of its recent past: breakers and latency windows per traffic class,
/// its limits, the block of a rate-limit hint, the retry budget. Owned by the route's actor; no
/// clock of its own.
///
/// What moves it is the table of design.md, "Failure classes". In short: transport and latency
/// failures count, with scope `route` in all classes; auth (60 s), quota (15 min or the hint) and
/// the third unlisted 4xx in a row open all classes at once; rate limits block the route until
/// their hint, or without one for 1 s, doubling up to a minute until a call succeeds, and count
/// only in a storm of them; an answer is good whatever its contract says; the rest says nothing.
class route_health {
public:
  route_health(const route_config& config, std::uint64_t seed);

  /// Asks to start an attempt of `kind` that ends within `lease`. A hedge needs a closed breaker; a
  /// retry needs a token of the retry budget; a probe, which is made where no other route is left,
  /// cuts a cool-down short, see `breaker::hasten`.
  admission admit(traffic_class traffic, attempt_kind kind, milliseconds lease, time_point now,
                  const call_load& load = {});

  /// Opens the breaker of one class for a cool-down, because the routes beside this one fail. What
  /// it moved; nothing if the breaker was not closed.
  std::optional<transition> suspect(traffic_class traffic, time_point now);

  std::array<breaker_state, traffic_classes> states(time_point now) const;

  /// Records an end and returns the breakers that it moved.
  std::vector<transition> ended(const attempt_result& how, time_point now);

  /// The `q`-quantile of the class's latencies, if there are enough.
  std::optional<milliseconds> quantile(traffic_class traffic, double q, time_point now);

  /// From when on a call of the class is slow: `slow_call`, or `slow_multiple` of the class's usual
  /// p95 and at least a second; nothing while that is unknown. The usual p95 is an average of the
  /// window's, taken once a minute while the breaker is closed: measured by a window that holds the
  /// slow calls themselves, no call would be slow.
  std::optional<milliseconds> slow_from(traffic_class traffic) const;

  breaker_state state(traffic_class traffic, time_point now) const;

  /// Until when a rate limit blocks the route, if one does.
  std::optional<time_point> blocked_until(time_point now) const;

  /// What is left of the retry budget, as a share.
  double retry_level(time_point now) const { return budget_.level(now); }

  /// Takes over a new configuration of the same route; what is remembered stays.
  void reconfigure(const route_config& config);

private:
  /// One traffic class.
  struct lane {
    breaker gate;
    latency_window latencies;
    double usual_p95 = 0; ///< Milliseconds; 0: unknown.
    int minutes_seen = 0;
    time_point next_minute = time_point::min();

    void learn(time_point now);
  };

  /// Calls of one part of the storm's window.
  struct limited {
    std::uint32_t calls = 0;
    std::uint32_t unhinted = 0;
  };

  struct effect {
    call_effect is = call_effect::ignored;
    bool everywhere = false; ///< In all classes.
  };

  lane& lane_of(traffic_class x) { return lanes_[static_cast<std::size_t>(x)]; }
  const lane& lane_of(traffic_class x) const { return lanes_[static_cast<std::size_t>(x)]; }

  bool is_slow(const attempt_result& how) const;
  effect weigh(const attempt_result& how, time_point now);
  call_effect rate_limited(const attempt_result& how, time_point now);
  effect refused_us(const attempt_result& how, time_point now);
  void succeeded();
  bool storming(time_point now) const;
  void trip_all(time_point now, milliseconds least, std::string_view cause);

  breaker_config config_;
  bool enabled_ = true;
  std::array<lane, traffic_classes> lanes_;
  retry_budget budget_;
  limiter limiter_;
  std::optional<time_point> blocked_until_;
  /// Blocks without a hint since the last success.
  int unhinted_blocks_ = 0;
  /// Unlisted 4xx since the last success. Each is another request's: none is retried.
  int unlisted_in_a_row_ = 0;
  period_ring<limited, 10> storm_;
};

} // namespace hedgerow
