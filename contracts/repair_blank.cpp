#include "contracts/repair_blank.hpp"

#include "contracts/utf8.hpp"

#include <algorithm>
#include <array>

namespace hedgerow::repairs {
namespace {

constexpr std::size_t bare_key_max = 64;
constexpr std::size_t quoted_key_max = 256;

/// White space of Unicode beyond ASCII, and the byte order mark.
constexpr std::array<std::string_view, 23> spaces{
    "\u00a0", "\u1680", "\u180e", "\u2000", "\u2001", "\u2002", "\u2003", "\u2004",
    "\u2005", "\u2006", "\u2007", "\u2008", "\u2009", "\u200a", "\u200b", "\u2028",
    "\u2029", "\u202f", "\u205f", "\u2060", "\u3000", "\ufeff", "\u0085",
};

bool is_json_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/// `\n`, `\r` or `\t` written with a backslash, outside of a string.
bool is_written_space(std::string_view text, std::size_t at) {
  const char c = at_or_nul(text, at + 1);
  return text[at] == '\\' && (c == 'n' || c == 'r' || c == 't');
}

std::size_t comment_end(std::string_view text, std::size_t at) {
  if (text[at] != '/' && text[at] != '#')
    return at;
  const auto rest = text.substr(at);
  if (rest.starts_with("/*")) {
    const auto end = text.find("*/", at + 2);
    return end == text.npos ? text.size() : end + 2;
  }
  if (rest.starts_with("//") || rest.starts_with('#'))
    return std::min(text.find('\n', at), text.size());
  return at;
}

bool ends_ellipsis(std::string_view text, std::size_t at) {
  if (at >= text.size() || space_length(text, at) > 0)
    return true;
  return std::string_view{",]})/#"}.find(text[at]) != std::string_view::npos;
}

std::size_t ellipsis_end(std::string_view text, std::size_t at) {
  constexpr char lead = '\xe2'; // Of U+2026.
  if (text[at] != '.' && text[at] != lead)
    return at;
  const auto rest = text.substr(at);
  std::size_t end = at;
  if (rest.starts_with("..."))
    end = std::min(text.find_first_not_of('.', at), text.size());
  else if (rest.starts_with("\u2026"))
    end = at + std::string_view{"\u2026"}.size();
  return end > at && ends_ellipsis(text, end) ? end : at;
}

} // namespace

std::size_t space_length(std::string_view text, std::size_t at) {
  if (at >= text.size())
    return 0;
  const char c = text[at];
  if (is_json_space(c) || c == '\f' || c == '\v')
    return 1;
  if (static_cast<unsigned char>(c) < 0x80)
    return is_written_space(text, at) ? 2 : 0;
  const auto rest = text.substr(at, 3);
  const auto* found = std::ranges::find_if(spaces, [&](auto x) { return rest.starts_with(x); });
  return found == spaces.end() ? 0 : found->size();
}

std::size_t skip_space(std::string_view text, std::size_t at) {
  for (auto n = space_length(text, at); n > 0; n = space_length(text, at))
    at += n;
  return at;
}

blank skip_blank(std::string_view text, std::size_t at) {
  blank x{.end = at};
  while (x.end < text.size()) {
    const auto here = x.end;
    if (const auto n = space_length(text, here); n > 0) {
      x.newline = x.newline || text[here] == '\n';
      x.strange = x.strange || !is_json_space(text[here]);
      x.end += n;
    } else if (const auto after = comment_end(text, here); after > here) {
      x.comment = true;
      x.end = after;
    } else if (const auto dots = ellipsis_end(text, here); dots > here) {
      x.ellipsis = true;
      x.end = dots;
    } else {
      break;
    }
  }
  return x;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_name_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$'
         || static_cast<unsigned char>(c) >= 0x80;
}

bool is_name_part(char c) { return is_name_start(c) || is_digit(c) || c == '-' || c == '.'; }

bool is_bare_key(std::string_view text, std::size_t at) {
  auto end = at;
  const auto limit = std::min(text.size(), at + bare_key_max);
  while (end < limit && is_name_part(text[end]) && space_length(text, end) == 0)
    ++end;
  if (end == at)
    return false;
  end = skip_space(text, end + (at_or_nul(text, end) == '"' ? 1 : 0));
  return at_or_nul(text, end) == ':' && at_or_nul(text, end + 1) != '/';
}

bool is_quoted_key(std::string_view text, std::size_t at) {
  const auto n = quote_length(text, at);
  if (n == 0)
    return false;
  const auto open = text.substr(at, n);
  const auto limit = std::min(text.size(), at + quoted_key_max);
  for (auto i = at + n; i < limit; ++i) {
    if (text[i] == '\\') {
      ++i;
      continue;
    }
    const auto m = quote_length(text, i);
    if (m == 0 || !is_closing_quote(open, text.substr(i, m)))
      continue;
    return at_or_nul(text, skip_space(text, i + m)) == ':';
  }
  return false;
}

std::size_t quote_length(std::string_view text, std::size_t at) {
  const char c = at_or_nul(text, at);
  if (c == '"' || c == '\'' || c == '`')
    return 1;
  if (static_cast<unsigned char>(c) < 0x80)
    return 0;
  const auto rest = text.substr(at, 3);
  if (rest.starts_with("\u00b4"))
    return 2;
  constexpr std::array<std::string_view, 6> smart{"\u201c", "\u201d", "\u201e",
                                                  "\u2018", "\u2019", "\u201a"};
  return std::ranges::find(smart, rest) == smart.end() ? 0 : 3;
}

bool is_closing_quote(std::string_view open, std::string_view quote) {
  if (open == "\"" || open == "'")
    return quote == open;
  if (open == "`" || open == "\u00b4")
    return quote == "`" || quote == "\u00b4";
  if (open == "\u201c" || open == "\u201d" || open == "\u201e")
    return quote == "\u201c" || quote == "\u201d" || quote == "\"";
  return quote == "\u2018" || quote == "\u2019" || quote == "'";
}

} // namespace hedgerow::repairs
