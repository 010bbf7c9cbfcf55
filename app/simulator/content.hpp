#pragma once

#include "contracts/completion.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

/// What a simulated provider says, in no provider's dialect.
namespace hedgerow::simulated {

using std::chrono::microseconds;
using std::chrono::milliseconds;

/// What a model says.
struct answer {
  std::string text;
  std::vector<tool_call> tool_calls;
  std::string refusal;
  /// One of `stop`, `tool_calls`, `length` and `content_filter` is put into the dialect's words;
  /// anything else goes on the wire as it is. Empty: what fits the answer.
  std::string finish_reason;
};

/// A provider's own error. What is empty is filled in by status, as the provider words it.
struct provider_error {
  std::string message;
  std::string type;
  std::string code;
  std::string param;
  /// How long to wait, where the dialect says that in the body.
  std::optional<milliseconds> retry_delay{};
};

/// A stretch of a recorded body, and the pause before it.
struct raw_piece {
  std::size_t bytes = 0;
  milliseconds after{0};
};

/// Bytes sent as they are: a recorded body, a page of a proxy, anything broken.
struct raw_body {
  std::string bytes;
  std::string content_type = "application/json";
  /// The body goes out chunked in these pieces, what they leave over as one more. Empty: it goes
  /// with its length, at once.
  std::vector<raw_piece> pieces{};
};

using content = std::variant<answer, provider_error, raw_body>;

} // namespace hedgerow::simulated
