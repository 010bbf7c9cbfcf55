#include "actors/validator.hpp"

#include <caf/typed_event_based_actor.hpp>

namespace hedgerow {

validator_actor::behavior_type validator(validator_actor::pointer) {
  return {
      [](candidate& x) {
        attempt_over out{.id = x.id, .how = {}, .output = std::move(x.output), .status = x.status};
        auto said = judge(x.about->must, x.about->ask, out.output);
        out.how = attempt_judged{out.output.usage, std::move(said), out.output.skipped_events};
        return out;
      },
  };
}

} // namespace hedgerow
