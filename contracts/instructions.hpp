#pragma once

#include "contracts/completion.hpp"

#include <string>

namespace hedgerow {

/// The form `wanted` in words, for the system message of a model that cannot be told it otherwise;
/// empty where any text will do. The same words for the same form. `may_call`: tools are offered
/// too, and a call is no text.
std::string instructions(const output_format& wanted, bool may_call = false);

} // namespace hedgerow
