#include "contracts/repair_quotes.hpp"

#include "contracts/repair_blank.hpp"

#include <algorithm>

namespace hedgerow::repairs {
namespace {

bool is_closer(char c) { return c == '}' || c == ']'; }

bool starts_comment(std::string_view text, std::size_t at) {
  const auto rest = text.substr(std::min(at, text.size()), 2);
  return rest == "//" || rest == "/*" || rest.starts_with('#');
}

/// The end of the comments at `at`, or `at` if they are long.
std::size_t behind_comment(std::string_view text, std::size_t at) {
  constexpr std::size_t comment_max = 1024;
  if (!starts_comment(text, at))
    return at;
  const auto end = skip_blank(text.substr(0, std::min(text.size(), at + comment_max)), at).end;
  return end < at + comment_max ? end : at;
}

bool starts_container_or_number(char c) { return c == '{' || c == '[' || c == '-' || is_digit(c); }

/// A word and then a quoted name: the word is something that strayed in.
bool is_key_after_word(std::string_view text, std::size_t at) {
  constexpr std::size_t word_max = 64;
  const auto limit = std::min(text.size(), at + word_max);
  auto end = at;
  while (end < limit && is_name_part(text[end]))
    ++end;
  return end > at && is_quoted_key(text, skip_space(text, end));
}

/// Whether the word at `at` ends at a comma or bracket without a quote before it.
bool is_bare_item(std::string_view text, std::size_t at) {
  constexpr std::size_t item_max = 256;
  const auto rest = text.substr(at, item_max);
  const auto end = rest.find_first_of(",]}\n\"'");
  return end == rest.npos || (rest[end] != '"' && rest[end] != '\'');
}

/// Whether the quoted name at `at` is the last thing in a text that was cut off.
bool is_last_key(std::string_view text, std::size_t at) {
  constexpr std::size_t key_max = 256;
  const auto n = quote_length(text, at);
  if (n == 0 || text.size() - at > key_max)
    return false;
  const auto end = text.find(text.substr(at, n), at + n);
  return end == text.npos ? text.find_first_of(",{}[]", at) == text.npos
                          : skip_space(text, end + n) == text.size();
}

bool can_follow_comma(std::string_view text, std::size_t at, surroundings around) {
  const auto next = skip_space(text, at);
  const char c = at_or_nul(text, next);
  if (next >= text.size() || is_closer(c) || starts_comment(text, next) || c == '`'
      || text.substr(next).starts_with("..."))
    return true;
  if (around.as == role::member)
    return is_quoted_key(text, next) || is_bare_key(text, next) || is_key_after_word(text, next)
           || is_last_key(text, next) || c == '{';
  if (c == ',' || starts_container_or_number(c) || quote_length(text, next) > 0)
    return true;
  return is_bare_item(text, next);
}

/// Whether the closers at `at` are those of the text around a string rather than some in it.
bool closes_around(std::string_view text, std::size_t at) {
  while (at < text.size() && (is_closer(text[at]) || space_length(text, at) > 0))
    at += std::max<std::size_t>(space_length(text, at), 1);
  if (at >= text.size() || text[at] == '`' || starts_comment(text, at))
    return true;
  if (text[at] != ',')
    return false;
  const auto next = skip_space(text, at + 1);
  const char c = at_or_nul(text, next);
  return next >= text.size() || is_closer(c) || starts_container_or_number(c)
         || quote_length(text, next) > 0 || is_bare_key(text, next);
}

/// What follows a string only where a comma is missing; convincing only if the quotes within the
/// string are in pairs.
bool follows_without_comma(std::string_view text, std::size_t after, std::size_t next, role as) {
  const char c = text[next];
  const auto apart = next > after;
  if (starts_comment(text, next))
    return c == '/' || apart;
  if (text.substr(next).starts_with("```"))
    return true;
  if (c == '+')
    return quote_length(text, skip_blank(text, next + 1).end) > 0;
  if (as == role::member)
    return is_quoted_key(text, next) || (apart && is_bare_key(text, next));
  if (quote_length(text, next) > 0 || c == '{' || c == '[')
    return true;
  return apart && starts_container_or_number(c);
}

bool ends_key(std::string_view text, std::size_t next, bool even) {
  constexpr std::size_t key_max = 128;
  const char c = at_or_nul(text, next);
  if (c == ':' || next >= text.size())
    return true;
  if (!even && !is_closer(c) && c != ',')
    return false;
  // A quote further on may be the one that the colon follows.
  const auto rest = text.substr(next, key_max);
  for (auto i = rest.find_first_of("\"\n{}[],:"); i != rest.npos && rest[i] == '"';
       i = rest.find_first_of("\"\n{}[],:", i + 1))
    if (at_or_nul(text, skip_space(text, next + i + 1)) == ':')
      return false;
  return true;
}

} // namespace

bool can_follow_string(std::string_view text, std::size_t at, surroundings around) {
  const auto next = skip_space(text, at);
  const char c = at_or_nul(text, next);
  if (next >= text.size())
    return true;
  if (around.as == role::key)
    return c == ':';
  if (around.depth > 0 && is_closer(c))
    return true;
  if (c == ')' && around.in_parentheses)
    return true;
  return around.depth > 0 && c == ',' && can_follow_comma(text, next + 1, around);
}

bool ends_string(std::string_view text, std::size_t at, std::size_t length,
                 const string_so_far& so_far) {
  const auto after = at + length;
  const auto next = skip_space(text, after);
  const auto as = so_far.around.as;
  const auto even = so_far.inner_quotes % 2 == 0;
  if (as == role::key)
    return ends_key(text, next, even);
  if (can_follow_string(text, behind_comment(text, next), so_far.around))
    return so_far.brackets == 0 || next >= text.size() || !is_closer(text[next])
           || closes_around(text, next);
  if (as == role::root)
    return starts_comment(text, next) || std::string_view{";,+"}.find(text[next]) < 3;
  if (as == role::item && text[next] == ':')
    return so_far.inner_quotes == 0 && so_far.brackets == 0;
  return even && follows_without_comma(text, after, next, as);
}

} // namespace hedgerow::repairs
