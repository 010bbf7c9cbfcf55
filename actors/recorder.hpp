#pragma once

#include "actors/interfaces.hpp"

#include <functional>

namespace hedgerow {

/// Where records go. Called on the recorder's turn, one at a time; must not block.
struct record_sinks {
  std::function<void(const record&)> request_over;
  std::function<void(const breaker_moved&)> breaker_moved;
};

/// Hands what has happened to its sinks.
recorder_actor::behavior_type recorder(recorder_actor::pointer self, record_sinks sinks);

} // namespace hedgerow
