#pragma once

#include "actors/policy.hpp"
#include "app/config/configuration.hpp"
#include "contracts/failure.hpp"

namespace hedgerow {

/// What a request can come to at most.
struct worst_case {
  int attempts = 0;
  milliseconds time{0};
  /// USD; what a provider refuses before a model runs costs nothing.
  double cost = 0;
  /// A route without a price was counted as free.
  bool unpriced = false;
};

/// What a request of `of` comes to if each of its calls ends in `kind`, as late as it can.
/// `of` holds together with `all`.
worst_case worst_of(const configuration& all, const task& of, failure_class kind);

} // namespace hedgerow
