#pragma once

#include "contracts/completion.hpp"
#include "contracts/failure.hpp"
#include "contracts/json.hpp"
#include "routes/transport.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

/// How an answer ends, in the words of no dialect, and what may be made of it.
/// Source: semantics.md §4.7, §4.8.
namespace hedgerow {

/// What a provider's word for the end of an answer means. What is not listed is unknown, and that
/// is no success.
enum class ending : std::uint8_t {
  stop,
  tool_calls,
  length, ///< Some limit on the tokens was met.
  limit,  ///< The limit that the call named was met, for the provider has another word for others.
  context_full,
  policy,
  contract, ///< The model's own output broke: a malformed call.
  language, ///< The model does not speak the language.
  paused,   ///< Only the same provider can go on.
  broken,   ///< The provider failed midway.
  unnamed,  ///< The provider names none.
  unknown,
};

struct ending_word {
  std::string_view text;
  ending means;
};

/// The meaning of `text` in the table `words`.
template <class Words>
ending ending_of(const Words& words, std::string_view text) {
  const auto found = std::ranges::find(words, text, &ending_word::text);
  return found == std::end(words) ? ending::unknown : found->means;
}

/// How a reply was read: an answer, or why there is none.
using decoded = std::variant<completion, failure>;

failure failed(failure_class kind, std::string reason, int status);

/// A failure of transport: the reply with `status` has `what`.
failure broken_reply(int status, std::string_view what);

/// Judges `x`, of which everything but the end was read. A truncated answer is a failure of
/// capability unless the caller's own `max_tokens` cut it and neither a format nor a tool call was
/// asked for.
decoded ended(completion x, ending end, int status, const model_call& call);

/// The number `name` in the object `x`, within what a count can be; 0: there is none. `x` may be
/// null.
std::int64_t count_in(const json::value* x, std::string_view name);

/// An id for a call that came without one: the same reply gives the same ids, another gives others.
std::string made_up_id(std::string_view reply_id, std::size_t index);

} // namespace hedgerow
