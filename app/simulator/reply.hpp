#pragma once

#include "app/simulator/dialect.hpp"
#include "app/simulator/ledger.hpp"
#include "app/simulator/script.hpp"

#include <cstddef>
#include <string>
#include <vector>

/// The bytes of a reply, head and body of one HTTP/1.1 message, and when which of them leave.
/// No I/O.
namespace hedgerow::simulated {

/// A stretch of the reply that leaves at once, after a pause.
struct stretch {
  /// Where it ends in the reply's bytes; it begins where the one before ends.
  std::size_t end = 0;
  microseconds wait{0};
  /// In place of `wait`.
  bool for_ever = false;
  /// It is an event of a stream, or a piece of a recorded one.
  bool event = false;
};

/// One whole reply as it goes on the wire.
struct reply {
  std::string bytes;
  /// Where the body begins in `bytes`.
  std::size_t head = 0;
  std::vector<stretch> stretches;
  /// How many bytes of it leave, and how the call ends with them.
  std::size_t leaves = 0;
  ending how = ending::answered;
  /// Sent now and then while a stretch is waited for; empty: nothing.
  std::string ping;
};

/// The reply that `how` wants, in the dialect that was asked.
reply render(const behaviour& how, const asked& by);

} // namespace hedgerow::simulated
