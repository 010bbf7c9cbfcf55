#pragma once

#include "contracts/completion.hpp"
#include "contracts/repair.hpp"
#include "contracts/schema.hpp"
#include "routes/attempt.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hedgerow {

/// What happened at one moment of a request; the names are those of the protocol.
enum class trail_event : std::uint8_t {
  admitted,
  rung_skipped,
  attempt_started,
  first_content,
  attempt_ended,
  retry_scheduled,
  hedge_scheduled,
  hedge_suppressed,
  verdict,
  latched,
  degraded,
  ended,
};

std::string_view to_string(trail_event x);

/// One decision, or one fact that a decision was made on. Fields that do not apply are left empty.
struct trail_entry {
  /// Since the request was admitted.
  std::chrono::microseconds at{0};
  trail_event event = trail_event::admitted;
  /// A view into the policy snapshot that the request keeps alive.
  std::string_view route;
  /// From 1; 0: about no attempt.
  int attempt = 0;
  std::optional<attempt_kind> kind;
  /// Of `attempt_ended`: `ok`, `cancelled` or the failure class. Of `verdict` and `degraded`: the
  /// kind. Of `ended`: the outcome.
  std::string_view result;
  /// Why, in a few words.
  std::string reason;
  int status = 0;
  std::optional<double> cost;
  std::optional<token_usage> usage;
  /// Of `retry_scheduled` and `hedge_scheduled`.
  std::optional<std::chrono::milliseconds> wait;
  std::vector<violation> violations;
  /// Of `verdict`: what was mended.
  std::vector<change> changes;
};

/// The ordered record of every decision of one request.
using trail = std::vector<trail_entry>;

} // namespace hedgerow
