#include "routes/health.hpp"

#include <algorithm>
#include <cmath>

namespace hedgerow {

namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr milliseconds auth_trip = seconds{60};
constexpr milliseconds quota_trip = minutes{15};
constexpr milliseconds first_block = seconds{1};
constexpr milliseconds longest_block = seconds{60};
constexpr int unlisted_max = 3;
constexpr double storm_share = 0.5;
/// No call shorter than this is slow unless the configuration says so.
constexpr milliseconds slow_floor = seconds{1};
/// An hour of minutes: the weight of the newest p95 never falls below one of them.
constexpr int minutes_remembered = 60;

milliseconds storm_slice(const breaker_config& x) {
  return std::max(milliseconds{1}, x.window / 10);
}

admission refusal(std::string_view why, std::optional<milliseconds> retry_in = std::nullopt) {
  return {permit::refused, why, retry_in};
}

milliseconds until(time_point then, time_point now) {
  return std::chrono::ceil<milliseconds>(then - now);
}

/// Whether the attempt's time says how long this model takes. Fast failures say nothing; a timeout
/// and a cancelled call took at least that long.
bool tells_latency(const attempt_result& how) {
  return !how.failed || how.failed == failure_class::contract
         || how.failed == failure_class::latency;
}

} // namespace

route_health::route_health(const route_config& config, std::uint64_t seed)
    : config_{config.breaker},
      enabled_{config.enabled},
      budget_{config.retry_budget},
      limiter_{config.limits},
      storm_{storm_slice(config.breaker)} {
  for (auto& x : lanes_)
    x.gate = breaker{config_, seed++};
}

admission route_health::admit(traffic_class traffic, attempt_kind kind, milliseconds lease,
                              time_point now, const call_load& load) {
  if (!enabled_)
    return refusal("disabled");
  if (const auto then = blocked_until(now))
    return refusal("limit", until(*then, now));
  auto& gate = lane_of(traffic).gate;
  if (kind == attempt_kind::probe)
    gate.hasten(now);
  if (gate.refuses(now))
    return refusal("breaker", until(gate.admits_at(now), now));
  if (kind == attempt_kind::hedge && gate.state(now) != breaker_state::closed)
    return refusal("breaker");
  if (const auto wait = limiter_.must_wait(load, now))
    return refusal("limit", wait->count() > 0 ? wait : std::nullopt);
  if (kind != attempt_kind::retry)
    budget_.deposit(now);
  else if (!budget_.withdraw(now))
    return refusal("retry_budget");
  limiter_.start(load, now);
  return {gate.admit(now, lease), {}, std::nullopt};
}

std::optional<transition> route_health::suspect(traffic_class traffic, time_point now) {
  auto& gate = lane_of(traffic).gate;
  if (gate.state(now) != breaker_state::closed)
    return std::nullopt;
  gate.suspect(now, "correlated");
  return transition{traffic, breaker_state::closed, breaker_state::open, "correlated"};
}

std::vector<transition> route_health::ended(const attempt_result& how, time_point now) {
  limiter_.ended(how.load, how.used, now);
  limiter_.learn(how.rates, now);
  const auto before = states(now);
  auto& mine = lane_of(how.traffic);
  const bool slow = is_slow(how);
  const auto [is, everywhere] = weigh(how, now);
  if (tells_latency(how))
    mine.latencies.record(how.elapsed, now);
  mine.gate.ended(how.as, is, slow, now);
  if (everywhere)
    for (auto& other : lanes_)
      if (&other != &mine)
        other.gate.ended(permit::passed, is, false, now);
  mine.learn(now);

  std::vector<transition> moved;
  const auto after = states(now);
  for (std::size_t i = 0; i < traffic_classes; ++i)
    if (before[i] != after[i]) {
      const bool closed = after[i] == breaker_state::closed;
      moved.push_back({static_cast<traffic_class>(i), before[i], after[i],
                       std::string{closed ? "probes" : lanes_[i].gate.cause()}});
    }
  return moved;
}

