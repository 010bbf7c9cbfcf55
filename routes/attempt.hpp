#pragma once

#include <cstdint>
#include <string_view>

namespace hedgerow {

/// Why an attempt was started; the names are those of the trail.
enum class attempt_kind : std::uint8_t {
  primary,
  retry,
  hedge,
  fallback,
  reask,
  stronger,
  longer_context,
  probe,
  shadow,
};

std::string_view to_string(attempt_kind x);

} // namespace hedgerow
