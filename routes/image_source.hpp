#pragma once

#include "contracts/completion.hpp"

#include <optional>
#include <string_view>

namespace hedgerow {

/// Where an image's bytes are. Views into the part that it was read from.
struct image_source {
  /// Such as `image/png`, in the spelling of the URL or after its path's ending; empty: not known.
  std::string_view media_type;
  /// In base64; empty: they are behind `url`.
  std::string_view data;
  std::string_view url;
};

/// Reads a `data:` URL in base64 or an `https:` URL. Nothing: `x` is neither.
/// Requires: `x` is an image.
std::optional<image_source> read_image(const part& x);

} // namespace hedgerow
