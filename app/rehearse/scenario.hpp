#pragma once

#include "app/config/finding.hpp"
#include "contracts/failure.hpp"
#include "routes/route_config.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// What a rehearsal plays: who asks what when, and what the providers do meanwhile.
namespace hedgerow {

using std::chrono::microseconds;
using std::chrono::milliseconds;

/// A rate at a moment; between two moments it changes evenly.
struct rate_point {
  milliseconds at{0};
  /// Requests a second.
  double is = 0;
};

/// One request of a trace.
struct traced_request {
  /// Since the first one.
  microseconds at{0};
  std::int64_t input = 0;
  std::int64_t output = 0;
};

/// Lognormal.
struct token_spread {
  double median = 400;
  double sigma = 0;
};

/// Requests for one task, arriving independently of each other (Poisson) or as they once did.
struct traffic_line {
  /// `*`: for each task of the policy, each with this rate.
  std::string task;
  std::vector<rate_point> rate;
  /// Instead of `rate`; its tokens are the requests'.
  std::vector<traced_request> trace;
  token_spread input{400, 0.5};
  token_spread output{100, 0.5};
  /// The share of requests that are streamed.
  double streamed = 0;
};

/// How long a model takes when all is well.
struct pace {
  /// Lognormal, for an answer of no length.
  milliseconds median{800};
  double sigma = 0.3;
  /// This share of calls takes this many times as long.
  double tail_share = 0;
  double tail_times = 1;
  milliseconds per_output_token{0};
  /// The share of a call's time after which a stream has its first content.
  double first_content = 0.3;
};

/// Which routes an event is about.
struct event_target {
  enum class kind : std::uint8_t { all, route, provider, region };

  kind what = kind::all;
  /// `primary`: that of the first route of the first task that has traffic.
  std::string name;
};

/// Calls fail in this class.
struct failing {
  failure_class as = failure_class::transport;
  milliseconds after{50};
  /// What the provider asks to wait, if it does.
  std::optional<milliseconds> retry_after;
};

/// Calls take this many times as long.
struct slowed {
  double times = 1;
};

/// Answers do not meet their contract.
struct breaking_contracts {};

/// Calls are taken and never answered.
struct silence {};

/// The provider takes so many calls of each route a minute and answers the others 429.
struct rationed {
  double per_minute = 0;
};

struct scenario_event {
  milliseconds from{0};
  milliseconds until{0};
  event_target on;
  std::variant<failing, slowed, breaking_contracts, silence, rationed> does;
  /// Of the calls.
  double share = 1;
  /// After `until`, the share falls evenly to nothing for this long.
  milliseconds fades{0};
};

struct scenario {
  std::string name;
  /// A sentence on what it plays.
  std::string about;
  milliseconds lasts{0};
  std::uint64_t seed = 1;
  std::vector<traffic_line> traffic;
  /// By route; `*` is for those that are not named.
  std::map<std::string, pace, std::less<>> paces;
  std::vector<scenario_event> events;
  /// Instead of the policy's.
  std::map<std::string, price, std::less<>> prices;
};

/// Reads a scenario; traces it names are looked for in `folder`, `file` stands in findings. All
/// that is wrong with it, if anything is.
std::variant<scenario, std::vector<finding>>
read_scenario(std::string_view yaml, const std::filesystem::path& folder, std::string file);

/// A scenario that comes with the program.
struct shipped_scenario {
  std::string_view name;
  std::string_view yaml;
};

const std::vector<shipped_scenario>& shipped_scenarios();

/// A configuration to play them under.
std::string_view example_policy();

/// The file `what`, or the shipped scenario of that name.
std::variant<scenario, std::vector<finding>> load_scenario(const std::string& what);

} // namespace hedgerow
