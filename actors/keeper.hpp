#pragma once

#include "actors/cast.hpp"
#include "actors/recorder.hpp"

#include <caf/fwd.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <atomic>
#include <cstdint>
#include <memory>

namespace hedgerow {

/// Where the current cast is published. Written by the keeper alone, read from any thread.
using stage = std::atomic<std::shared_ptr<const cast>>;

/// Engine to keeper: play under this policy from now on.
struct new_policy {
  std::shared_ptr<const policy> rules;
};

/// KEEPER: sees to it that every role of the cast is filled.
using keeper_actor = caf::typed_actor<
    // Fills the roles of another policy and publishes the new cast.
    caf::reacts_to<new_policy>>;

/// What actors are made with.
struct cast_options {
  std::uint64_t seed = 0;
  std::size_t lanes = 1;
  record_sinks sinks;
};

/// Fills every role that `rules` asks for. A route or task of `before` stays in its role if it
/// still is the same; `before` may be null.
std::shared_ptr<const cast> assemble(caf::actor_system& system, std::shared_ptr<const policy> rules,
                                     const cast_options& with, const cast* before);

struct keeper_state {
  keeper_actor::pointer self = nullptr;
  std::shared_ptr<stage> on;
  cast_options with;

  void take_over(std::shared_ptr<const policy> rules);
  void replace(const caf::down_msg& gone);
  void publish(std::shared_ptr<const cast> next, const cast* before);
};

/// Watches the actors on `on` and restarts those that die.
keeper_actor::behavior_type keeper(keeper_actor::stateful_pointer<keeper_state> self,
                                   std::shared_ptr<stage> on, cast_options with);

} // namespace hedgerow

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::new_policy)
