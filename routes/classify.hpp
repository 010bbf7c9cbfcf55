#pragma once

#include "contracts/failure.hpp"
#include "routes/complaint.hpp"
#include "routes/http.hpp"
#include "routes/retry.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

/// What the classification of every dialect has in common.
/// Sources: semantics.md §4.9; design.md, "Failure classes".
namespace hedgerow {

/// What a code, a type or a status stands for.
struct meaning {
  failure_class kind = failure_class::transport;
  failure_scope scope = failure_scope::traffic_class;
  bool too_long = false;
};

namespace meanings {

inline constexpr meaning transport{failure_class::transport};
inline constexpr meaning rate_limit{failure_class::rate_limit};
inline constexpr meaning quota{failure_class::quota, failure_scope::route};
inline constexpr meaning latency{failure_class::latency};
inline constexpr meaning contract{failure_class::contract};
inline constexpr meaning capability{failure_class::capability};
inline constexpr meaning too_long{failure_class::capability, failure_scope::traffic_class, true};
inline constexpr meaning policy{failure_class::policy};
inline constexpr meaning invalid_request{failure_class::invalid_request};
inline constexpr meaning auth{failure_class::auth, failure_scope::route};
inline constexpr meaning unlisted{failure_class::auth, failure_scope::unlisted};

} // namespace meanings

/// A provider's word and what it stands for.
struct known_word {
  std::string_view text;
  meaning means;
};

/// The meaning of `text` in the table `words`; nothing: it is not listed.
template <class Words>
std::optional<meaning> meaning_of(const Words& words, std::string_view text) {
  const auto found = std::ranges::find(words, text, &known_word::text);
  return found == std::end(words) ? std::nullopt : std::optional{found->means};
}

/// A message that is the only sign of something: how it starts, and what stands in it somewhere
/// behind. Both in lower case.
struct known_message {
  std::string_view start;
  std::string_view part;
  meaning means;

  bool matches(std::string_view message) const {
    return message.starts_with(start) && message.find(part, start.size()) != message.npos;
  }
};

/// The last resort. `readable`: there was an error that could be read; one that could not says
/// nothing of the caller, for it may be a proxy's.
meaning by_status(int status, bool readable);

/// The status to judge `reply` by: an error inside a 2xx may name its own, else the provider is at
/// fault.
int status_of(const http_reply& reply, const std::optional<complaint>& said);

/// The failure of a reply that stands for `means`. `hint`: how long the provider asked to wait.
failure classified(meaning means, const http_reply& reply, const std::optional<complaint>& said,
                   const std::optional<retry_hint>& hint);

/// Whether `status` is a 2xx.
inline bool is_success(int status) { return status >= 200 && status < 300; }

} // namespace hedgerow
