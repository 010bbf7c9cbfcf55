#pragma once

#include "contracts/completion.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace hedgerow {

/// The kind of traffic an attempt belongs to. Breakers and latency windows are kept per class:
/// a provider can be healthy for short text and ill for long prompts.
enum class traffic_class : std::uint8_t {
  short_stream,
  long_stream,
  tools_stream,
  vision_stream,
  short_whole,
  long_whole,
  tools_whole,
  vision_whole,
};

inline constexpr std::size_t traffic_classes = 8;

/// `short`, `long`, `tools`, `vision`, and the same with `_whole` where the answer is not streamed.
std::string_view to_string(traffic_class x);

/// `vision` if there is an image, else `tools` if tools are offered, else `long` above 8,000
/// estimated input tokens, else `short`.
traffic_class classify(const prompt& x, std::int64_t estimated_input, bool streamed);

} // namespace hedgerow
