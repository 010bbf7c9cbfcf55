#pragma once

#include "actors/request.hpp"
#include "app/gateway/caller_request.hpp"
#include "app/gateway/reply.hpp"

#include <cstdint>
#include <string>
#include <string_view>

/// OpenAI's chat completions, whole answers: `POST /v1/chat/completions`.
namespace hedgerow::openai_surface {

/// Reads the body; `model` names the task. What this gateway cannot keep is refused with its name.
/// Errors: `invalid_json`, `invalid_request` with the member.
result<caller_request> read(std::string_view body);

/// `x` as a chat completion or an error in OpenAI's shape. `created` in seconds since 1970.
/// `wants_format`: the caller or the task asked for JSON or a tool call, which a degraded text is
/// not.
reply write(const answer& x, std::int64_t created, bool wants_format);

} // namespace hedgerow::openai_surface
