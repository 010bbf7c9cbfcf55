#pragma once

#include "tests/actors/world.hpp"

#include <cstdint>
#include <random>
#include <string>
#include <vector>

/// Worlds drawn from a seed: a policy, providers that fail by a schedule, and callers.
namespace hedgerow::test {

/// Draws the same from the same seed, on every machine.
class dice {
public:
  explicit dice(std::uint64_t seed) : random_{seed} {}

  /// From 0 up to 1.
  double share() { return static_cast<double>(random_() >> 11) * 0x1p-53; }
  bool chance(double x) { return share() < x; }
  /// Both ends included.
  std::int64_t whole(std::int64_t least, std::int64_t most) {
    return least + static_cast<std::int64_t>(share() * static_cast<double>(most - least + 1));
  }
  milliseconds time(milliseconds least, milliseconds most) {
    return milliseconds{whole(least.count(), most.count())};
  }
  /// Exponential, with this mean.
  milliseconds wait(milliseconds mean);
  /// Lognormal, with this median.
  milliseconds latency(milliseconds median, double sigma);
  template <class T>
  const T& one_of(const std::vector<T>& all) {
    return all[static_cast<std::size_t>(whole(0, static_cast<std::int64_t>(all.size()) - 1))];
  }

private:
  std::mt19937_64 random_;
};

/// How a provider behaves for a while.
enum class weather : std::uint8_t {
  fine,
  slow,
  failing,
  flaky,
  limited,
  prose,
  blocking,
  silent,
  breaking, ///< Streams break off.
  crashing, ///< The call takes its route's actor with it.
};

struct spell {
  milliseconds until{0};
  weather is = weather::fine;
  failure_class fails = failure_class::transport;
};

/// One route's provider.
struct climate {
  milliseconds median{200};
  double sigma = 0.3;
  std::vector<spell> spells;

  const spell& at(milliseconds since_the_beginning) const;
};

/// Fair weather for ever.
inline const spell fair{};

/// Draws a policy into `to`, and a climate for each of its routes.
std::vector<climate> draw_policy(dice& by, world& to, milliseconds horizon);

/// How a route's provider takes a call that comes while `now` is on.
act draw_act(dice& by, const climate& of, const spell& now, const model_call& call,
             bool wants_json);

} // namespace hedgerow::test
