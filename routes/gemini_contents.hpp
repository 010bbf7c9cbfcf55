#pragma once

#include "contracts/completion.hpp"
#include "routes/route_config.hpp"

#include <string>
#include <string_view>

namespace hedgerow::gemini {

/// Appends `text` as the value of `systemInstruction`.
void append_system(std::string& out, std::string_view text);

/// Appends the turns of `ask` as the value of `contents`.
/// Requires: there is no objection to the call.
void append_contents(std::string& out, const route_config& route, const prompt& ask);

} // namespace hedgerow::gemini
