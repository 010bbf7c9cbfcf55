#pragma once

#include "actors/interfaces.hpp"

namespace hedgerow {

/// Judges outputs. A doorway to `judge`; see contracts/contract.hpp.
validator_actor::behavior_type validator(validator_actor::pointer self);

} // namespace hedgerow
