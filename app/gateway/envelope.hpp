#pragma once

#include "actors/request.hpp"
#include "app/gateway/reply.hpp"

#include <chrono>
#include <string>

/// What every surface says about how an answer came to be.
namespace hedgerow {

/// Appends the members of the envelope of protocol.md to `out`, without the braces: all of them, or
/// (`facts_only`) without the output itself, as the member `hedgerow` carries them.
void append_envelope(std::string& out, const answer& x, bool facts_only);

/// Adds those of the headers below that are known before a request has ended.
void add_known_headers(header_lines& out, const answer& x);

/// Adds `x-hedgerow-*` and the six headers that existing dashboards read. `spent` is the time from
/// the request's arrival to now.
void add_fact_headers(header_lines& out, const answer& x, std::chrono::microseconds spent);

/// Appends the member `usage` in OpenAI's shape, with the comma in front.
void append_openai_usage(std::string& out, const token_usage& x);

/// `x` USD as a plain decimal with eight places.
std::string plain_decimal(double x);

} // namespace hedgerow
