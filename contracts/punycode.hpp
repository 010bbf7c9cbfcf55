#pragma once

#include <optional>
#include <string>
#include <string_view>

/// Punycode (RFC 3492), in which domain names write what is not ASCII.
namespace hedgerow::punycode {

/// The characters that `text` (without `xn--`) stands for; nothing if it is no Punycode.
std::optional<std::u32string> decoded(std::string_view text);

/// `label` in Punycode, without `xn--`. Requires: at most a few hundred characters.
std::string encoded(std::u32string_view label);

} // namespace hedgerow::punycode
