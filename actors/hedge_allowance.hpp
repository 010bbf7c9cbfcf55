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

private:
  /// A tenth of a second.
  struct slot {
    std::int64_t index = -1;
    std::uint32_t requests = 0;
    std::uint32_t hedges = 0;
  };

  slot& at(time_point now);

  double share_;
  /// One more than ten seconds hold, so that the oldest, of which a part is past, can be told
  /// apart.
  std::array<slot, 101> slots_{};
};

} // namespace hedgerow
