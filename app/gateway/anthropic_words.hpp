#pragma once

#include "actors/request.hpp"

#include <string>
#include <string_view>

/// Anthropic's words for what is in an answer, whole or streamed.
namespace hedgerow::anthropic_surface {

std::string_view stop_reason(finish_reason x);

/// Whether the text of `x` is kept back: a policy stop, or a degraded text where JSON or a tool
/// call was asked for.
bool is_withheld(const answer& x, bool wants_format);

/// The block of a call; `input` is JSON text.
void append_tool_use(std::string& out, const tool_call& x, std::string_view input);

/// The member `usage` with the comma in front. Anthropic counts cached input beside the other.
void append_usage(std::string& out, const token_usage& x);

} // namespace hedgerow::anthropic_surface
