#pragma once

#include "app/config/configuration.hpp"
#include "app/config/finding.hpp"

#include <cstdint>
#include <optional>
#include <string>

/// Every connection is an open file, and a process may have only so many.
namespace hedgerow {

/// What a gateway under `x` may have open at once: its callers' connections, a provider's for each
/// request in flight, and some for itself.
std::uint64_t files_needed(const server_limits& x);

/// How many this process could have.
std::uint64_t files_allowed();

/// Raises the limit that holds to the one that is allowed.
void raise_open_files();

/// A warning if `allowed` files are fewer than `x` needs. `file` is the configuration's.
std::optional<finding> too_few_files(const server_limits& x, std::uint64_t allowed,
                                     const std::string& file);

} // namespace hedgerow
