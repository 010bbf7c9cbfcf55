#include "routes/output_lengths.hpp"

#include <algorithm>

namespace hedgerow {

namespace {

/// It is looked at again after so many answers: sorting costs more than it changes.
constexpr std::size_t pace = 16;

} // namespace

void output_lengths::record(std::int64_t tokens) {
  last_[recorded_++ % last_.size()] = tokens;
  if (recorded_ % pace != 0)
    return;
  const auto n = std::min(recorded_, last_.size());
  auto sorted = last_;
  const auto at = sorted.begin() + static_cast<std::ptrdiff_t>((n * 95 + 99) / 100 - 1);
  std::nth_element(sorted.begin(), at, sorted.begin() + static_cast<std::ptrdiff_t>(n));
  p95_ = *at;
}

} // namespace hedgerow
