#include "routes/traffic_class.hpp"

#include <algorithm>
#include <array>

namespace hedgerow {

namespace {

constexpr std::int64_t long_from = 8000;

constexpr std::array<std::string_view, traffic_classes> names{
    "short", "long", "tools", "vision", "short_whole", "long_whole", "tools_whole", "vision_whole",
};

bool has_image(const message& x) {
  return std::ranges::any_of(x.parts, [](const part& p) { return p.what == part::kind::image; });
}

traffic_class streamed_class(const prompt& x, std::int64_t estimated_input) {
  if (std::ranges::any_of(x.messages, has_image))
    return traffic_class::vision_stream;
  if (!x.tools.empty())
    return traffic_class::tools_stream;
  return estimated_input > long_from ? traffic_class::long_stream : traffic_class::short_stream;
}

} // namespace

std::string_view to_string(traffic_class x) { return names[static_cast<std::size_t>(x)]; }

traffic_class classify(const prompt& x, std::int64_t estimated_input, bool streamed) {
  constexpr auto step = static_cast<std::uint8_t>(traffic_class::short_whole);
  const auto found = streamed_class(x, estimated_input);
  return streamed ? found : static_cast<traffic_class>(static_cast<std::uint8_t>(found) + step);
}

} // namespace hedgerow
