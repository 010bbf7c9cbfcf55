#include "app/simulator/script.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

namespace hedgerow::simulated {

namespace {

constexpr auto longest_wait = std::chrono::hours{1};

/// A call's two waits are drawn apart.
constexpr std::uint64_t first_token_salt = 0x746f6b656eULL;

/// Puts a call of a script that goes round into its first round.
void fold(const steps& all, std::uint64_t& call_number, microseconds& elapsed) {
  std::uint64_t calls = 0;
  microseconds time{0};
  for (const auto& each : all) {
    calls += each.calls.value_or(0);
    time += each.lasts.value_or(milliseconds{0});
  }
  if (calls > 0)
    call_number = (call_number - 1) % calls + 1;
  if (time.count() > 0)
    elapsed %= time;
}

/// The step in force. Requires: `all` is not empty.
const step& step_at(const steps& all, std::uint64_t call_number, microseconds elapsed) {
  if (all.back().goes_round)
    fold(all, call_number, elapsed);
  std::uint64_t calls = 0;
  microseconds time{0};
  for (const auto& each : all) {
    if (each.calls && call_number <= (calls += *each.calls))
      return each;
    if (each.lasts && elapsed < (time += *each.lasts))
      return each;
    if (!each.calls && !each.lasts)
      return each;
  }
  return all.back();
}

/// A stream of numbers that is the same on every machine, unlike the standard distributions.
class splitmix {
public:
  explicit splitmix(std::uint64_t seed) : state_{seed} {}

  std::uint64_t next() {
    auto z = (state_ += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }

  /// Above 0 and at most 1.
  double unit() { return (static_cast<double>(next() >> 11) + 1) * 0x1.0p-53; }

  double normal() {
    auto radius = std::sqrt(-2 * std::log(unit()));
    return radius * std::cos(2 * std::numbers::pi * unit());
  }

private:
  std::uint64_t state_;
};

std::uint64_t fnv1a(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const unsigned char c : text)
    hash = (hash ^ c) * 0x100000001b3ULL;
  return hash;
}

/// Each call has its own stream, so its draw does not depend on what other calls did.
splitmix stream_of(std::string_view model, std::uint64_t call_number, std::uint64_t seed) {
  splitmix names{seed ^ fnv1a(model)};
  return splitmix{names.next() ^ call_number};
}

microseconds draw(const spread& from, splitmix& random) {
  const auto factor = from.sigma == 0 ? 1.0 : std::exp(from.sigma * random.normal());
  const std::chrono::duration<double, std::micro> wait = from.median * factor;
  if (wait > longest_wait)
    return longest_wait;
  return microseconds{std::llround(wait.count())};
}

step make(std::optional<std::uint64_t> calls, std::optional<milliseconds> lasts, behaviour x) {
  return {calls, lasts, std::make_shared<const behaviour>(std::move(x)), false};
}

} // namespace

std::optional<reaction> behaviour_of(const script& x, std::string_view model,
                                     std::uint64_t call_number, microseconds elapsed,
                                     std::uint64_t seed) {
  const auto* all = steps_of(x, model);
  if (!all || all->empty())
    return std::nullopt;
  const auto& how = step_at(*all, call_number, elapsed).then;
  return reaction{how, wait_of(how->wait, model, call_number, seed),
                  wait_of(how->stream.first_token, model, call_number, seed ^ first_token_salt)};
}

bool refuses(const behaviour& how, bool prefilled) {
  return prefilled && how.prefill == prefill_habit::refuse
         && std::holds_alternative<answer>(how.says);
}

const steps* steps_of(const script& x, std::string_view model) {
  auto found = x.models.find(model);
  if (found == x.models.end())
    found = x.models.find(any_model);
  return found == x.models.end() ? nullptr : &found->second;
}

microseconds wait_of(const latency& x, std::string_view model, std::uint64_t call_number,
                     std::uint64_t seed) {
  auto random = stream_of(model, call_number, seed);
  const bool slow = x.slow_share > 0 && random.unit() <= x.slow_share;
  return draw(slow ? x.slow : x.usual, random);
}

step always(behaviour x) { return make({}, {}, std::move(x)); }

step for_calls(std::uint64_t calls, behaviour x) { return make(calls, {}, std::move(x)); }

step for_time(milliseconds lasts, behaviour x) { return make({}, lasts, std::move(x)); }

steps in_turns(steps x) {
  x.back().goes_round = true;
  return x;
}

behaviour answers(std::string text, latency wait) {
  behaviour x;
  x.says = answer{std::move(text), {}, {}, {}};
  x.wait = wait;
  return x;
}

behaviour fails(int status, std::string code, http_headers headers) {
  behaviour x;
  x.status = status;
  x.headers = std::move(headers);
  x.says = provider_error{{}, {}, std::move(code), {}};
  return x;
}

behaviour stays_silent() {
  behaviour x;
  x.silent = true;
  return x;
}

behaviour resets() {
  behaviour x;
  x.reset_after = 0;
  return x;
}

latency fixed(milliseconds wait) { return {{wait, 0}, {}, 0}; }

latency lognormal(milliseconds median, double sigma) { return {{median, sigma}, {}, 0}; }

script default_script() {
  script x;
  x.models.emplace(any_model, steps{always(answers(R"({"category":"billing","urgency":"medium",)"
                                                   R"("summary":"The customer was charged twice.",)"
                                                   R"("needsHumanReview":false})"))});
  return x;
}

} // namespace hedgerow::simulated
