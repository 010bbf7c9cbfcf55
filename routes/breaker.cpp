#include "routes/breaker.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace hedgerow {

namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr milliseconds longest_trip = hours{1};
/// Between two calls of a route that is called because no other is left.
constexpr std::chrono::seconds last_resort_pace{1};
constexpr double baseline_half_life_hours = 1;
constexpr std::uint32_t baseline_calls_min = 200;
/// No rate below this is called a climb, however clean the past was.
constexpr double climb_floor = 0.05;
constexpr double climb_margin = 0.02;
/// Beyond this the doubling has long met the cap.
constexpr int openings_max = 32;

/// SplitMix64: small, seedable and the same everywhere.
double uniform(std::uint64_t& state) {
  auto x = state += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  x ^= x >> 31;
  return static_cast<double>(x >> 11) * 0x1p-53;
}

milliseconds slice_of(const breaker_config& x, std::size_t periods) {
  return std::max(milliseconds{1}, x.window / static_cast<int>(periods));
}

bool reaches(std::uint32_t part, std::uint32_t whole, int whole_min, double share) {
  const auto enough = std::max(whole_min, 1);
  return part > 0 && whole >= static_cast<std::uint32_t>(enough)
         && part >= share * static_cast<double>(whole);
}

} // namespace

std::string_view to_string(breaker_state x) {
  switch (x) {
  case breaker_state::closed:
    return "closed";
  case breaker_state::open:
    return "open";
  case breaker_state::half_open:
    return "half_open";
  }
  return "open";
}

double wilson_lower_bound(double bad, double calls, double z) {
  if (calls <= 0)
    return 0;
  const auto p = bad / calls;
  const auto zz = z * z;
  const auto spread = z * std::sqrt(p * (1 - p) / calls + zz / (4 * calls * calls));
  return (p + zz / (2 * calls) - spread) / (1 + zz / calls);
}

breaker::breaker(breaker_config config, std::uint64_t seed)
    : config_{config},
      random_{seed},
      window_{slice_of(config, periods)} {}

permit breaker::admit(time_point now, milliseconds lease) {
  if (state_ == breaker_state::closed)
    return permit::passed;
  if (cooling(now))
    return permit::refused;
  if (state_ == breaker_state::open) {
    state_ = breaker_state::half_open;
    good_probes_ = 0;
    leased_ = 0;
  }
  drop_leases(now);
  if (leased_ >= probes())
    return permit::refused;
  leases_[leased_++] = now + lease;
  return permit::probe;
}

void breaker::ended(permit as, call_effect effect, bool slow, time_point now) {
  if (state_ == breaker_state::closed)
    record(effect, slow, now);
  else if (state_ == breaker_state::half_open && as == permit::probe)
    judge_probe(effect, slow, now);
}

void breaker::record(call_effect effect, bool slow, time_point now) {
  auto& slot = window_.at(now, [&](const tally& gone) { baseline_.add(gone, now); });
  const bool bad = effect == call_effect::bad;
  const bool counts = effect != call_effect::ignored;
  slot.calls += counts;
  slot.bad += bad;
  slot.in_a_row += bad;
  slot.timed += counts || slow;
  slot.slow += slow;
  if (effect == call_effect::good)
    window_.each(now, [](tally& x) { x.in_a_row = 0; });
  if (!bad && !slow)
    return;
  if (const auto cause = finding(now); !cause.empty())
    open(now, milliseconds{0}, cause);
}

/// The limit that the window has passed, or nothing.
std::string_view breaker::finding(time_point now) const {
  tally sum;
  window_.each(now, [&sum](const tally& x) {
    sum.calls += x.calls;
    sum.bad += x.bad;
    sum.timed += x.timed;
    sum.slow += x.slow;
    sum.in_a_row += x.in_a_row;
  });
  if (config_.consecutive > 0 && sum.in_a_row >= static_cast<std::uint32_t>(config_.consecutive))
    return "consecutive";
  if (reaches(sum.bad, sum.calls, config_.min_calls, config_.failure_rate))
    return "failure_rate";
  if (reaches(sum.slow, sum.timed, config_.min_calls, config_.slow_rate))
    return "slow_rate";
  const auto usually = baseline_.rate();
  if (!usually || config_.above_baseline <= 0 || !reaches(sum.bad, sum.calls, config_.min_calls, 0))
    return {};
  const auto limit = std::max(climb_floor, config_.above_baseline * *usually + climb_margin);
  return wilson_lower_bound(sum.bad, sum.calls) > limit ? "above_baseline" : std::string_view{};
}

