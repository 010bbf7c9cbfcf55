#pragma once

#include "actors/messages.hpp"

#include <string>

namespace hedgerow {

/// What happened to a request, in one line for a person:
/// `degraded to rules in 12 ms: primary skipped (breaker) → backup failed (transport, HTTP 503)`.
std::string story_of(const answer& x);

/// The same for a machine: `outcome=answered route=compact attempts=2 …`.
std::string facts_of(const answer& x);

} // namespace hedgerow
