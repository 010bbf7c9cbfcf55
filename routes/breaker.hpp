#pragma once

#include "routes/period_ring.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace hedgerow {

using time_point = std::chrono::steady_clock::time_point;
using std::chrono::milliseconds;

/// When a route is taken out of use and how it comes back. Source of the defaults: config.md.
struct breaker_config {
  milliseconds window{30000};
  /// Failures in a row that open it; 0: off.
  int consecutive = 5;
  /// Calls in the window below which no rate is judged.
  int min_calls = 20;
  double failure_rate = 0.5;
  /// Opens when the rate climbs above this many times the route's own baseline; 0: off.
  double above_baseline = 3;
  /// A call is slow from this time on; absent: see `slow_multiple`.
  std::optional<milliseconds> slow_call = std::nullopt;
  /// … or from this multiple of the route's own p95 on (at least 1 s; off until there are data).
  double slow_multiple = 2;
  double slow_rate = 0.8;
  /// The first cool-down; each further one doubles, up to `max_cooldown`, and is drawn from its
  /// upper half.
  milliseconds cooldown{5000};
  milliseconds max_cooldown{8000};
  /// Calls let through while half-open, and good ones in a row that close it.
  int probes = 3;
};

enum class breaker_state : std::uint8_t { closed, open, half_open };

std::string_view to_string(breaker_state x);

/// Whether a call may go through, and as what.
enum class permit : std::uint8_t {
  refused,
  passed, ///< The breaker is closed.
  probe,  ///< It is half-open and lets this call find out.
};

/// What an ended call says about its route's health.
enum class call_effect : std::uint8_t {
  good,    ///< It answered.
  bad,     ///< It failed in a way that counts.
  ignored, ///< It says nothing: cancelled, the caller's mistake, policy, contract.
};

/// Lower end of what the true rate may be, given `bad` of `calls`, at `z` standard deviations.
/// Zero calls: 0. Source: semantics.md §2.6, vectors in §11.5.
double wilson_lower_bound(double bad, double calls, double z = 2.33);

/// The memory of recent failures of one route and traffic class.
///
/// Opens on `consecutive` failures in a row within `window`, on `failure_rate` of at least
/// `min_calls` in it, on a rate whose Wilson lower bound lies above the route's own baseline, or on
/// too many slow calls. The baseline is a slow average (half-life one hour) of the calls that have
/// left the window while it was closed, and counts from 200 of them on. A cool-down doubles with
/// each opening and forgets one doubling for each minute spent closed. While half-open at most
/// `probes` calls are out (never more than 16); `probes` good ones in a row close it, the first bad
/// or slow one opens it again. What was admitted before it opened moves it no more.
///
/// A value without allocations: a copy remembers the same and goes its own way.
/// Sources: semantics.md §2.6 to §2.8.
class breaker {
public:
  /// `seed` draws the cool-downs.
  explicit breaker(breaker_config config = {}, std::uint64_t seed = 0);

  /// Asks to make a call at `now` that ends within `lease`. A probe's permit comes back by `ended`,
  /// or by itself when its lease is over.
  permit admit(time_point now, milliseconds lease);

  /// Whether `admit` would refuse at `now`; changes nothing.
  bool refuses(time_point now) const;

  /// A call that was admitted as `as` ended. `slow`: it ran longer than a slow call may; an ignored
  /// call counts as slow, too.
  void ended(permit as, call_effect effect, bool slow, time_point now);

  /// Opens at once, for at least `hint` (at most an hour). `cause` must outlive the breaker.
  void trip(time_point now, milliseconds hint, std::string_view cause = "tripped");

  /// Opens for a cool-down, on a suspicion from outside; for that `hasten` works. `cause` must
  /// outlive the breaker.
  void suspect(time_point now, std::string_view cause);

  /// Nobody else is left to answer: if it has found out by itself that it must be open, and that is
  /// a second or more ago, it goes half-open now.
  void hasten(time_point now);

  /// Closes by hand.
  void reset(time_point now);

  breaker_state state(time_point now) const;

  /// When it will let the first probe through; `now` if it already would.
  time_point admits_at(time_point now) const;

  /// Why it opened last: `consecutive`, `failure_rate`, `above_baseline`, `slow_rate`, `probe` or
  /// what `trip` was told; empty: never.
  std::string_view cause() const { return cause_; }

  /// Takes over other limits. What is remembered stays, unless the window's length changes.
  void reconfigure(const breaker_config& config);

private:
  static constexpr std::size_t periods = 10;
  static constexpr std::size_t probes_max = 16;

  /// What happened in one part of the window.
  struct tally {
    std::uint32_t calls = 0;
    std::uint32_t bad = 0;
    std::uint32_t timed = 0; ///< Calls and ignored slow ones.
    std::uint32_t slow = 0;
    std::uint32_t in_a_row = 0; ///< Failures since the last good call.
  };

  /// What is usual for this route.
  struct usual {
    double calls = 0;
    double bad = 0;
    std::uint32_t seen = 0;
    time_point last{};

    void add(const tally& x, time_point now);
    std::optional<double> rate() const;
  };

  void record(call_effect effect, bool slow, time_point now);
  void judge_probe(call_effect effect, bool slow, time_point now);
  std::string_view finding(time_point now) const;
  void open(time_point now, milliseconds least, std::string_view cause);
  void close(time_point now);
  bool cooling(time_point now) const;
  milliseconds draw_cooldown();
  std::size_t probes() const;
  void drop_leases(time_point now);

  breaker_config config_;
  std::uint64_t random_;
  breaker_state state_ = breaker_state::closed;
  period_ring<tally, periods> window_;
  usual baseline_;
  std::string_view cause_;
  /// Openings that are not yet forgotten.
  int openings_ = 0;
  time_point closed_since_{};
  time_point opened_at_{};
  time_point open_until_{};
  /// It was told to open.
  bool tripped_ = false;
  std::size_t good_probes_ = 0;
  /// Ends of the leases of the probes that are out: the first `leased_` of them.
  std::array<time_point, probes_max> leases_{};
  std::size_t leased_ = 0;
};

} // namespace hedgerow
