#pragma once

#include "app/rehearse/rehearsal.hpp"
#include "contracts/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// Conditions on a rehearsal's figures under which the run fails: `--fail-if 'degraded > 2%'`.
namespace hedgerow {

/// What a gate looks at. Shares are of all requests of the task.
enum class gate_measure : std::uint8_t {
  answered,         ///< Share.
  degraded,         ///< Share.
  blocked,          ///< Share.
  rejected,         ///< Share.
  failed,           ///< Share.
  cancelled,        ///< Share.
  met,              ///< Share: answered within the contract.
  fallback,         ///< Share: answered by a fallback.
  hedge,            ///< Hedges per request, written as a share.
  p50,              ///< Milliseconds, of answered requests.
  p99,              ///< Milliseconds, of answered requests.
  p999,             ///< Milliseconds, of answered requests.
  attempts,         ///< Attempts per request.
  cost,             ///< USD: what all requests cost.
  cost_per_success, ///< USD per answered request.
  broken,           ///< Answers that break the contract.
  budget,           ///< Share: the most of its budget of attempts that a request used.
};

std::string_view to_string(gate_measure x);

enum class gate_order : std::uint8_t { above, at_least, below, at_most };

/// The run fails if `what` stands to `limit` in this `order`.
struct gate {
  /// Empty: of any task that had requests; `cost`: of all tasks together.
  std::string task;
  gate_measure what = gate_measure::met;
  gate_order order = gate_order::below;
  /// In the unit of the measure: a share from 0 to 1, milliseconds, USD or a count.
  double limit = 0;
};

/// Reads `[TASK.]MEASURE OP VALUE`, with blanks wherever one likes: OP is `>`, `>=`, `<` or `<=`.
/// Shares are `2%` or a number from 0 to 1, times `800ms`, `2s` or `1m`, money `$0.02` or a number;
/// `p99.9` is `p999`. Errors: `config_invalid`, with what is wrong and what is allowed.
result<gate> parse_gate(std::string_view text);

/// Whether each task that a gate names is one of `names`. Errors: `config_invalid`, with the names.
result<void> check_gates(const std::vector<gate>& gates, const std::vector<std::string>& names);

/// A sentence for each gate, and task of it, that holds: `support_triage: degraded is 3.1 %, and
/// the run fails above 2 %`. Gates without a task pass over tasks without requests; otherwise one
/// that has nothing to measure (no requests; no answers for percentiles and `cost_per_success`)
/// holds, so that no run passes for want of figures. Requires: `check_gates` with the task names.
std::vector<std::string> tripped(const rehearsal& x, const std::vector<gate>& gates);

} // namespace hedgerow
