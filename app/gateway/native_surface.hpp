#pragma once

#include "actors/request.hpp"
#include "app/gateway/caller_request.hpp"
#include "app/gateway/reply.hpp"

#include <string>
#include <string_view>

/// The native call, `POST /v1/tasks/{task}`.
namespace hedgerow::native {

/// Reads the body of a call of `task`. Errors: `invalid_json`, `invalid_request` with the member.
result<caller_request> read(std::string_view task, std::string_view body);

/// The envelope of `x` with its HTTP status.
reply write(const answer& x);

} // namespace hedgerow::native
