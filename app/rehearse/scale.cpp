#include "app/rehearse/scale.hpp"

#include "app/rehearse/figures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace hedgerow::report {

namespace {

/// The least of 1, 2 and 5 times a power of ten that is not less than `x`; requires `x > 0`.
double round_step(double x) {
  const auto decade = std::pow(10, std::floor(std::log10(x)));
  for (const auto times : {1.0, 2.0, 5.0})
    if (x <= times * decade * (1 + 1e-9))
      return times * decade;
  return 10 * decade;
}

std::string duration_label(double ms) {
  if (ms >= 60'000 && std::fmod(ms, 60'000) == 0)
    return fmt::format("{:g} min", ms / 60'000);
  return ms >= 1000 ? fmt::format("{:g} s", ms / 1000) : fmt::format("{:g} ms", ms);
}

/// From 0 to the first step that is not less than `highest`, in about four steps.
template <class Label>
std::vector<tick> even_ticks(double highest, double step_least, Label label) {
  const auto step = std::max(step_least, round_step(std::max(highest, 1e-9) / 5));
  const auto steps = std::max(1.0, std::ceil(highest / step - 1e-9));
  std::vector<tick> out;
  for (double i = 0; i <= steps; ++i)
    out.push_back({i * step, label(i * step)});
  return out;
}

} // namespace

double scale::operator()(double x) const {
  const auto place = [&](double of) { return logarithmic ? std::log(of) : of; };
  const auto inside = logarithmic ? std::clamp(x, from, until) : x;
  const auto length = place(until) - place(from);
  return length == 0 ? low : low + (place(inside) - place(from)) / length * (high - low);
}

std::vector<tick> time_ticks(std::chrono::milliseconds lasted, std::size_t most) {
  constexpr std::array<std::int64_t, 18> seconds{
      1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400};
  const auto fits = [&](std::int64_t step) {
    return lasted.count() / (step * 1000) <= static_cast<std::int64_t>(most);
  };
  auto step = seconds.back();
  if (const auto found = std::ranges::find_if(seconds, fits); found != seconds.end())
    step = *found;
  else
    while (!fits(step))
      step *= 2;
  std::vector<tick> out;
  for (std::int64_t at = 0; at <= lasted.count(); at += step * 1000)
    out.push_back({static_cast<double>(at), clock(milliseconds{at})});
  return out;
}

std::vector<tick> count_ticks(double highest) {
  return even_ticks(highest, 1, [](double x) { return whole(static_cast<std::size_t>(x)); });
}

std::vector<tick> latency_ticks(double lowest, double highest, bool logarithmic) {
  if (!logarithmic)
    return even_ticks(highest, 1e-3, duration_label);
  const auto decades = std::log10(highest / lowest);
  std::vector<tick> all;
  for (auto decade = std::pow(10, std::floor(std::log10(lowest))); decade < highest * 10;
       decade *= 10)
    for (const auto times : {1.0, 2.0, 5.0})
      if (decades <= 2.5 || times == 1)
        all.push_back({times * decade, duration_label(times * decade)});
  // One at or below the lowest, one at or above the highest.
  const auto first = std::ranges::find_if(all, [&](auto& x) { return x.at > lowest * 1.0001; });
  const auto last = std::ranges::find_if(all, [&](auto& x) { return x.at >= highest * 0.9999; });
  return {first == all.begin() ? first : first - 1, last == all.end() ? last : last + 1};
}

} // namespace hedgerow::report
