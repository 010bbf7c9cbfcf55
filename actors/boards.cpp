#include "actors/boards.hpp"

namespace hedgerow {

namespace {

/// Between two tries of a route that is low.
constexpr std::chrono::seconds between_probes{5};

time_point::rep later(time_point now) { return (now + between_probes).time_since_epoch().count(); }

constexpr std::chrono::minutes in_use_for{1};
constexpr std::chrono::seconds patience_lasts{30};

constexpr std::uint32_t bit_of(std::size_t traffic) { return 1u << traffic; }

} // namespace

void failure_domain::used(std::size_t place, time_point now) {
  members_[place].used_at.store(now.time_since_epoch().count(), std::memory_order_relaxed);
}

void failure_domain::tell(std::size_t place,
                          const std::array<breaker_state, traffic_classes>& states) {
  std::uint32_t open = 0;
  for (std::size_t i = 0; i < states.size(); ++i)
    if (states[i] != breaker_state::closed)
      open |= bit_of(i);
  members_[place].open.store(open, std::memory_order_relaxed);
}

bool failure_domain::is_failing(traffic_class traffic, time_point now) const {
  const auto since = (now - in_use_for).time_since_epoch().count();
  std::size_t in_use = 0;
  std::size_t open = 0;
  for (const auto& x : members_) {
    const auto is_open =
        (x.open.load(std::memory_order_relaxed) & bit_of(static_cast<std::size_t>(traffic))) != 0;
    open += is_open ? 1 : 0;
    in_use += is_open || x.used_at.load(std::memory_order_relaxed) >= since ? 1 : 0;
  }
  return open > 0 && 3 * open >= 2 * in_use;
}

bool task_board::take_probe(std::size_t place, time_point now) {
  auto& at = rungs_[place].probe_at;
  auto due = at.load(std::memory_order_relaxed);
  return now.time_since_epoch().count() >= due && at.compare_exchange_strong(due, later(now));
}

void task_board::tell(std::size_t place, bool low, double pass_rate, time_point now) {
  auto& x = rungs_[place];
  x.pass_rate.store(pass_rate, std::memory_order_relaxed);
  if (low && !x.low.load(std::memory_order_relaxed))
    x.probe_at.store(later(now), std::memory_order_relaxed);
  x.low.store(low, std::memory_order_relaxed);
}

void task_board::tell_patience(int x, time_point now) {
  patience_.store(x, std::memory_order_relaxed);
  const auto until = x > 1 ? (now + patience_lasts).time_since_epoch().count() : 0;
  patient_until_.store(until, std::memory_order_relaxed);
}

int task_board::hedge_patience(time_point now) const {
  const auto holds =
      now.time_since_epoch().count() < patient_until_.load(std::memory_order_relaxed);
  return holds ? patience_.load(std::memory_order_relaxed) : 1;
}

} // namespace hedgerow
