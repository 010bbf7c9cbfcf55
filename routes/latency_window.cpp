#include "routes/latency_window.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace hedgerow {

namespace {

constexpr std::int64_t shortest = 1;
constexpr std::int64_t longest = 120000;
/// Below this every millisecond has a step of its own.
constexpr std::uint64_t exact = 64;
/// Steps to a doubling.
constexpr std::uint64_t fineness = 32;

} // namespace

void latency_window::record(milliseconds x, time_point now) {
  const auto step = step_of(x);
  auto& counts = recent_.at(now, [this](const histogram& old) { forget(old); });
  if (counts[step] == std::numeric_limits<std::uint16_t>::max()) {
    // Halving all of them keeps the quantiles.
    forget(counts);
    for (std::size_t i = 0; i < steps; ++i) {
      counts[i] /= 2;
      add(i, counts[i]);
    }
  }
  ++counts[step];
  add(step, 1);
}

void latency_window::add(std::size_t step, int times) {
  sums_[step] += times;
  groups_[step / group] += times;
  total_ += times;
}

void latency_window::forget(const histogram& x) {
  for (std::size_t i = 0; i < steps; ++i)
    add(i, -x[i]);
}

std::optional<milliseconds> latency_window::quantile(double q, time_point now, int min_samples) {
  const auto total = count(now);
  if (total < std::max(min_samples, 1))
    return std::nullopt;
  const auto share = static_cast<int>(std::ceil(std::clamp(q, 0.0, 1.0) * total));
  const auto rank = std::max(1, share);
  int passed = 0;
  std::size_t in = 0;
  while (passed + groups_[in] < rank)
    passed += groups_[in++];
  auto step = in * group;
  while ((passed += sums_[step]) < rank)
    ++step;
  return middle_of(step);
}

int latency_window::count(time_point now) {
  recent_.expire(now, [this](const histogram& old) { forget(old); });
  return total_;
}

std::size_t latency_window::step_of(milliseconds x) {
  const auto ms =
      static_cast<std::uint64_t>(std::clamp<std::int64_t>(x.count(), shortest, longest));
  if (ms < exact)
    return ms;
  const auto doublings = static_cast<std::uint64_t>(std::bit_width(ms)) - std::bit_width(exact);
  return exact + doublings * fineness + ((ms >> (doublings + 1)) - fineness);
}

milliseconds latency_window::middle_of(std::size_t step) {
  if (step < exact)
    return milliseconds{step};
  const auto doublings = (step - exact) / fineness;
  const auto first = ((step - exact) % fineness + fineness) << (doublings + 1);
  const auto width = std::uint64_t{1} << (doublings + 1);
  return milliseconds{std::min<std::uint64_t>(first + width / 2, longest)};
}

} // namespace hedgerow
