#include "actors/hedge_allowance.hpp"

#include <algorithm>

namespace hedgerow {

namespace {

std::int64_t index_of(time_point now) {
  return std::chrono::duration_cast<milliseconds>(now.time_since_epoch()).count() / 100;
}

} // namespace

void hedge_allowance::arrived(time_point now) { ++at(now).requests; }

bool hedge_allowance::take(time_point now) {
  auto newest = index_of(now);
  std::uint64_t requests = 0;
  std::uint64_t hedges = 0;
  for (const auto& x : slots_) {
    if (x.index < 0 || x.index < newest - 100)
      continue;
    hedges += x.hedges;
    if (x.index > newest - 100) // Of the oldest slot, only a part lies in the window.
      requests += x.requests;
  }
  if (static_cast<double>(hedges + 1) > std::max(1.0, share_ * static_cast<double>(requests)))
    return false;
  ++at(now).hedges;
  return true;
}

hedge_allowance::slot& hedge_allowance::at(time_point now) {
  auto index = index_of(now);
  auto& x = slots_[static_cast<std::size_t>(index) % slots_.size()];
  if (x.index != index)
    x = {.index = index};
  return x;
}

} // namespace hedgerow
