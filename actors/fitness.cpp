#include "actors/fitness.hpp"

#include <algorithm>

namespace hedgerow {

namespace {

/// As many good probes close a breaker by default.
constexpr int passes_to_come_back = 3;

} // namespace

void fitness::record(bool passed) {
  passed_in_a_row_ = passed ? passed_in_a_row_ + 1 : 0;
  if (low_ && passed_in_a_row_ >= passes_to_come_back) {
    low_ = false;
    last_.clear();
    next_ = 0;
    passed_ = 0;
  }
  passed_ += passed;
  if (last_.size() < static_cast<std::size_t>(by_.window)) {
    last_.push_back(passed);
  } else {
    passed_ -= last_[next_];
    last_[next_] = passed;
    next_ = (next_ + 1) % last_.size();
  }
  if (const auto rate = pass_rate(); rate && *rate < by_.pass_rate)
    low_ = true;
}

std::optional<double> fitness::pass_rate() const {
  if (last_.size() < static_cast<std::size_t>(by_.min_calls))
    return std::nullopt;
  return static_cast<double>(passed_) / static_cast<double>(last_.size());
}

void fitness::reconfigure(const fitness_policy& by) {
  if (by.window != by_.window) {
    std::rotate(last_.begin(), last_.begin() + static_cast<std::ptrdiff_t>(next_), last_.end());
    const auto most = static_cast<std::size_t>(by.window);
    if (last_.size() > most)
      last_.erase(last_.begin(), last_.end() - static_cast<std::ptrdiff_t>(most));
    next_ = 0;
    passed_ = static_cast<int>(std::ranges::count(last_, true));
  }
  by_ = by;
}

} // namespace hedgerow