route_health::effect route_health::weigh(const attempt_result& how, time_point now) {
  auto& counted = storm_.at(now).calls;
  counted += !how.cancelled;
  if (how.cancelled)
    return {call_effect::ignored};
  if (!how.failed || how.failed == failure_class::contract) {
    succeeded();
    return {call_effect::good};
  }
  switch (*how.failed) {
  case failure_class::transport:
  case failure_class::latency:
    return {call_effect::bad, how.scope == failure_scope::route};
  case failure_class::rate_limit:
    return {rate_limited(how, now)};
  case failure_class::quota:
    trip_all(now, how.retry_after.value_or(quota_trip), "quota");
    return {call_effect::ignored};
  case failure_class::auth:
    return refused_us(how, now);
  default:
    return {call_effect::ignored};
  }
}

void route_health::succeeded() {
  unhinted_blocks_ = 0;
  unlisted_in_a_row_ = 0;
}

call_effect route_health::rate_limited(const attempt_result& how, time_point now) {
  if (how.retry_after) {
    blocked_until_ = std::max(blocked_until_.value_or(now), now + *how.retry_after);
    return call_effect::ignored;
  }
  ++storm_.at(now).unhinted;
  // Calls that were under way when the block began say nothing about its length.
  if (!blocked_until(now)) {
    blocked_until_ = now + std::min(longest_block, first_block * (1 << unhinted_blocks_));
    unhinted_blocks_ = std::min(unhinted_blocks_ + 1, 6);
  }
  return storming(now) ? call_effect::bad : call_effect::ignored;
}

route_health::effect route_health::refused_us(const attempt_result& how, time_point now) {
  if (how.scope != failure_scope::unlisted)
    trip_all(now, auth_trip, "auth");
  else if (++unlisted_in_a_row_ >= unlisted_max)
    trip_all(now, auth_trip, "unlisted");
  return {call_effect::ignored};
}

bool route_health::storming(time_point now) const {
  limited sum;
  storm_.each(now, [&sum](const limited& x) {
    sum.calls += x.calls;
    sum.unhinted += x.unhinted;
  });
  return sum.calls >= static_cast<std::uint32_t>(std::max(config_.min_calls, 1))
         && sum.unhinted > storm_share * sum.calls;
}

void route_health::trip_all(time_point now, milliseconds least, std::string_view cause) {
  for (auto& x : lanes_)
    x.gate.trip(now, least, cause);
}

bool route_health::is_slow(const attempt_result& how) const {
  if (how.failed == failure_class::latency)
    return true;
  const auto limit = slow_from(how.traffic);
  return limit && how.elapsed >= *limit;
}

std::optional<milliseconds> route_health::slow_from(traffic_class traffic) const {
  if (config_.slow_call)
    return config_.slow_call;
  const auto usual = lane_of(traffic).usual_p95;
  if (usual <= 0 || config_.slow_multiple <= 0)
    return std::nullopt;
  const auto limit = milliseconds{std::llround(config_.slow_multiple * usual)};
  return std::max(slow_floor, limit);
}

void route_health::lane::learn(time_point now) {
  if (now < next_minute || gate.state(now) != breaker_state::closed)
    return;
  const auto p95 = latencies.quantile(0.95, now);
  if (!p95)
    return;
  minutes_seen = std::min(minutes_seen + 1, minutes_remembered);
  usual_p95 += (static_cast<double>(p95->count()) - usual_p95) / minutes_seen;
  next_minute = now + minutes{1};
}

std::optional<milliseconds> route_health::quantile(traffic_class traffic, double q,
                                                   time_point now) {
  return lane_of(traffic).latencies.quantile(q, now);
}

breaker_state route_health::state(traffic_class traffic, time_point now) const {
  return lane_of(traffic).gate.state(now);
}

std::optional<time_point> route_health::blocked_until(time_point now) const {
  return blocked_until_ && now < *blocked_until_ ? blocked_until_ : std::nullopt;
}

std::array<breaker_state, traffic_classes> route_health::states(time_point now) const {
  std::array<breaker_state, traffic_classes> all{};
  std::ranges::transform(lanes_, all.begin(), [now](const lane& x) { return x.gate.state(now); });
  return all;
}

void route_health::reconfigure(const route_config& config) {
  if (config.breaker.window != config_.window)
    storm_ = period_ring<limited, 10>{storm_slice(config.breaker)};
  config_ = config.breaker;
  enabled_ = config.enabled;
  budget_.reconfigure(config.retry_budget);
  limiter_.reconfigure(config.limits);
  for (auto& x : lanes_)
    x.gate.reconfigure(config_);
}

} // namespace hedgerow
