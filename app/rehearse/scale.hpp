#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace hedgerow::report {

/// Values from `from` to `until` laid out on pixels from `low` to `high`, which may be the smaller.
/// A logarithmic one requires `from > 0`; nothing of it is beyond its ends.
struct scale {
  double from = 0;
  double until = 1;
  double low = 0;
  double high = 1;
  bool logarithmic = false;

  double operator()(double x) const;
};

/// A labelled value of an axis.
struct tick {
  double at = 0;
  std::string label;
};

/// Labelled `m:ss`, in steps that people count time in; values are milliseconds. About `most` at
/// the most, from 0 to `lasted`.
std::vector<tick> time_ticks(std::chrono::milliseconds lasted, std::size_t most);

/// Whole numbers from 0 to the first round one that is not less than `highest`; three to six.
std::vector<tick> count_ticks(double highest);

/// Durations in milliseconds around `lowest` to `highest`, labelled with their unit: 1, 2 and 5 of
/// each decade (only 1, if those are many) for a logarithmic axis, even steps from 0 otherwise.
std::vector<tick> latency_ticks(double lowest, double highest, bool logarithmic);

} // namespace hedgerow::report
