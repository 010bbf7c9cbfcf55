#pragma once

#include "contracts/completion.hpp"
#include "contracts/error.hpp"
#include "contracts/json.hpp"

#include <vector>

/// A conversation as Anthropic's Messages API has it. Errors: `invalid_request` with the member.
/// Sources: semantics.md §6.2, §6.5.
namespace hedgerow {

/// `messages` of a body. A user's message with results of tools becomes one message for each
/// result, and one with the rest behind them.
result<std::vector<message>> read_anthropic_messages(const json::value& x);

/// `system` of a body: a string or a list of text blocks.
result<message> read_anthropic_system(const json::value& x);

/// `tools` of a body; those that Anthropic itself would run are refused.
result<std::vector<tool>> read_anthropic_tools(const json::value& x);

} // namespace hedgerow
