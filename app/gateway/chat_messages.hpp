#pragma once

#include "contracts/completion.hpp"
#include "contracts/error.hpp"
#include "contracts/json.hpp"

#include <vector>

namespace hedgerow {

/// Reads a `messages` array as OpenAI's chat API has it: text, images, tool calls, tool results.
/// Errors: `invalid_request`, the parameter naming the member (`messages[2].content`).
result<std::vector<message>> read_chat_messages(const json::value& x);

} // namespace hedgerow
