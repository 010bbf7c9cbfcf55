#include "contracts/format_reader.hpp"
#include "contracts/format_rules.hpp"
#include "contracts/uri.hpp"
#include "contracts/utf8.hpp"

#include <algorithm>

namespace hedgerow::formats {
namespace {

/// Which characters beyond ASCII are allowed (RFC 3987 §2.2).
enum class alphabet { ascii, unicode, unicode_and_private };

constexpr std::string_view unreserved = "-._~";
constexpr std::string_view sub_delims = "!$&'()*+,;=";

bool is_in(char c, std::string_view set) { return set.find(c) != set.npos; }

bool is_private(char32_t c) {
  return (c >= 0xe000 && c <= 0xf8ff) || (c >= 0xf0000 && c <= 0xffffd)
         || (c >= 0x100000 && c <= 0x10fffd);
}

bool is_ucschar(char32_t c) {
  if (c >= 0x10000)
    return c < 0xf0000 && (c & 0xffff) < 0xfffe && (c < 0xe0000 || c >= 0xe1000);
  return (c >= 0xa0 && c <= 0xd7ff) || (c >= 0xf900 && c <= 0xfdcf) || (c >= 0xfdf0 && c <= 0xffef);
}

/// Whether `text` is made of unreserved characters, those in `others`, percent encodings and what
/// `beyond` allows.
bool consists_of(std::string_view text, std::string_view others, alphabet beyond) {
  while (!text.empty()) {
    std::size_t n = 1;
    if (text[0] == '%') {
      n = 3;
      if (text.size() < 3 || !is_hex(text[1]) || !is_hex(text[2]))
        return false;
    } else if (text[0] < 0) {
      n = std::max<std::size_t>(utf8::sequence_length(text), 1);
      const auto c = utf8::character(text.substr(0, n));
      const auto fits = is_ucschar(c) || (beyond == alphabet::unicode_and_private && is_private(c));
      if (beyond == alphabet::ascii || !fits)
        return false;
    } else if (!is_alphanumeric(text[0]) && !is_in(text[0], unreserved)
               && !is_in(text[0], sub_delims) && !is_in(text[0], others)) {
      return false;
    }
    text.remove_prefix(n);
  }
  return true;
}

bool is_scheme(std::string_view text) {
  return is_letter(text[0])
         && std::ranges::all_of(text, [](char c) { return is_alphanumeric(c) || is_in(c, "+-."); });
}

bool is_future_address(std::string_view text) {
  reader in{text};
  return in.take("vV") && !in.take_while(is_hex).empty() && in.take(".") && !in.at_end()
         && in.rest().find('%') == text.npos && consists_of(in.rest(), ":", alphabet::ascii);
}

bool is_authority(std::string_view text, alphabet beyond) {
  if (const auto at = text.find('@'); at != text.npos) {
    if (!consists_of(text.substr(0, at), ":", beyond))
      return false;
    text.remove_prefix(at + 1);
  }
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == text.npos)
      return false;
    const auto address = text.substr(1, end - 1);
    if (!is_ipv6(address) && !is_future_address(address))
      return false;
    text.remove_prefix(end + 1);
    return text.empty() || (text[0] == ':' && std::ranges::all_of(text.substr(1), is_digit));
  }
  const auto colon = std::min(text.find(':'), text.size());
  return consists_of(text.substr(0, colon), "", beyond)
         && std::ranges::all_of(text.substr(std::min(colon + 1, text.size())), is_digit);
}

bool is_reference(std::string_view text, alphabet beyond) {
  const auto x = uri::split(text);
  if (!x.scheme.empty() && !is_scheme(x.scheme))
    return false;
  if (x.has_authority && !is_authority(x.authority, beyond))
    return false;
  // Without a scheme a colon in the first segment would be taken for the end of one.
  const auto first = x.path.substr(0, x.path.find('/'));
  if (x.scheme.empty() && !x.has_authority && first.find(':') != first.npos)
    return false;
  const auto in_query = beyond == alphabet::ascii ? beyond : alphabet::unicode_and_private;
  return consists_of(x.path, ":@/", beyond) && consists_of(x.query, ":@/?", in_query)
         && consists_of(x.fragment, ":@/?", beyond);
}

bool has_scheme(std::string_view text) { return !uri::split(text).scheme.empty(); }

/// The name of a template's variable: letters, digits, `_`, percent encodings, single dots between.
bool is_variable_name(std::string_view text) {
  if (text.empty() || text.starts_with('.') || text.ends_with('.') || text.find("..") != text.npos)
    return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (text.size() - i < 3 || !is_hex(text[i + 1]) || !is_hex(text[i + 2]))
        return false;
      i += 2;
    } else if (!is_alphanumeric(text[i]) && !is_in(text[i], "_.")) {
      return false;
    }
  }
  return true;
}

/// A name, then perhaps `:3` or `*`.
bool is_variable(std::string_view text) {
  if (text.ends_with('*'))
    text.remove_suffix(1);
  else if (const auto colon = text.find(':'); colon != text.npos) {
    const auto length = text.substr(colon + 1);
    if (length.empty() || length.size() > 4 || length[0] == '0'
        || !std::ranges::all_of(length, is_digit))
      return false;
    text = text.substr(0, colon);
  }
  return is_variable_name(text);
}

bool is_expression(std::string_view text) {
  if (!text.empty() && is_in(text[0], "+#./;?&=,!@|"))
    text.remove_prefix(1);
  while (true) {
    const auto comma = text.find(',');
    if (!is_variable(text.substr(0, comma)))
      return false;
    if (comma == text.npos)
      return true;
    text.remove_prefix(comma + 1);
  }
}

/// What may stand outside of expressions (RFC 6570 §2.1, with its erratum 6937 for `'`).
bool is_literal(std::string_view text) {
  return consists_of(text, ":/?#[]@", alphabet::unicode_and_private);
}

} // namespace

bool is_uri(std::string_view text) { return has_scheme(text) && is_uri_reference(text); }

bool is_uri_reference(std::string_view text) { return is_reference(text, alphabet::ascii); }

bool is_iri(std::string_view text) { return has_scheme(text) && is_iri_reference(text); }

bool is_iri_reference(std::string_view text) { return is_reference(text, alphabet::unicode); }

bool is_uri_template(std::string_view text) {
  while (!text.empty()) {
    const auto open = std::min(text.find('{'), text.size());
    if (!is_literal(text.substr(0, open)))
      return false;
    text.remove_prefix(open);
    if (text.empty())
      break;
    const auto close = text.find('}');
    if (close == text.npos || !is_expression(text.substr(1, close - 1)))
      return false;
    text.remove_prefix(close + 1);
  }
  return true;
}

} // namespace hedgerow::formats
