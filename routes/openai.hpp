#pragma once

#include "contracts/completion.hpp"
#include "contracts/failure.hpp"
#include "routes/http.hpp"
#include "routes/transport.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

/// The OpenAI-compatible chat dialect, whole answers: bytes to canonical form and back, no I/O.
/// Sources: semantics.md §4.1, §4.6, §4.8, §6.
namespace hedgerow::openai {

/// What keeps `call` from being said to `route`; nothing: it can be. On api.openai.com a tool's
/// name is 1 to 64 letters, digits, `_` or `-` (capability); servers that speak the dialect take
/// others.
std::optional<failure> objection(const route_config& route, const model_call& call);

/// `objection` for a provider that runs OpenAI's own models.
std::optional<failure> strict_objection(const model_call& call);

/// The call as an HTTP request to `route`, at `{base_url}/chat/completions`.
///
/// What a target cannot express follows these rules. A JSON format goes out as `response_format`
/// only where the route has the capability `json_schema`, strictly where its lowered form allows
/// that; elsewhere it is told as a sentence with
/// the schema at the end of the first system message (a new one if there is none). The same
/// sentence goes with `json_object` when no message speaks of JSON, for OpenAI refuses that. A tool
/// is strict where the caller left that open, the route has the capability `json_schema`, and the
/// lowered parameters allow it; what the model then writes as null is absent, see `lower`. The
/// limit of output tokens is called `max_completion_tokens` on api.openai.com and `max_tokens`
/// elsewhere, the name compatible servers know. `tool_choice` and `parallel_tool_calls` need tools
/// and are dropped without them, because servers refuse them then. Thoughts are dropped. Ids that
/// OpenAI or Mistral would refuse are replaced, see `portable_id`.
///
/// Requires: `call.ask` is set, the JSON texts in it are JSON, and there is no `objection`.
http_request encode(const route_config& route, const model_call& call);

/// The body of such a request, in which the limit of output tokens is called `limit_name`.
std::string body_of(const route_config& route, const model_call& call, std::string_view limit_name);

/// The reply, read. A truncated answer is a failure of capability unless the caller's own
/// `max_tokens` in `call` cut it and neither a format nor a tool call was asked for. Anything that
/// is not clearly an answer is a failure: `classify` in `openai_classify.hpp` names it. `now` is
/// the wall clock for a Retry-After date that has no Date beside it; without it that date is
/// ignored.
std::variant<completion, failure> decode(const http_reply& reply, const model_call& call,
                                         std::chrono::system_clock::time_point now = {});

} // namespace hedgerow::openai
