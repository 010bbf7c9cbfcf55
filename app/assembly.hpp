#pragma once

#include "actors/policy.hpp"
#include "app/config/configuration.hpp"
#include "contracts/error.hpp"
#include "routes/transport/client.hpp"

#include <string>

namespace hedgerow {

/// The policy of `x`, its routes reached through `client`, which outlives it.
/// Errors: `config_invalid` for a base URL that is none, or a policy that does not hold together.
result<policy> assemble_policy(const configuration& x, http_client& client, std::string version);

} // namespace hedgerow
