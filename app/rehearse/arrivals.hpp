#pragma once

#include "app/rehearse/provider_model.hpp"
#include "app/rehearse/scenario.hpp"

#include <cstdint>
#include <optional>

namespace hedgerow {

/// One request as it arrives.
struct arriving {
  /// Since the scenario began.
  microseconds at{0};
  std::int64_t input_tokens = 0;
  std::int64_t output_tokens = 0;
  bool streamed = false;
};

/// The requests of one traffic line, in order of time: those of its trace, or a Poisson process of
/// its rate. Source of the latter, for a rate that changes: thinning, Lewis and Shedler, 1979.
class arrivals {
public:
  /// `of` outlives it.
  arrivals(const traffic_line& of, milliseconds lasts, std::uint64_t seed);

  /// Nothing: there are no more.
  std::optional<arriving> next();

private:
  double rate_at(double seconds) const;
  std::optional<arriving> next_of_trace();

  const traffic_line& of_;
  microseconds lasts_;
  draws random_;
  double peak_ = 0;
  double now_ = 0;
  std::size_t traced_ = 0;
};

} // namespace hedgerow
