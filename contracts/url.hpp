#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>

/// Web addresses in answers and in prompts (RFC 3986, with the characters of RFC 3987).
namespace hedgerow {

/// The longest web address that is taken, in bytes.
inline constexpr std::size_t url_bytes_max = 4096;

/// What keeps `text` from being an absolute http or https URL, as the end of a sentence that starts
/// with "the URL" ("must not contain a space"); nothing: it is one.
///
/// Taken: `http` or `https` in any case, `://`, a host, a port from 1 to 65535 if there is one, and
/// path, query and fragment of any characters but white space, control characters and `<>"\^`{|}`;
/// a `%` starts two hex digits. The host is a name of labels (letters, digits, `-`, `_`, and
/// characters beyond ASCII), an IPv4 address, or an IPv6 address in brackets. A single label
/// (`http://intranet/`) is a host. User names and passwords are refused.
std::optional<std::string_view> url_fault(std::string_view text);

/// What two spellings of the same address have in common: scheme and host in lower case, no default
/// port, no fragment, no `/` at the end. Requires: `url_fault(text)` is empty.
std::string normalised_url(std::string_view text);

/// The web addresses that a request supplied, however it spells them.
class url_set {
public:
  /// Adds the addresses in `text`: prose, Markdown, HTML or JSON. Punctuation after an address and
  /// a bracket that it does not open are not of it. Where a character beyond ASCII follows, both
  /// readings are added: that the address goes on, and that it ends before. Linear in the text;
  /// what comes after the first 10,000 addresses is left out.
  void add_from(std::string_view text);

  /// Whether `url` is one of them. Requires: `url_fault(url)` is empty.
  bool contains(std::string_view url) const;

  bool empty() const { return normalised_.empty(); }
  std::size_t size() const { return normalised_.size(); }

private:
  void add(std::string_view candidate);

  std::set<std::string, std::less<>> normalised_;
};

} // namespace hedgerow
