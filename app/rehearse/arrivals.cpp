#include "app/rehearse/arrivals.hpp"

#include <algorithm>
#include <cmath>

namespace hedgerow {

namespace {

std::int64_t drawn(const token_spread& x, draws& random) {
  return std::max<std::int64_t>(1, std::llround(random.lognormal(x.median, x.sigma)));
}

} // namespace

arrivals::arrivals(const traffic_line& of, milliseconds lasts, std::uint64_t seed)
    : of_{of},
      lasts_{lasts},
      random_{seed} {
  for (const auto& x : of.rate)
    peak_ = std::max(peak_, x.is);
}

std::optional<arriving> arrivals::next() {
  if (!of_.trace.empty())
    return next_of_trace();
  if (peak_ == 0)
    return std::nullopt;
  constexpr double micro = 1e6;
  do {
    now_ -= std::log(1 - random_.share()) / peak_;
    if (now_ * micro >= static_cast<double>(lasts_.count()))
      return std::nullopt;
  } while (random_.share() * peak_ >= rate_at(now_));
  arriving out;
  out.at = microseconds{static_cast<microseconds::rep>(now_ * micro)};
  out.input_tokens = drawn(of_.input, random_);
  out.output_tokens = drawn(of_.output, random_);
  out.streamed = random_.share() < of_.streamed;
  return out;
}

std::optional<arriving> arrivals::next_of_trace() {
  if (traced_ == of_.trace.size() || of_.trace[traced_].at >= lasts_)
    return std::nullopt;
  const auto& x = of_.trace[traced_++];
  return arriving{x.at, std::max<std::int64_t>(x.input, 1), std::max<std::int64_t>(x.output, 1),
                  random_.share() < of_.streamed};
}

double arrivals::rate_at(double seconds) const {
  const auto time_of = [](const rate_point& x) {
    return std::chrono::duration<double>{x.at}.count();
  };
  const auto after = std::ranges::upper_bound(of_.rate, seconds, {}, time_of);
  if (after == of_.rate.begin())
    return after->is;
  const auto& before = *std::prev(after);
  if (after == of_.rate.end())
    return before.is;
  const auto share = (seconds - time_of(before)) / (time_of(*after) - time_of(before));
  return before.is + share * (after->is - before.is);
}

} // namespace hedgerow
