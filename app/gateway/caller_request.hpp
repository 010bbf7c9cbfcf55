#pragma once

#include "actors/request.hpp"

namespace hedgerow {

/// What a caller's body says.
struct caller_request {
  request what;
  /// The answer is wanted as it comes …
  bool streams = false;
  /// … with a last chunk that tells the usage.
  bool wants_usage = false;
};

} // namespace hedgerow
