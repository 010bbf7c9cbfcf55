#pragma once

#include "contracts/completion.hpp"
#include "contracts/schema.hpp"

#include <vector>

/// Asking a model again, with what was wrong with its answer.
namespace hedgerow {

/// The conversation that follows `broken`, an answer to `asked` in which `found` breaks the
/// contract. All but the messages is as in `asked`, and its messages stand in front as they were.
///
/// A text is followed up by the assistant's message with the text, then a user's message that
/// quotes the violations and asks for the whole corrected answer. For a blank text, which Anthropic
/// refuses, stands `(no answer)`, so that the roles alternate as many chat templates demand.
///
/// Calls are followed up by the assistant's message with the calls, then one tool's message for
/// each, in order: that the tool was not run; and in the last of them what the user's message says
/// otherwise. No user's message follows, because Mistral's chat template refuses one after a tool's
/// message ("Unexpected role 'user' after role 'tool'"), and with it every server that runs it.
/// A call's id is kept where it is 1 to 40 letters, digits, `_` or `-` (what OpenAI and Anthropic
/// take) and new in the conversation, and replaced otherwise. Each dialect reads this as it is:
/// - OpenAI: `tool_calls`, then a message with role `tool` for each id.
/// - Anthropic: blocks `tool_use`; adjacent tools' messages are one user turn of `tool_result`
///   blocks, to be marked `is_error`.
/// - Gemini: parts `functionCall`; the `functionResponse` has the name of the call with that id.
///
/// Calls that not every provider would take back are quoted in a user's message instead, as if they
/// were a text: all of them, if one names a tool that is not offered or has arguments that are no
/// JSON object, or if there are more than 32, or more than 32 KiB of arguments.
///
/// Of a text the first 32 KiB go along, of quoted calls about as much, and of the violations the
/// eight that tell most, each on one line of some hundred bytes.
prompt reask(const prompt& asked, const completion& broken, const std::vector<violation>& found);

} // namespace hedgerow
