#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hedgerow::ecma {

/// Some characters as the inside of an RE2 class: those listed, or all others.
struct character_set {
  std::string members;
  bool is_complement = false;
};

/// What `\p{name}` stands for; nothing if it is no property that RE2 can be told.
std::optional<character_set> property(std::string_view name);

/// `\s`: white space and line ends (ECMA-262 §12.2, §12.3), which are more than RE2's.
inline constexpr std::string_view spaces =
    R"(\t\n\x{b}\f\r \x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff})";

/// `\S`, where it has to be listed.
inline constexpr std::string_view not_spaces =
    R"(\x{0}-\x{8}\x{e}-\x{1f}!-\x{9f}\x{a1}-\x{167f}\x{1681}-\x{1fff}\x{200b}-\x{2027})"
    R"(\x{202a}-\x{202e}\x{2030}-\x{205e}\x{2060}-\x{2fff}\x{3001}-\x{fefe}\x{ff00}-\x{10ffff})";

} // namespace hedgerow::ecma
