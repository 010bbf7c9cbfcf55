#pragma once

#include "contracts/failure.hpp"
#include "contracts/json.hpp"
#include "routes/http.hpp"

#include <chrono>
#include <optional>
#include <string>

/// What a provider of the OpenAI dialect says went wrong, in our words.
/// Sources: semantics.md §4.1, §4.6, §4.9, §4.10; design.md, "Failure classes".
namespace hedgerow::openai {

/// An error as the provider wrote it.
struct complaint {
  std::string code;
  std::string type;
  std::string param;
  /// Free text: matched against a few anchored patterns, never shown.
  std::string message;
  /// A code inside the code, Azure's `innererror`.
  std::string inner_code;
  /// The status that the body names, 0 if it names none.
  int status = 0;
  /// The error stood in an object or a string under `error`, not in the body itself.
  bool wrapped = false;
  /// The provider's moderation refused the text (OpenRouter).
  bool moderated = false;
  /// Out of credit only until calls in flight have ended (OpenRouter).
  bool in_flight_budget = false;
};

/// The complaint in `body`: under `error` (an object or a string), or the body itself where it
/// carries `message` or `detail`; the first item of a body that is a list. A provider's error that
/// is wrapped in another's (OpenRouter's `metadata.raw`) is the one that is returned. Nothing if
/// there is none. `whole` is the reply's body.
std::optional<complaint> complaint_in(const json::value& whole);

/// The class of a reply that is no answer: one with a status other than 2xx, or with a complaint
/// inside a 2xx. Without a complaint the status decides.
failure classify(const http_reply& reply, const std::optional<complaint>& said,
                 std::chrono::system_clock::time_point now);

/// `x` if it is a plain word that can be shown in a trail, else empty: codes are, prose is not.
std::string_view shown(std::string_view x);

} // namespace hedgerow::openai
