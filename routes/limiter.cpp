#include "routes/limiter.hpp"

#include <algorithm>

namespace hedgerow {
namespace {

/// Interactive calls want a route for so long after the last of them has asked for it.
constexpr std::chrono::seconds wanted_for{10};

std::int64_t second_of(time_point now) {
  return std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count();
}

/// The longer of two waits, of which zero means for an unknown time.
std::optional<milliseconds> both(std::optional<milliseconds> a, std::optional<milliseconds> b) {
  return a && b ? std::max(a, b) : a ? a : b;
}

/// Nothing for a wait of zero.
std::optional<milliseconds> if_any(milliseconds wait) {
  return wait.count() > 0 ? std::optional{wait} : std::nullopt;
}

std::optional<milliseconds> wait_in(const minute_window& used, std::int64_t amount,
                                    std::int64_t limit, time_point now) {
  return limit > 0 ? if_any(used.wait_for(amount, limit, now)) : std::nullopt;
}

/// Zero is no limit, and half of one is.
std::int64_t half_of(std::int64_t limit) {
  return limit == 0 ? 0 : std::max(limit / 2, std::int64_t{1});
}

} // namespace

void minute_window::add(std::int64_t amount, time_point now) {
  const auto second = second_of(now);
  auto& held = slots_[static_cast<std::size_t>((second % seconds + seconds) % seconds)];
  if (held.second != second)
    held = {.second = second};
  held.amount += amount;
}

std::int64_t minute_window::sum(time_point now) const {
  const auto second = second_of(now);
  std::int64_t out = 0;
  for (const auto& x : slots_)
    if (x.second > second - seconds && x.second <= second)
      out += x.amount;
  return std::max(out, std::int64_t{0});
}

milliseconds minute_window::wait_for(std::int64_t amount, std::int64_t limit,
                                     time_point now) const {
  const auto second = second_of(now);
  auto above = sum(now) + std::min(amount, limit) - limit;
  if (above <= 0)
    return milliseconds{0};
  auto oldest = second - seconds + 1;
  for (; oldest < second && above > 0; ++oldest) {
    const auto& x = slots_[static_cast<std::size_t>((oldest % seconds + seconds) % seconds)];
    if (x.second == oldest)
      above -= x.amount;
  }
  const time_point at{std::chrono::seconds{oldest + seconds - (above > 0 ? 0 : 1)}};
  return std::max(std::chrono::ceil<milliseconds>(at - now), milliseconds{1});
}

void provider_allowance::learn(const rate_left& said, time_point now) {
  said_ = said;
  since_ = now;
  spent_ = 0;
}

void provider_allowance::spend(std::int64_t amount) { spent_ += amount; }

milliseconds provider_allowance::wait_for(std::int64_t amount, time_point now) const {
  if (!said_ || now >= since_ + said_->reset_in)
    return milliseconds{0};
  const auto missing = std::min(amount, said_->limit) - (said_->remaining - spent_);
  if (missing <= 0)
    return milliseconds{0};
  const auto refilled = said_->limit - said_->remaining;
  auto filled_after = said_->reset_in;
  if (missing < refilled)
    filled_after = std::chrono::ceil<milliseconds>(
        said_->reset_in * (static_cast<double>(missing) / static_cast<double>(refilled)));
  return std::max(std::chrono::ceil<milliseconds>(since_ + filled_after - now), milliseconds{0});
}

std::optional<milliseconds> limiter::must_wait(const call_load& load, time_point now) {
  if (!load.background)
    wanted_at_ = now;
  auto wait = shared_wait(load, now);
  if (load.background && wanted_at_ && now < *wanted_at_ + wanted_for)
    wait = both(wait, background_wait(load, now));
  return wait;
}

std::optional<milliseconds> limiter::shared_wait(const call_load& load, time_point now) const {
  auto wait = both(wait_in(requests_, 1, most_.requests_per_minute, now),
                   wait_in(tokens_, load.tokens, most_.tokens_per_minute, now));
  wait = both(wait, if_any(provider_requests_.wait_for(1, now)));
  wait = both(wait, if_any(provider_tokens_.wait_for(load.tokens, now)));
  if (most_.concurrency > 0 && under_way_ >= most_.concurrency)
    wait = both(wait, milliseconds{0});
  return wait;
}

std::optional<milliseconds> limiter::background_wait(const call_load& load, time_point now) const {
  auto wait = both(wait_in(background_requests_, 1, half_of(most_.requests_per_minute), now),
                   wait_in(background_tokens_, load.tokens, half_of(most_.tokens_per_minute), now));
  if (most_.concurrency > 0 && background_under_way_ >= most_.concurrency / 2)
    wait = both(wait, milliseconds{0});
  return wait;
}

void limiter::start(const call_load& load, time_point now) {
  ++under_way_;
  requests_.add(1, now);
  tokens_.add(load.tokens, now);
  provider_requests_.spend(1);
  provider_tokens_.spend(load.tokens);
  if (!load.background)
    return;
  ++background_under_way_;
  background_requests_.add(1, now);
  background_tokens_.add(load.tokens, now);
}

void limiter::ended(const call_load& load, std::optional<std::int64_t> used, time_point now) {
  --under_way_;
  const auto more = used.value_or(load.tokens) - load.tokens;
  tokens_.add(more, now);
  if (!load.background)
    return;
  --background_under_way_;
  background_tokens_.add(more, now);
}

void limiter::learn(const rates_left& said, time_point now) {
  if (said.requests)
    provider_requests_.learn(*said.requests, now);
  if (said.tokens)
    provider_tokens_.learn(*said.tokens, now);
}

} // namespace hedgerow
