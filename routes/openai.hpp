#pragma once

#include "contracts/completion.hpp"
#include "contracts/failure.hpp"
#include "routes/http.hpp"
#include "routes/transport.hpp"

#include <chrono>
#include <variant>

/// The OpenAI-compatible chat dialect, whole answers: bytes to canonical form and back, no I/O.
/// Sources: semantics.md §4.1, §4.6, §4.8, §6.
namespace hedgerow::openai {

/// The call as an HTTP request to `route`, at `{base_url}/chat/completions`.
///
/// What a target cannot express follows these rules. A JSON format goes out as `response_format`
/// only where the route has the capability `json_schema`, strictly where its lowered form allows
/// that; elsewhere it is told as a sentence with
/// the schema at the end of the first system message (a new one if there is none). The same
/// sentence goes with `json_object` when no message speaks of JSON, for OpenAI refuses that. The
/// limit of output tokens is the smallest of the caller's, the budget's and the route's, and absent
/// if only the route has one; it is called `max_completion_tokens` on api.openai.com and
/// `max_tokens` elsewhere, the name compatible servers know. `tool_choice` and
/// `parallel_tool_calls` need tools and are dropped without them, because servers refuse them then.
///
/// Requires: `call.ask` is set, and the JSON texts in it are JSON.
http_request encode(const route_config& route, const model_call& call);

/// The reply, read. A truncated answer is a failure of capability unless the caller's own
/// `max_tokens` in `call` cut it and neither a format nor a tool call was asked for. Anything that
/// is not clearly an answer is a failure: `classify` in `openai_classify.hpp` names it. `now` is
/// the wall clock for a Retry-After date that has no Date beside it; without it that date is
/// ignored.
std::variant<completion, failure> decode(const http_reply& reply, const model_call& call,
                                         std::chrono::system_clock::time_point now = {});

} // namespace hedgerow::openai
