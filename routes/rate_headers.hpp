#pragma once

#include "routes/http.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

namespace hedgerow {

/// One limit of a provider, as a reply tells it.
struct rate_left {
  std::int64_t limit = 0;
  std::int64_t remaining = 0;
  /// Until all of it is there again.
  std::chrono::milliseconds reset_in{0};
};

/// What a reply says of its provider's limits.
struct rates_left {
  std::optional<rate_left> requests;
  /// Of several limits on tokens, the one with the smallest share left.
  std::optional<rate_left> tokens;
};

/// Reads `x-ratelimit-{limit,remaining,reset}-{requests,tokens}`, whose resets are Go durations
/// (OpenAI, Azure, Groq), or `anthropic-ratelimit-{requests,tokens,input-tokens,output-tokens}-…`,
/// whose resets are RFC 3339 times. What is not whole or makes no sense, as Azure's -1, is left
/// out. `now` is the wall clock, used where the reply has no `Date`. Sources: semantics.md §3.3,
/// §4.1, §4.2, §4.4.
rates_left read_rate_headers(const http_headers& fields, std::chrono::system_clock::time_point now);

} // namespace hedgerow
