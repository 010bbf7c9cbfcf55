#pragma once

#include "actors/messages.hpp"
#include "app/rehearse/rehearsal.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace hedgerow {

/// Adds up what a rehearsal saw.
class tally {
public:
  /// `lasts` is cut into at most 120 slices of a round length.
  tally(const policy& rules, milliseconds lasts);

  /// A request that arrived at `at` is over.
  void request_over(const record& x, microseconds at);

  /// … and was answered, after `took`; of a stream, to its first text.
  void answered(std::string_view task, microseconds at, microseconds took, bool meets_contract);

  void moved(const breaker_moved& x, microseconds at);

  /// The figures; the scenario's name and events are left to the caller.
  rehearsal figures();

private:
  struct task_tally {
    played_task out;
    request_budget most;
    /// Of answered requests, by slice, in microseconds.
    std::vector<std::vector<std::uint32_t>> latencies;
    double attempts_used = 0;
    double cost_used = 0;
    double tokens_used = 0;
  };

  struct move {
    milliseconds at{0};
    traffic_class traffic{};
    breaker_state to{};
    std::string reason;
  };

  struct route_tally {
    played_route out;
    std::vector<move> moves;
    std::array<std::size_t, traffic_classes> calls{};
  };

  std::size_t slice_at(microseconds x) const;
  void count_attempts(const record& x, microseconds at, task_tally& of);
  std::vector<breaker_spell> spells_of(const route_tally& x) const;

  milliseconds lasts_;
  milliseconds slice_;
  std::size_t slices_;
  std::map<std::string, task_tally, std::less<>> tasks_;
  std::map<std::string, route_tally, std::less<>> routes_;
};

/// Nearest-rank percentiles of `all`, in microseconds; reorders it.
latency_figures figures_of(std::vector<std::uint32_t>& all);

} // namespace hedgerow
