#pragma once

#include "contracts/schema_program.hpp"

namespace hedgerow {

/// Lets whoever leads to a node that is nothing but a `$ref` lead to its target instead. Does
/// nothing in a schema with dynamic references, for which it matters what was passed through.
void skip_references(schema_program& code);

} // namespace hedgerow
