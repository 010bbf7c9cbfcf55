#pragma once

#include "routes/breaker.hpp"

#include <array>
#include <cstdint>

namespace hedgerow {

/// The extra load that hedges may put on: whenever one starts, those started in the 10 s up to then
/// are at most max(1, share × the requests of those 10 s). There is no credit to save up.
class hedge_allowance {
public:
  explicit hedge_allowance(double share) : share_{share} {}

  void arrived(time_point now);

  /// Whether one more hedge fits; counts it if so.
  bool take(time_point now);

  /// How many times longer than usual hedges should wait. Doubles, up to eight, whenever more than
  /// twice the share of ten seconds' requests have asked for one: then it is not these requests
  /// that are slow but their provider, and hedges would only add to it. Falls back to one after
  /// half a minute without that. Source: semantics.md §1.9, guard 5.
  int patience(time_point now) const;

private:
  /// A tenth of a second.
  struct slot {
    std::int64_t index = -1;
    std::uint32_t requests = 0;
    std::uint32_t wishes = 0;
    std::uint32_t hedges = 0;
  };

  slot& at(time_point now);

  slot sum(time_point now) const;
  void watch(const slot& recent, time_point now);

  double share_;
  int patience_ = 1;
  time_point raised_at_{};
  time_point crowded_at_{};
  /// One more than ten seconds hold, so that the oldest, of which a part is past, can be told
  /// apart.
  std::array<slot, 101> slots_{};
};

} // namespace hedgerow
