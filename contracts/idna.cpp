#include "contracts/idna.hpp"

#include "contracts/utf8.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <string>

namespace hedgerow::idna {
namespace {

struct range {
  char32_t first = 0;
  char32_t last = 0;
};

template <std::size_t N>
bool is_in(char32_t c, const std::array<range, N>& ranges) {
  return std::ranges::any_of(ranges, [&](auto x) { return c >= x.first && c <= x.last; });
}

/// RE2 has the tables of Unicode's general categories and scripts.
bool is_in(char32_t c, const RE2& set) {
  std::string text;
  utf8::append(text, c);
  return RE2::FullMatch(text, set);
}

bool is_letter_or_digit(char32_t c) {
  static const RE2 set{R"([\p{Ll}\p{Lo}\p{Lm}\p{Mn}\p{Mc}\p{Nd}])"};
  return is_in(c, set);
}

bool is_script_of_kana(char32_t c) {
  static const RE2 set{R"([\p{Hiragana}\p{Katakana}\p{Han}])"};
  return is_in(c, set);
}

bool is_greek(char32_t c) {
  static const RE2 set{R"(\p{Greek})"};
  return is_in(c, set);
}

bool is_hebrew(char32_t c) {
  static const RE2 set{R"(\p{Hebrew})"};
  return is_in(c, set);
}

/// DISALLOWED although letters, marks or digits: the exceptions of RFC 5892 §2.6, old Hangul jamo
/// (§2.9), and what NFKC and case folding change (§2.2), by block.
constexpr std::array<range, 34> disallowed{{
    {0x00aa, 0x00aa}, {0x00b5, 0x00b5}, {0x00ba, 0x00ba}, {0x0132, 0x0133},   {0x013f, 0x0140},
    {0x0149, 0x0149}, {0x017f, 0x017f}, {0x01c4, 0x01cc}, {0x01f1, 0x01f3},   {0x02b0, 0x02b8},
    {0x02e0, 0x02e4}, {0x0340, 0x0345}, {0x037a, 0x037a}, {0x03d0, 0x03d6},   {0x03f0, 0x03f2},
    {0x03f5, 0x03f5}, {0x0587, 0x0587}, {0x0640, 0x0640}, {0x0675, 0x0678},   {0x07fa, 0x07fa},
    {0x1100, 0x11ff}, {0x1d2c, 0x1d6a}, {0x2071, 0x209c}, {0x2100, 0x214d},   {0x302e, 0x302f},
    {0x3031, 0x3035}, {0x303b, 0x303b}, {0x3131, 0x318e}, {0xa960, 0xa97c},   {0xd7b0, 0xd7fb},
    {0xf900, 0xfaff}, {0xfb00, 0xfefc}, {0xff10, 0xffdc}, {0x1d400, 0x1d7ff},
}};

/// PVALID although their categories say otherwise (RFC 5892 §2.6).
constexpr std::array<range, 4> exceptions{
    {{0x00df, 0x00df}, {0x06fd, 0x06fe}, {0x0f0b, 0x0f0b}, {0x3007, 0x3007}}};

/// Characters of the canonical combining class virama (UnicodeData.txt 14).
constexpr std::array<range, 49> viramas{{
    {0x094d, 0x094d},   {0x09cd, 0x09cd},   {0x0a4d, 0x0a4d},   {0x0acd, 0x0acd},
    {0x0b4d, 0x0b4d},   {0x0bcd, 0x0bcd},   {0x0c4d, 0x0c4d},   {0x0ccd, 0x0ccd},
    {0x0d3b, 0x0d3c},   {0x0d4d, 0x0d4d},   {0x0dca, 0x0dca},   {0x0e3a, 0x0e3a},
    {0x0eba, 0x0eba},   {0x0f84, 0x0f84},   {0x1039, 0x103a},   {0x1714, 0x1715},
    {0x1734, 0x1734},   {0x17d2, 0x17d2},   {0x1a60, 0x1a60},   {0x1b44, 0x1b44},
    {0x1baa, 0x1bab},   {0x1bf2, 0x1bf3},   {0x2d7f, 0x2d7f},   {0xa806, 0xa806},
    {0xa82c, 0xa82c},   {0xa8c4, 0xa8c4},   {0xa953, 0xa953},   {0xa9c0, 0xa9c0},
    {0xaaf6, 0xaaf6},   {0xabed, 0xabed},   {0x10a3f, 0x10a3f}, {0x11046, 0x11046},
    {0x11070, 0x11070}, {0x1107f, 0x1107f}, {0x110b9, 0x110b9}, {0x11133, 0x11134},
    {0x111c0, 0x111c0}, {0x11235, 0x11235}, {0x112ea, 0x112ea}, {0x1134d, 0x1134d},
    {0x11442, 0x11442}, {0x114c2, 0x114c2}, {0x115bf, 0x115bf}, {0x1163f, 0x1163f},
    {0x116b6, 0x116b6}, {0x1172b, 0x1172b}, {0x11839, 0x11839}, {0x1193d, 0x1193e},
    {0x119e0, 0x119e0},
}};

/// Arabic letters that join only to what stands before them (ArabicShaping.txt 14).
constexpr std::array<range, 17> joining_backwards{{
    {0x0622, 0x0625},
    {0x0627, 0x0627},
    {0x0629, 0x0629},
    {0x062f, 0x0632},
    {0x0648, 0x0648},
    {0x0671, 0x0673},
    {0x0675, 0x0677},
    {0x0688, 0x0699},
    {0x06c0, 0x06c0},
    {0x06c3, 0x06cb},
    {0x06cd, 0x06cd},
    {0x06cf, 0x06cf},
    {0x06d2, 0x06d3},
    {0x06d5, 0x06d5},
    {0x06ee, 0x06ef},
    {0x0759, 0x075b},
    {0x076b, 0x076c},
}};

/// Scripts that run from right to left, by block.
constexpr std::array<range, 6> right_to_left{{{0x0590, 0x08ff},
                                              {0xfb1d, 0xfdff},
                                              {0xfe70, 0xfeff},
                                              {0x10800, 0x10fff},
                                              {0x1e800, 0x1efff},
                                              {0x200f, 0x200f}}};

bool is_arabic_letter(char32_t c) {
  return (c >= 0x0620 && c <= 0x06ff) || (c >= 0x0750 && c <= 0x077f);
}

bool joins_both(char32_t c) { return is_arabic_letter(c) && !is_in(c, joining_backwards); }

bool is_nonspacing(char32_t c) {
  static const RE2 set{R"([\p{Mn}\p{Me}])"};
  return is_in(c, set);
}

/// RFC 5892 appendix A.1: between letters that would join, whatever marks stand there too.
bool joins_around(std::u32string_view label, std::size_t i) {
  auto before = i;
  while (before > 0 && is_nonspacing(label[before - 1]))
    --before;
  auto after = i + 1;
  while (after < label.size() && is_nonspacing(label[after]))
    ++after;
  return before > 0 && after < label.size() && joins_both(label[before - 1])
         && is_arabic_letter(label[after]);
}

bool is_arabic_digit(char32_t c) { return c >= 0x0660 && c <= 0x0669; }
bool is_extended_digit(char32_t c) { return c >= 0x06f0 && c <= 0x06f9; }

} // namespace

bool is_mark(char32_t c) {
  static const RE2 set{R"(\p{M})"};
  return is_in(c, set);
}

direction direction_of(char32_t c) {
  if ((c >= '0' && c <= '9') || is_extended_digit(c))
    return direction::european_number;
  if (is_arabic_digit(c) || c == 0x066b || c == 0x066c || c == 0x06dd)
    return direction::arabic_number;
  if (c == '-' || c == 0x200c || c == 0x200d || c == 0x00b7 || c == 0x30fb)
    return direction::neutral;
  if (is_nonspacing(c))
    return direction::mark;
  return is_in(c, right_to_left) ? direction::right : direction::left;
}

bool allows(std::u32string_view label, std::size_t i) {
  const auto c = label[i];
  const auto before = i > 0 ? label[i - 1] : U'\0';
  const auto after = i + 1 < label.size() ? label[i + 1] : U'\0';
  switch (c) { // RFC 5892 appendix A, in its order.
  case 0x200c:
    return (i > 0 && is_in(before, viramas)) || joins_around(label, i);
  case 0x200d:
    return i > 0 && is_in(before, viramas);
  case 0x00b7:
    return before == 'l' && after == 'l';
  case 0x0375:
    return after != 0 && is_greek(after);
  case 0x05f3:
  case 0x05f4:
    return before != 0 && is_hebrew(before);
  case 0x30fb:
    return std::ranges::any_of(label, is_script_of_kana);
  default:
    break;
  }
  if (is_arabic_digit(c))
    return std::ranges::none_of(label, is_extended_digit);
  if (is_extended_digit(c))
    return std::ranges::none_of(label, is_arabic_digit);
  if (c < 0x80) // Host names are written in either case.
    return c == '-' || (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
  return is_in(c, exceptions) || (is_letter_or_digit(c) && !is_in(c, disallowed));
}

} // namespace hedgerow::idna
