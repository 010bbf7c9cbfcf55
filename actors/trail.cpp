#include "actors/trail.hpp"

namespace hedgerow {

std::string_view to_string(trail_event x) {
  switch (x) {
  case trail_event::admitted:
    return "admitted";
  case trail_event::rung_skipped:
    return "rung_skipped";
  case trail_event::attempt_started:
    return "attempt_started";
  case trail_event::first_content:
    return "first_content";
  case trail_event::attempt_ended:
    return "attempt_ended";
  case trail_event::retry_scheduled:
    return "retry_scheduled";
  case trail_event::hedge_scheduled:
    return "hedge_scheduled";
  case trail_event::hedge_suppressed:
    return "hedge_suppressed";
  case trail_event::verdict:
    return "verdict";
  case trail_event::latched:
    return "latched";
  case trail_event::degraded:
    return "degraded";
  case trail_event::ended:
    return "ended";
  }
  return "unknown";
}

} // namespace hedgerow
