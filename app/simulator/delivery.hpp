#pragma once

#include "app/simulator/content.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

/// When a reply leaves, in what pieces, and what goes wrong on the way.
namespace hedgerow::simulated {

/// A lognormal time: half of the draws are below `median`. `sigma` 0: always the median.
struct spread {
  milliseconds median{0};
  double sigma = 0;
};

/// How long a call waits, for the first byte of its reply or the first token of its stream.
struct latency {
  spread usual;
  spread slow;
  /// The share of calls that draw from `slow`, 0 to 1.
  double slow_share = 0;
};

/// Sends a body in pieces of `bytes`, with a pause before each but the first.
struct drip {
  std::size_t bytes = 1;
  milliseconds every{0};
};

/// What an event of a stream is for, as far as faults tell them apart.
enum class event_kind : std::uint8_t {
  frame,  ///< Says nothing itself: a role, the start or stop of a block.
  piece,  ///< A piece of the answer, or the start of a tool call.
  finish, ///< Why the answer ended.
  usage,  ///< Tokens, where they have an event of their own.
  end,    ///< Nothing follows: `[DONE]`, `message_stop`.
  fault,  ///< An error that ends it.
};

/// A pause before the event after `after` others.
struct stall {
  std::size_t after = 0;
  /// Absent: for ever.
  std::optional<milliseconds> lasts;
};

/// An event whose JSON is broken.
struct broken_event {
  /// From 1.
  std::size_t at = 1;
  /// One more event with nothing in it, before event `at`; else that event lacks its last bracket.
  bool empty = false;
};

/// The stream ends with an error after `after` events, under a status that was good.
struct stream_error {
  std::size_t after = 0;
  /// Picks the words for what `why` leaves empty.
  int status = 500;
  provider_error why;
  /// The JSON stands alone, not in an event.
  bool bare = false;
};

/// Signs of life while a stream waits.
struct liveness {
  milliseconds every{0};
  /// A comment, even where the dialect has an event for it.
  bool comment = false;
};

/// How an answer is told to a caller who wants it as a stream.
struct telling {
  /// Characters of text, or of a tool's arguments, in one event.
  std::size_t piece = 16;
  /// Before the first event with content; the head and the frame leave before it.
  latency first_token;
  /// Before every other event with content.
  milliseconds gap{0};
  std::optional<stall> stalls;
  /// Closes, or resets, the connection after so many events.
  std::optional<std::size_t> cut_after;
  std::optional<std::size_t> reset_after;
  std::optional<broken_event> broken;
  std::optional<stream_error> fails;
  std::optional<liveness> pings;
  /// Kinds of events that are left out.
  std::vector<event_kind> without;
};

} // namespace hedgerow::simulated
