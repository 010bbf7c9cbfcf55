#pragma once

#include "contracts/completion.hpp"
#include "contracts/schema.hpp"

#include <vector>

namespace hedgerow {

/// The conversation that asks a model for `broken` again: what was asked, what it answered, and
/// what is wrong with that. Tools, format and parameters stay as they were.
///
/// The broken answer is an assistant's message. Tool calls go as such only if every one of them has
/// an id of its own, names a tool that was offered and has a JSON object for arguments, because no
/// provider takes others back; then each is answered by a tool's message that says it was not
/// carried out. Everything else is quoted as text, cut after 32 KiB. An answer that said nothing
/// has no message, for some providers refuse an empty one. The last message is always a user's: at
/// most eight violations, deepest first since those name what to change, and the wish for the whole
/// corrected answer and nothing else.
///
/// In the dialects: OpenAI takes it as it stands (a tool's message for each call id, then the
/// user's). Anthropic wants roles to alternate, so an adapter joins the tool results and the user's
/// text in one user turn, results first. Gemini takes the results as function responses by the name
/// of their call, followed by the user's text.
///
/// Requires: `found` is not empty.
prompt reask(const prompt& asked, const completion& broken, const std::vector<violation>& found);

} // namespace hedgerow
