#pragma once

#include "actors/request.hpp"
#include "actors/trail.hpp"
#include "contracts/failure.hpp"
#include "routes/breaker.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

/// What users would have seen of a policy while a scenario played: the figures of a rehearsal.
namespace hedgerow {

using std::chrono::microseconds;
using std::chrono::milliseconds;

/// One count per outcome; see `outcome`.
struct outcome_counts {
  std::array<std::size_t, 6> of{};

  std::size_t& operator[](outcome x) { return of[static_cast<std::size_t>(x)]; }
  std::size_t operator[](outcome x) const { return of[static_cast<std::size_t>(x)]; }
  std::size_t all() const;
};

/// Nearest-rank percentiles of how long answered requests took; zero if none was.
struct latency_figures {
  microseconds p50{0};
  microseconds p90{0};
  microseconds p99{0};
  microseconds p999{0};
  microseconds longest{0};
};

/// The requests of a task that arrived in one slice of the time.
struct task_slice {
  outcome_counts ended;
  /// Answered by a route that was started because an earlier one failed or was skipped.
  std::size_t fallbacks = 0;
  latency_figures latency;
};

/// How much of what a request may spend was spent: shares of the budget, 1 is all of it.
struct budget_use {
  double mean = 0;
  double most = 0;
};

struct played_task {
  std::string name;
  std::size_t requests = 0;
  outcome_counts ended;
  /// Answered requests whose answer breaks the task's contract. Anything but 0 is a bug of the
  /// engine: answers are checked here once more, by themselves.
  std::size_t broken = 0;
  latency_figures latency;
  std::size_t attempts = 0;
  std::size_t retries = 0;
  std::size_t hedges = 0;
  /// Requests whose answer came from a fallback, or was repaired.
  std::size_t fallbacks = 0;
  std::size_t repaired = 0;
  /// Requests for which a rung was passed over because the budget had no room for it.
  std::size_t out_of_budget = 0;
  /// Why no model answered, of degraded and failed requests: a failure class or `skipped`.
  std::map<std::string, std::size_t> reasons;
  /// USD.
  double cost = 0;
  budget_use attempts_used;
  /// Zero where the task has no such budget.
  budget_use cost_used;
  budget_use tokens_used;
  /// One for each `rehearsal::slice` of the time.
  std::vector<task_slice> slices;

  double share(outcome x) const;
  /// Answered within the contract, of all requests.
  double met() const;
  /// Calls beside a late one, of all requests.
  double hedge_rate() const;
  double fallback_rate() const;
  double attempts_per_request() const;
  /// USD per answered request; 0 if none was.
  double cost_per_success() const;
};

/// A time for which a breaker stayed in one state.
struct breaker_spell {
  milliseconds from{0};
  milliseconds until{0};
  breaker_state is = breaker_state::closed;
  /// Why it moved there, as told by the breaker; empty for the first spell.
  std::string reason;
};

struct played_route {
  std::string name;
  std::string provider;
  std::string model;
  std::string region;
  std::map<attempt_kind, std::size_t> calls;
  /// Ended calls by how: `ok`, `cancelled` or a failure class.
  std::map<std::string, std::size_t> results;
  double cost = 0;
  /// Of the busiest traffic class; at least one, without gaps, from the start to the end.
  std::vector<breaker_spell> breaker;
  /// Calls begun in each slice of the time.
  std::vector<std::size_t> slices;

  std::size_t all_calls() const;
};

/// What the scenario did to routes, for the report: a band over the charts.
struct played_event {
  milliseconds from{0};
  milliseconds until{0};
  /// In words: "us-east fails (transport)".
  std::string what;
};

struct rehearsal {
  std::string scenario;
  /// The scenario's own sentence on what it plays.
  std::string about;
  std::string policy_version;
  std::uint64_t seed = 0;
  /// Virtual time from the first possible arrival to the end of arrivals.
  milliseconds lasted{0};
  milliseconds slice{0};
  std::vector<played_task> tasks;
  std::vector<played_route> routes;
  std::vector<played_event> events;

  /// All tasks as one, named `all`; its budgets' use is that of the fullest.
  played_task together() const;
};

} // namespace hedgerow
