#pragma once

namespace hedgerow {

/// Prints the JSON Schema of the configuration file. Returns the exit status.
int print_schema();

} // namespace hedgerow
