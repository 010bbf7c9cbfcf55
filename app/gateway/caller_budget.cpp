#include "app/gateway/caller_budget.hpp"

#include <algorithm>
#include <cmath>

namespace hedgerow {

namespace {

std::int64_t day_of(std::chrono::system_clock::time_point now) {
  return std::chrono::floor<std::chrono::days>(now).time_since_epoch().count();
}

} // namespace

std::optional<milliseconds> minute_limit::refuse(time_point now) {
  constexpr auto minute = std::chrono::nanoseconds{std::chrono::minutes{1}}.count();
  auto at = std::chrono::nanoseconds{now.time_since_epoch()}.count();
  auto before = full_again_.load(std::memory_order_relaxed);
  for (;;) {
    auto after = std::max(before, at) + interval_.count();
    if (after - at > minute)
      return std::chrono::ceil<milliseconds>(std::chrono::nanoseconds{after - at - minute});
    if (full_again_.compare_exchange_weak(before, after, std::memory_order_relaxed))
      return std::nullopt;
  }
}

void day_spending::add(double usd, std::chrono::system_clock::time_point now) {
  auto today = day_of(now);
  if (day_.exchange(today, std::memory_order_relaxed) != today)
    spent_.store(0, std::memory_order_relaxed);
  spent_.fetch_add(std::llround(usd * 1e9), std::memory_order_relaxed);
}

double day_spending::today(std::chrono::system_clock::time_point now) const {
  if (day_.load(std::memory_order_relaxed) != day_of(now))
    return 0;
  return static_cast<double>(spent_.load(std::memory_order_relaxed)) / 1e9;
}

} // namespace hedgerow
