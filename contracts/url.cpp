#include "contracts/url.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

namespace hedgerow {
namespace {

constexpr std::size_t urls_max = 10'000;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_hex(char c) { return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'f'); }

bool is_beyond_ascii(char c) { return static_cast<unsigned char>(c) >= 0x80; }

bool is_label_character(char c) {
  return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z') || c == '-' || c == '_'
         || is_beyond_ascii(c);
}

bool is_url_character(char c) {
  constexpr std::string_view refused = "<>\"\\^`{|}";
  return static_cast<unsigned char>(c) > 0x20 && c != 0x7f && refused.find(c) == refused.npos;
}

bool is_ascii_url_character(char c) { return is_url_character(c) && !is_beyond_ascii(c); }

/// How many of the characters at the start of `text` are `wanted`.
std::size_t url_length(std::string_view text, bool wanted(char)) {
  return static_cast<std::size_t>(std::ranges::find_if_not(text, wanted) - text.begin());
}

std::string in_lower_case(std::string_view text) {
  std::string out{text};
  std::ranges::transform(out, out.begin(), lower);
  return out;
}

/// The bytes of `http://` or `https://` at the start of `text`; 0 if there is neither.
std::size_t scheme_length(std::string_view text) {
  for (const std::string_view scheme : {"https://", "http://"})
    if (std::ranges::equal(text.substr(0, scheme.size()), scheme, {}, lower))
      return scheme.size();
  return 0;
}

/// Where the scheme starts that `text` ends with, `://` included.
std::optional<std::size_t> scheme_before(std::string_view text) {
  for (const std::size_t length : {8, 7})
    if (text.size() >= length && scheme_length(text.substr(text.size() - length)) == length)
      return text.size() - length;
  return std::nullopt;
}

/// A URL without its scheme, cut where RFC 3986 §3 cuts it.
struct parts {
  std::string_view host; ///< As written; an IPv6 address with its brackets.
  std::optional<std::string_view> port;
  std::string_view rest; ///< Path, query and fragment.
};

parts parts_of(std::string_view after_scheme) {
  const auto authority = after_scheme.substr(0, after_scheme.find_first_of("/?#"));
  parts out{.host = authority, .port = std::nullopt, .rest = after_scheme.substr(authority.size())};
  const auto bracket = authority.starts_with('[') ? authority.find(']') : 0;
  const auto colon = authority.find(':', std::min(bracket, authority.size()));
  if (colon != authority.npos) {
    out.host = authority.substr(0, colon);
    out.port = authority.substr(colon + 1);
  }
  return out;
}

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> out;
  for (;;) {
    const auto end = text.find(at);
    out.push_back(text.substr(0, end));
    if (end == text.npos)
      return out;
    text.remove_prefix(end + 1);
  }
}

/// The number from 0 to `most` that the digits of `text` spell.
std::optional<unsigned> number_up_to(std::string_view text, unsigned most) {
  unsigned out = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, out);
  if (failure != std::errc{} || stop != end || out > most)
    return std::nullopt;
  return out;
}

bool is_ipv4(std::string_view text) {
  const auto bytes = split(text, '.');
  return bytes.size() == 4
         && std::ranges::all_of(bytes, [](auto x) { return number_up_to(x, 255).has_value(); });
}

/// How many of an IPv6 address's eight groups `text` spells, colons between them; nothing if it is
/// not made of groups. An IPv4 address in the last place counts as two.
std::optional<std::size_t> ipv6_groups(std::string_view text) {
  if (text.empty())
    return 0;
  const auto groups = split(text, ':');
  for (const auto& group : groups)
    if (group.empty() || group.size() > 4 || !std::ranges::all_of(group, is_hex))
      return &group == &groups.back() && is_ipv4(group) ? std::optional{groups.size() + 1}
                                                        : std::nullopt;
  return groups.size();
}

bool is_ipv6(std::string_view text) {
  const auto gap = text.find("::");
  if (gap == text.npos)
    return ipv6_groups(text) == std::size_t{8};
  const auto before = ipv6_groups(text.substr(0, gap));
  const auto after = ipv6_groups(text.substr(gap + 2));
  return before && after && *before + *after < 8 && text.substr(0, gap).find('.') == text.npos;
}

bool is_label(std::string_view text) {
  return !text.empty() && text.size() <= 63 && text.front() != '-' && text.back() != '-'
         && std::ranges::all_of(text, is_label_character);
}

