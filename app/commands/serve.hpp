#pragma once

#include <string>

namespace hedgerow {

/// Serves the configuration in `file` until SIGTERM or SIGINT, which drain; SIGHUP reloads. Returns
/// the exit status: 0 done, 1 the file or an address cannot be used.
int serve(const std::string& file);

} // namespace hedgerow
