#pragma once

#include "actors/interfaces.hpp"

namespace hedgerow {

/// The answer of a rung that calls no model, with the truth about it. Nothing is said
/// (`answered` false) where the rung has no answer that satisfies the request's contract.
degraded_answer degrade(const question& about, const ladder_rung& from, const std::string& cause);

/// Performs the rungs that call no model. A doorway to `degrade`.
degrader_actor::behavior_type degrader(degrader_actor::pointer self);

} // namespace hedgerow
