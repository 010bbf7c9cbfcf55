#pragma once

#include "app/config/configuration.hpp"
#include "app/config/section.hpp"

namespace hedgerow::config {

/// Adds what is wrong between the parts of a file: rungs that cannot be reached, routes that are
/// not equivalent, rules that break the contract, limits that contradict each other.
void check_all(reading& all, const node& root, const configuration& x);

} // namespace hedgerow::config
