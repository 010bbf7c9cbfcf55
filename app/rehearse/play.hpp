#pragma once

#include "app/config/configuration.hpp"
#include "app/rehearse/rehearsal.hpp"
#include "app/rehearse/scenario.hpp"
#include "contracts/error.hpp"

namespace hedgerow {

/// Plays `of` under the policy of `x`: the engine and its actors as they serve, in virtual time,
/// over modelled providers. The same arguments give the same figures.
///
/// Modelled answers have no content: a contract keeps its form (JSON, a tool call, text) and what
/// an answer must be beyond that is reduced to whether the scenario says that it is met. Repair
/// that costs nothing is not modelled, re-asking is.
///
/// Errors: `config_invalid` where the scenario names a task, route, provider or region that the
/// policy does not have; the message lists those it has.
result<rehearsal> play(const configuration& x, const scenario& of);

} // namespace hedgerow
