#pragma once

#include "contracts/schema_program.hpp"

namespace hedgerow {

/// Finds out for every `anyOf` and `oneOf` of a compiled schema whether a member tells its branches
/// apart, and notes which branches go with which value. No verdict changes by that.
void add_choices(schema_program& code);

} // namespace hedgerow
