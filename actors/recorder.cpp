#include "actors/recorder.hpp"

#include <caf/typed_event_based_actor.hpp>

namespace hedgerow {

recorder_actor::behavior_type recorder(recorder_actor::pointer, record_sinks sinks) {
  return {
      [sinks](const record& x) {
        if (sinks.request_over)
          sinks.request_over(x);
      },
      [sinks](const breaker_moved& x) {
        if (sinks.breaker_moved)
          sinks.breaker_moved(x);
      },
  };
}

} // namespace hedgerow
