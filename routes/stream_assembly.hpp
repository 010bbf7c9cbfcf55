#pragma once

#include "routes/anthropic_stream.hpp"
#include "routes/gemini_stream.hpp"
#include "routes/openai_stream.hpp"

#include <variant>

namespace hedgerow {

/// What puts the events of one streamed answer together, by dialect.
using stream_assembly =
    std::variant<openai::stream_assembly, anthropic::stream_assembly, gemini::stream_assembly>;

} // namespace hedgerow