bool is_host(std::string_view text) {
  if (text.starts_with('['))
    return text.ends_with(']') && is_ipv6(text.substr(1, text.size() - 2));
  if (text.ends_with('.')) // The root's own dot, as in DNS.
    text.remove_suffix(1);
  const auto labels = split(text, '.');
  if (text.size() > 253 || !std::ranges::all_of(labels, is_label))
    return false;
  return !std::ranges::all_of(labels.back(), is_digit) || is_ipv4(text);
}

bool has_broken_escape(std::string_view text) {
  for (auto i = text.find('%'); i != text.npos; i = text.find('%', i + 1))
    if (i + 2 >= text.size() || !is_hex(text[i + 1]) || !is_hex(text[i + 2]))
      return true;
  return false;
}

/// `text` without the punctuation of the sentence around it.
std::string_view without_punctuation(std::string_view text) {
  constexpr std::string_view marks = ".,;:!?'*_~";
  auto opened = std::ranges::count(text, '(') - std::ranges::count(text, ')');
  auto squared = std::ranges::count(text, '[') - std::ranges::count(text, ']');
  while (!text.empty()) {
    const auto last = text.back();
    const auto is_unopened = (last == ')' && opened < 0) || (last == ']' && squared < 0);
    if (marks.find(last) == marks.npos && !is_unopened)
      break;
    opened += last == ')' ? 1 : 0;
    squared += last == ']' ? 1 : 0;
    text.remove_suffix(1);
  }
  return text;
}

/// `text` with the escapes undone that JSON and HTML writers put into addresses.
std::string without_escapes(std::string_view text) {
  struct escape {
    std::string_view written;
    char meant;
  };
  constexpr std::array escapes{escape{"\\/", '/'}, escape{"\\u0026", '&'}, escape{"\\u003d", '='},
                               escape{"&amp;", '&'}};
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto found =
        std::ranges::find_if(escapes, [&](const auto& x) { return text.starts_with(x.written); });
    out += found == escapes.end() ? text.front() : found->meant;
    text.remove_prefix(found == escapes.end() ? 1 : found->written.size());
  }
  return out;
}

} // namespace

std::optional<std::string_view> url_fault(std::string_view text) {
  if (text.size() > url_bytes_max)
    return "must have at most 4096 bytes";
  const auto scheme = scheme_length(text);
  if (scheme == 0)
    return "must be absolute and start with https:// or http://";
  if (!std::ranges::all_of(text, is_url_character))
    return "must not contain spaces, control characters or any of <>\"\\^`{|}";
  const auto [host, port, rest] = parts_of(text.substr(scheme));
  if (host.find('@') != host.npos || (port && port->find('@') != port->npos))
    return "must not carry a user name or password";
  if (host.empty())
    return "must name a host";
  if (!is_host(host))
    return "must name a host that can exist";
  if (port && number_up_to(*port, 65'535).value_or(0) == 0)
    return "must have a port from 1 to 65535, or none";
  if (has_broken_escape(rest))
    return "must have two hex digits after each %";
  return std::nullopt;
}

std::string normalised_url(std::string_view text) {
  const auto scheme = scheme_length(text);
  auto [host, port, rest] = parts_of(text.substr(scheme));
  auto out = in_lower_case(text.substr(0, scheme));
  const std::string_view default_port = out == "http://" ? "80" : "443";
  out += in_lower_case(host.ends_with('.') ? host.substr(0, host.size() - 1) : host);
  if (port && *port != default_port)
    out.append(":").append(*port);
  rest = rest.substr(0, rest.find('#'));
  if (rest.starts_with('?'))
    out += '/';
  while (rest.ends_with('/'))
    rest.remove_suffix(1);
  out += rest;
  return out;
}

void url_set::add(std::string_view candidate) {
  candidate = without_punctuation(candidate);
  if (!url_fault(candidate))
    normalised_.insert(normalised_url(candidate));
}

void url_set::add_from(std::string_view text) {
  const auto plain = without_escapes(text);
  std::string_view rest = plain;
  while (normalised_.size() < urls_max) {
    const auto mark = rest.find("://");
    if (mark == rest.npos)
      return;
    const auto after = mark + 3;
    const auto start = scheme_before(rest.substr(0, after));
    const auto ascii = after + url_length(rest.substr(after), is_ascii_url_character);
    if (start) {
      // An address that goes on beyond ASCII ends at the next one at the latest.
      const auto next = std::min(rest.find("://", ascii), rest.size());
      const auto all = after + url_length(rest.substr(after, next - after), is_url_character);
      add(rest.substr(*start, ascii - *start));
      add(rest.substr(*start, all - *start));
    }
    rest.remove_prefix(ascii);
  }
}

bool url_set::contains(std::string_view url) const {
  return normalised_.contains(normalised_url(url));
}

} // namespace hedgerow
