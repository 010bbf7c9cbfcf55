#pragma once

#include "app/rehearse/scenario.hpp"
#include "routes/route_config.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// How a scenario's providers behave: what a call of a route comes to, without a clock and without
/// sockets.
namespace hedgerow {

/// SplitMix64, which costs nothing to begin: every call has its own. Source: Steele, Lea, Flood,
/// "Fast splittable pseudorandom number generators", 2014.
class draws {
public:
  explicit draws(std::uint64_t seed) : state_{seed} {}

  std::uint64_t operator()();

  /// From 0 up to 1.
  double share() { return static_cast<double>((*this)() >> 11) * 0x1p-53; }

  /// Source: Box and Muller, 1958.
  double lognormal(double median, double sigma);

private:
  std::uint64_t state_;
};

/// One call, as a route's provider sees it.
struct modelled_call {
  /// Since the scenario began.
  microseconds now{0};
  std::uint64_t request = 0;
  /// How often this request has been here before.
  std::uint64_t again = 0;
  std::int64_t output_tokens = 0;
};

/// What a call comes to.
struct modelled_reply {
  enum class kind : std::uint8_t { good, broken, failed, silent };

  kind what = kind::good;
  /// Until the end, and for a stream until its first content; meaningless for `silent`.
  microseconds after{0};
  microseconds first_content{0};
  /// Of `failed`.
  failure why;
};

/// The provider behind one route.
class provider_model {
public:
  /// `primary` is the route that the scenario's events call so. Everything is copied.
  provider_model(const scenario& plays, const route_config& route, const route_config& primary);

  modelled_reply reply(const modelled_call& x);

private:
  double share_at(const scenario_event& x, microseconds now) const;
  /// Whether the ration has one more call; when the next is there otherwise.
  std::optional<milliseconds> ration(std::size_t event, double per_minute, microseconds now);

  struct bucket {
    double calls = 0;
    microseconds at{0};
  };

  std::uint64_t seed_;
  std::uint64_t salt_;
  pace pace_;
  /// Those that are about this route.
  std::vector<scenario_event> events_;
  std::vector<bucket> rations_;
};

/// Whether `x` is about `route`.
bool concerns(const event_target& x, const route_config& route, const route_config& primary);

/// `x` in words, such as "region us-east fails (transport)".
std::string words_for(const scenario_event& x, const route_config& primary);

} // namespace hedgerow
