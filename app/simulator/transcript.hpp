#pragma once

#include "app/simulator/dialect.hpp"
#include "app/simulator/script.hpp"

#include <string>
#include <vector>

/// A stream as its script wants it told: the events of the dialect, with the pauses and the faults.
/// No I/O.
namespace hedgerow::simulated {

/// A piece of a body that leaves at once, after a pause.
struct beat {
  std::string bytes;
  microseconds wait{0};
  /// In place of `wait`.
  bool for_ever = false;
};

/// What goes out, event by event, for an answer or an error. Cuts and resets are not in it.
std::vector<beat> transcript_of(const behaviour& how, const asked& by);

/// The same for a recorded body that has pieces.
std::vector<beat> transcript_of(const raw_body& recorded);

/// `said` without the partial text it goes on from, if `how` says so and it begins with that.
answer resumed(const answer& said, const behaviour& how, const question& what);

} // namespace hedgerow::simulated
