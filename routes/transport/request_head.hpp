#pragma once

#include "routes/http.hpp"
#include "routes/transport/endpoint.hpp"

#include <optional>
#include <string>

namespace hedgerow {

/// The bytes in front of `request.body` of a POST to `to`, the empty line included, as its proxy
/// wants them if that is who reads them. Nothing, if the target or a header could not be sent as it
/// stands (a line break or a blank where none may be).
std::optional<std::string> request_head(const endpoint& to, const http_request& request);

} // namespace hedgerow
