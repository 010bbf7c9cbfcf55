#pragma once

#include "actors/boards.hpp"
#include "actors/messages.hpp"

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/fwd.hpp>
#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

#include <vector>

/// Who may say what to whom. Nothing else spells signatures.
namespace hedgerow {

/// VALIDATOR: judges outputs against the contract of their request. Stateless.
using validator_actor = caf::typed_actor<
    // Judges; answers in the route's place.
    caf::replies_to<candidate>::with<attempt_over>>;

/// ROUTE: calls one model; owns its breakers, latency windows and retry budget.
using route_actor = caf::typed_actor<
    // Calls the model. The reply is its own where there is no output, else the validator's.
    caf::replies_to<attempt>::with<attempt_over>,
    // Stops the attempt's call at once; its reply still comes, as `cancelled`.
    caf::reacts_to<cancel>,
    // Tells how it is.
    caf::replies_to<get_status>::with<route_status>,
    // Goes on under another configuration; what it remembers stays.
    caf::reacts_to<reconfigure>,
    // INTERNAL: the transport has ended a call.
    caf::reacts_to<call_over>>;

/// TASK: what all requests of one task share.
using task_actor = caf::typed_actor<
    // Counts a request.
    caf::reacts_to<arrival>,
    // Whether one more hedge keeps within the task's extra load; counts it if so.
    caf::replies_to<hedge_wish>::with<bool>,
    // Counts how an answer met the contract.
    caf::reacts_to<fitness_note>,
    // Goes on under another policy; what it remembers stays.
    caf::reacts_to<task_setup>>;

/// DEGRADER: performs the rungs that call no model and words the truth about them. Stateless.
using degrader_actor = caf::typed_actor<caf::replies_to<degrade_wish>::with<degraded_answer>>;

/// RECORDER: what has happened, for logs and metrics; never on an answer's way.
using recorder_actor = caf::typed_actor<
    // A request is over.
    caf::reacts_to<record>,
    // A breaker moved.
    caf::reacts_to<breaker_moved>>;

/// SUPERVISOR: takes one request to its one answer.
using supervisor_actor = caf::typed_actor<
    // A route lets an attempt start.
    caf::reacts_to<attempt_underway>,
    // Content of a streamed attempt has come.
    caf::reacts_to<attempt_piece>,
    // The caller went away.
    caf::reacts_to<abandon>,
    // INTERNAL: a moment the ladder named has come.
    caf::reacts_to<wake>>;

/// What a route is given besides its configuration.
struct route_surroundings {
  std::vector<validator_actor> validators;
  recorder_actor recorder;
  std::shared_ptr<route_board> board = std::make_shared<route_board>();
  /// Its provider's and region's routes, and its place among them.
  std::shared_ptr<failure_domain> domain;
  std::size_t place = 0;
};

struct reconfigure {
  route_setup setup;
  route_surroundings around;
};

} // namespace hedgerow

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::attempt)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::attempt_underway)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::attempt_piece)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::attempt_over)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::cancel)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::call_over)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::reconfigure)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::candidate)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::wake)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::abandon)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::arrival)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::hedge_wish)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::fitness_note)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::task_setup)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::degrade_wish)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::degraded_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::record)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::breaker_moved)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::get_status)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::route_status)
