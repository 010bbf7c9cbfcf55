#pragma once

#include "actors/policy.hpp"

#include <cstddef>
#include <optional>
#include <vector>

namespace hedgerow {

/// How well one route's answers meet one task's contract: the share of its last answers that did.
/// Once that is below the bar the route is low, until it has passed three times in a row.
class fitness {
public:
  explicit fitness(const fitness_policy& by = {}) : by_{by} {}

  /// An answer was judged.
  void record(bool passed);

  /// The share that passed; absent: too few have been judged.
  std::optional<double> pass_rate() const;

  bool is_low() const { return low_; }

  /// Takes over another policy; what is remembered stays.
  void reconfigure(const fitness_policy& by);

private:
  fitness_policy by_;
  /// A ring, the oldest at `next_` once it is full.
  std::vector<bool> last_;
  std::size_t next_ = 0;
  /// Of `last_`.
  int passed_ = 0;
  int passed_in_a_row_ = 0;
  bool low_ = false;
};

} // namespace hedgerow
