#pragma once

#include "contracts/error.hpp"
#include "routes/route_config.hpp"
#include "routes/transport.hpp"
#include "routes/transport/client.hpp"

namespace hedgerow {

/// Reaches `route`'s model over HTTP in its provider's dialect. Requires: `client` outlives the
/// transport. Ends are told on the client's contexts, where replies are also read.
/// Errors: `config_invalid` for a `base_url` that is none, and for a kind of provider that has no
/// HTTP dialect here.
result<transport> http_transport(http_client& client, route_config route);

} // namespace hedgerow
