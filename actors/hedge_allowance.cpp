#include "actors/hedge_allowance.hpp"

#include <algorithm>

namespace hedgerow {

namespace {

constexpr std::chrono::seconds window{10};
constexpr std::chrono::seconds quiet{30};
constexpr int patience_max = 8;
/// Fewer wishes in the window are no crowd, whatever the share.
constexpr std::uint32_t crowd_min = 10;

std::int64_t index_of(time_point now) {
  return std::chrono::duration_cast<milliseconds>(now.time_since_epoch()).count() / 100;
}

} // namespace

void hedge_allowance::arrived(time_point now) { ++at(now).requests; }

bool hedge_allowance::take(time_point now) {
  ++at(now).wishes;
  const auto recent = sum(now);
  watch(recent, now);
  if (static_cast<double>(recent.hedges + 1)
      > std::max(1.0, share_ * static_cast<double>(recent.requests)))
    return false;
  ++at(now).hedges;
  return true;
}

/// Of the oldest slot, only a part lies in the ten seconds: its hedges count, its requests do not.
hedge_allowance::slot hedge_allowance::sum(time_point now) const {
  const auto newest = index_of(now);
  slot out;
  for (const auto& x : slots_) {
    if (x.index < 0 || x.index < newest - 100)
      continue;
    out.hedges += x.hedges;
    if (x.index == newest - 100)
      continue;
    out.requests += x.requests;
    out.wishes += x.wishes;
  }
  return out;
}

void hedge_allowance::watch(const slot& recent, time_point now) {
  const auto usual = 2 * share_ * static_cast<double>(recent.requests);
  if (recent.wishes < crowd_min || static_cast<double>(recent.wishes) <= usual)
    return;
  const auto held = patience(now);
  if (held > 1 && now < raised_at_ + window) {
    crowded_at_ = now;
    return;
  }
  patience_ = std::min(2 * held, patience_max);
  raised_at_ = crowded_at_ = now;
}

int hedge_allowance::patience(time_point now) const {
  return now < crowded_at_ + quiet ? patience_ : 1;
}

hedge_allowance::slot& hedge_allowance::at(time_point now) {
  auto index = index_of(now);
  auto& x = slots_[static_cast<std::size_t>(index) % slots_.size()];
  if (x.index != index)
    x = {.index = index};
  return x;
}

} // namespace hedgerow
