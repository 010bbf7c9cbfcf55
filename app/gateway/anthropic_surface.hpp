#pragma once

#include "actors/request.hpp"
#include "app/gateway/caller_request.hpp"
#include "app/gateway/reply.hpp"

#include <string_view>

/// Anthropic's Messages API, whole answers: `POST /v1/messages`.
namespace hedgerow::anthropic_surface {

/// Reads the body; `model` names the task. What this gateway cannot keep is refused with its name.
/// `cache_control` is dropped, as it does not change an answer. `thinking` becomes an effort: none
/// where it is disabled, else low below 4,096 tokens of budget, high from 16,384, and medium
/// between; what a model thought is not passed on.
/// Errors: `invalid_json`, `invalid_request` with the member.
result<caller_request> read(std::string_view body);

/// `x` as a message or an error in Anthropic's shape. `wants_format`: the caller or the task asked
/// for JSON or a tool call, which a degraded text is not.
reply write(const answer& x, bool wants_format);

} // namespace hedgerow::anthropic_surface