void breaker::judge_probe(call_effect effect, bool slow, time_point now) {
  drop_leases(now);
  if (leased_ > 0) {
    // Permits carry no name: give back the one that would end first.
    std::iter_swap(std::min_element(leases_.begin(), leases_.begin() + leased_),
                   leases_.begin() + (leased_ - 1));
    --leased_;
  }
  if (slow || effect == call_effect::bad)
    open(now, milliseconds{0}, "probe");
  else if (effect == call_effect::good && ++good_probes_ >= probes())
    close(now);
}

void breaker::trip(time_point now, milliseconds hint, std::string_view cause) {
  const auto least = std::min(hint, longest_trip);
  if (!cooling(now))
    open(now, least, cause);
  tripped_ = true;
  open_until_ = std::max(open_until_, now + least);
  cause_ = cause;
}

void breaker::suspect(time_point now, std::string_view cause) {
  if (state_ != breaker_state::closed)
    return;
  open(now, milliseconds{0}, cause);
  opened_at_ = now - last_resort_pace; // It has not failed itself, so it may be asked at once.
}

void breaker::hasten(time_point now) {
  if (cooling(now) && !tripped_ && now >= opened_at_ + last_resort_pace)
    open_until_ = now;
}

void breaker::reset(time_point now) {
  close(now);
  openings_ = 0;
}

void breaker::open(time_point now, milliseconds least, std::string_view cause) {
  if (state_ == breaker_state::closed) {
    const auto healthy = (now - closed_since_) / minutes{1};
    openings_ -= static_cast<int>(std::clamp<decltype(healthy)>(healthy, 0, openings_));
  }
  openings_ = std::min(openings_ + 1, openings_max);
  state_ = breaker_state::open;
  tripped_ = false;
  opened_at_ = now;
  open_until_ = now + std::min(std::max(least, draw_cooldown()), longest_trip);
  cause_ = cause;
  leased_ = 0;
  // What failed now is no part of what is usual.
  window_.clear();
}

void breaker::close(time_point now) {
  state_ = breaker_state::closed;
  closed_since_ = now;
  leased_ = 0;
  window_.clear();
}

/// Gateways that drew the same wait would all probe at the same instant.
milliseconds breaker::draw_cooldown() {
  auto span = config_.cooldown;
  for (int i = 1; i < openings_ && span < config_.max_cooldown; ++i)
    span *= 2;
  span = std::min(span, config_.max_cooldown);
  const auto half = static_cast<double>(span.count()) / 2;
  return milliseconds{static_cast<std::int64_t>(half + uniform(random_) * half)};
}

bool breaker::refuses(time_point now) const { return admits_at(now) > now; }

breaker_state breaker::state(time_point now) const {
  return state_ == breaker_state::open && !cooling(now) ? breaker_state::half_open : state_;
}

time_point breaker::admits_at(time_point now) const {
  if (cooling(now))
    return open_until_;
  if (state_ != breaker_state::half_open)
    return now;
  const auto end = leases_.begin() + leased_;
  const auto out = std::count_if(leases_.begin(), end, [now](time_point x) { return x > now; });
  return static_cast<std::size_t>(out) < probes() ? now : *std::min_element(leases_.begin(), end);
}

void breaker::reconfigure(const breaker_config& config) {
  if (config.window != config_.window)
    window_ = period_ring<tally, periods>{slice_of(config, periods)};
  config_ = config;
}

bool breaker::cooling(time_point now) const {
  return state_ == breaker_state::open && now < open_until_;
}

std::size_t breaker::probes() const {
  return static_cast<std::size_t>(std::clamp(config_.probes, 1, static_cast<int>(probes_max)));
}

void breaker::drop_leases(time_point now) {
  const auto over = [now](time_point x) { return x <= now; };
  const auto end = std::remove_if(leases_.begin(), leases_.begin() + leased_, over);
  leased_ = static_cast<std::size_t>(end - leases_.begin());
}

void breaker::usual::add(const tally& x, time_point now) {
  const std::chrono::duration<double, std::ratio<3600>> gone = now - std::exchange(last, now);
  const auto kept = std::exp2(-gone.count() / baseline_half_life_hours);
  calls = calls * kept + x.calls;
  bad = bad * kept + x.bad;
  seen = std::min(seen + x.calls, baseline_calls_min);
}

std::optional<double> breaker::usual::rate() const {
  if (seen < baseline_calls_min || calls <= 0)
    return std::nullopt;
  return bad / calls;
}

} // namespace hedgerow
