#pragma once

#include "contracts/json.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace hedgerow {

/// An error as a provider wrote it, whichever dialect it speaks.
struct complaint {
  std::string code;
  /// `type`, or Google's `status` where that is a word.
  std::string type;
  std::string param;
  /// Free text: matched against a few anchored patterns, never shown.
  std::string message;
  /// A code inside the code: Azure's `innererror`, Anthropic's `details.error_code`.
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

/// The complaint in `whole`, a reply's body: under `error` (an object or a string), or the body
/// itself where it carries `message` or `detail`; the first item of a body that is a list. A
/// provider's error that is wrapped in another's (OpenRouter's `metadata.raw`) is the one that is
/// returned. Nothing if there is none.
std::optional<complaint> complaint_in(const json::value& whole);

/// `x` if it is a plain word that can be shown in a trail, else empty: codes are, prose is not.
std::string_view plain_word(std::string_view x);

/// `x` with its ASCII letters small, for messages that are matched.
std::string lower_case(std::string_view x);

} // namespace hedgerow
