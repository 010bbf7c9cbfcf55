#pragma once

#include "app/simulator/dialect.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// Gemini's generateContent, on Google's own API and on Vertex.
/// Sources: semantics.md §4.3 (errors), §5.5 (streams), §6.5 (bodies).
namespace hedgerow::simulated::gemini {

extern const dialect table;

std::string error_body(int status, const provider_error& why);

} // namespace hedgerow::simulated::gemini
