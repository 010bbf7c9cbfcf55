#pragma once

#include "contracts/completion.hpp"
#include "contracts/failure.hpp"
#include "routes/http.hpp"
#include "routes/transport.hpp"

#include <chrono>
#include <optional>
#include <variant>

/// Anthropic's Messages API, whole answers: bytes to canonical form and back, no I/O.
/// Sources: semantics.md §4.2, §4.8, §6.
namespace hedgerow::anthropic {

/// What keeps `call` from being said to `route`; nothing: it can be. Beside what `turns.hpp` lists,
/// all of class `capability`: a tool's name other than 1 to 128 letters, digits, `_` or `-`; an
/// image in an assistant's message, or inline and neither JPEG, PNG, GIF nor WebP; a stop word of
/// white space alone.
std::optional<failure> objection(const route_config& route, const model_call& call);

/// The call as an HTTP request to `route`, at `{base_url}/v1/messages`; the `/v1` is not added to a
/// `base_url` that ends with it.
///
/// What the dialect has no words for follows these rules.
/// - All system messages go together as `system`, wherever they stood. Blank texts and messages
/// that
///   say nothing are left out, neighbours of one side are one turn, and a conversation that the
///   user does not begin gets a turn `(no question)` in front, for Anthropic refuses all of these.
///   White space at the end of an answer to be continued is left out for the same reason.
/// - A JSON Schema goes out as `output_config.format` where the route has the capability
///   `json_schema` and the schema can be lowered; else, and for JSON without a schema, the form is
///   told in a sentence at the end of `system`.
/// - A tool is strict only where the caller says so and the route has `json_schema`: Anthropic
/// makes
///   one grammar of all strict tools and refuses the call if that grows too large. Parameters that
///   cannot be lowered stand in the tool's description.
/// - `max_tokens` is required: without a limit of the caller or the budget it is the route's, and
///   4096 where that is not known either.
/// - `temperature` is at most 1, and without `top_p` beside it: newer models take only one of them.
/// - `reasoning_effort` is `output_config.effort`, `minimal` as `low`; `none` switches thinking
/// off.
/// - `parallel_tool_calls: false` is `disable_parallel_tool_use`. Choice and parallelism need tools
///   and are dropped without them.
/// - `user` is `metadata.user_id`.
/// - Dropped: `frequency_penalty`, `presence_penalty`, `seed`, names of participants, an image's
///   `detail`, other providers' thoughts and signatures.
/// - Ids of calls that Anthropic would refuse are replaced, see `portable_id`.
///
/// Requires: `call.ask` is set, the JSON texts in it are JSON, and there is no `objection`.
http_request encode(const route_config& route, const model_call& call);

/// The reply, read as `openai::decode` does. Text blocks are the text, `tool_use` blocks the calls,
/// thinking the thoughts; blocks of Anthropic's own tools are no part of the answer.
std::variant<completion, failure> decode(const http_reply& reply, const model_call& call,
                                         std::chrono::system_clock::time_point now = {});

} // namespace hedgerow::anthropic
