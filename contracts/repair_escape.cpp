#include "contracts/repair_escape.hpp"

#include "contracts/repair_blank.hpp"

#include <optional>

namespace hedgerow::repairs {
namespace {

constexpr auto taken_literally = "a backslash in the text was escaped";

void append_utf8(std::string& out, unsigned code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
    return;
  }
  if (code < 0x800) {
    out += static_cast<char>(0xc0 | code >> 6);
  } else if (code < 0x10000) {
    out += static_cast<char>(0xe0 | code >> 12);
    out += static_cast<char>(0x80 | (code >> 6 & 0x3f));
  } else {
    out += static_cast<char>(0xf0 | code >> 18);
    out += static_cast<char>(0x80 | (code >> 12 & 0x3f));
    out += static_cast<char>(0x80 | (code >> 6 & 0x3f));
  }
  out += static_cast<char>(0x80 | (code & 0x3f));
}

std::optional<unsigned> hex4(std::string_view text, std::size_t at) {
  if (at + 4 > text.size())
    return std::nullopt;
  unsigned code = 0;
  for (const char c : text.substr(at, 4)) {
    const auto lower = static_cast<char>(c | 0x20);
    if (is_digit(c))
      code = code * 16 + static_cast<unsigned>(c - '0');
    else if (lower >= 'a' && lower <= 'f')
      code = code * 16 + static_cast<unsigned>(lower - 'a' + 10);
    else
      return std::nullopt;
  }
  return code;
}

bool is_high(unsigned code) { return code >= 0xd800 && code < 0xdc00; }

bool is_low(unsigned code) { return code >= 0xdc00 && code < 0xe000; }

/// Whether the text ends before the four digits at `at` do.
bool is_cut(std::string_view text, std::size_t at) {
  return at + 4 > text.size() && text.find_first_not_of("0123456789abcdefABCDEF", at) == text.npos;
}

escape literal_backslash(std::size_t at, bool broken) {
  return {.meant = "\\", .end = at + 1, .mended = taken_literally, .broken = broken};
}

/// `\uXXXX`, with its second half where it is one of a pair.
escape resolve_unicode(std::string_view text, std::size_t at) {
  const auto first = hex4(text, at + 2);
  if (!first)
    return is_cut(text, at + 2) ? escape{.meant = {}, .end = text.size()}
                                : literal_backslash(at, true);
  escape x{.meant = {}, .end = at + 6};
  const auto second = is_high(*first) && text.substr(x.end).starts_with("\\u")
                          ? hex4(text, x.end + 2)
                          : std::nullopt;
  if (second && is_low(*second)) {
    append_utf8(x.meant, 0x10000 + ((*first - 0xd800) << 10) + (*second - 0xdc00));
    x.end += 6;
  } else if (is_high(*first) || is_low(*first)) {
    append_utf8(x.meant, 0xfffd);
    x.mended = "half of a surrogate pair was replaced by U+FFFD";
  } else {
    append_utf8(x.meant, *first);
  }
  return x;
}

} // namespace

escape resolve_escape(std::string_view text, std::size_t at) {
  constexpr std::string_view codes = "\"\\/bfnrt";
  constexpr std::string_view meant = "\"\\/\b\f\n\r\t";
  if (at + 1 >= text.size())
    return {.meant = {}, .end = text.size()};
  const char c = text[at + 1];
  if (const auto known = codes.find(c); known != codes.npos)
    return {.meant = std::string(1, meant[known]), .end = at + 2};
  if (c == 'u')
    return resolve_unicode(text, at);
  if (c == '\'' || c == '\n' || c == '`')
    return {.meant = std::string(1, c),
            .end = at + 2,
            .mended = "an escape that JSON does not know was resolved"};
  return literal_backslash(at, false);
}

} // namespace hedgerow::repairs
