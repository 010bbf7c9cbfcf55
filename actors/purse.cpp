#include "actors/purse.hpp"

#include <algorithm>
#include <cmath>

namespace hedgerow {

namespace {

/// Sums of prices as they are written come out a little off.
constexpr double rounding = 1e-12;

/// More than any model says.
constexpr double tokens_max = 1e15;

} // namespace

bool purse::holds(const expense& x) const {
  return (!most_.tokens || spent_.tokens + reserved_.tokens + x.tokens <= *most_.tokens)
         && (!most_.cost || spent_.cost + reserved_.cost + x.cost <= *most_.cost + rounding);
}

void purse::reserve(const expense& x) {
  reserved_.tokens += x.tokens;
  reserved_.cost += x.cost;
}

void purse::settle(const expense& reserved, const expense& spent) {
  reserved_.tokens -= reserved.tokens;
  reserved_.cost -= reserved.cost;
  spent_.tokens += spent.tokens;
  spent_.cost += spent.cost;
}

std::optional<std::int64_t> purse::output_for(const expense& input, double cost_per_token,
                                              const expense& kept) const {
  std::optional<double> out;
  if (most_.tokens)
    out = static_cast<double>(*most_.tokens - spent_.tokens - reserved_.tokens - input.tokens
                              - kept.tokens);
  if (most_.cost && cost_per_token > 0) {
    const auto left =
        *most_.cost + rounding - spent_.cost - reserved_.cost - input.cost - kept.cost;
    out = std::min(out.value_or(tokens_max), std::floor(left / cost_per_token));
  }
  if (!out)
    return std::nullopt;
  return static_cast<std::int64_t>(std::clamp(*out, 0.0, tokens_max));
}

} // namespace hedgerow
