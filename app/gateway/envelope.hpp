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

/// Adds `x-hedgerow-*` and the six headers that existing dashboards read. `spent` is the time from
/// the request's arrival to now.
void add_fact_headers(http_headers& out, const answer& x, std::chrono::microseconds spent);

/// `x` USD as a plain decimal with eight places.
std::string plain_decimal(double x);

} // namespace hedgerow
