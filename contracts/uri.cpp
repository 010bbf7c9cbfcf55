#include "contracts/uri.hpp"

#include <algorithm>
#include <charconv>

namespace hedgerow::uri {
namespace {

std::string_view take_until(std::string_view& text, std::string_view stops) {
  const auto n = std::min(text.find_first_of(stops), text.size());
  const auto out = text.substr(0, n);
  text.remove_prefix(n);
  return out;
}

/// RFC 3986 §5.2.4, segment by segment: `.` says nothing, `..` takes the last one back.
std::string without_dots(std::string_view path) {
  std::string out;
  while (!path.empty()) {
    const auto slash = path.starts_with('/');
    path.remove_prefix(slash ? 1 : 0);
    const auto segment = take_until(path, "/");
    const auto is_last = path.empty();
    if (segment == "." || segment == "..") {
      if (const auto last = out.rfind('/'); segment == "..")
        out.resize(last == out.npos ? 0 : last);
      if (is_last)
        out += '/';
      continue;
    }
    out += slash ? "/" : "";
    out += segment;
  }
  return out;
}

std::string merged(const parts& base, std::string_view path) {
  if (base.has_authority && base.path.empty())
    return '/' + std::string{path};
  const auto slash = base.path.rfind('/');
  std::string out{slash == base.path.npos ? std::string_view{} : base.path.substr(0, slash + 1)};
  out += path;
  return out;
}

} // namespace

parts split(std::string_view text) {
  parts out;
  if (const auto n = text.find_first_of(":/?#"); n != text.npos && n > 0 && text[n] == ':') {
    out.scheme = text.substr(0, n);
    text.remove_prefix(n + 1);
  }
  if (text.starts_with("//")) {
    text.remove_prefix(2);
    out.has_authority = true;
    out.authority = take_until(text, "/?#");
  }
  out.path = take_until(text, "?#");
  if (text.starts_with('?')) {
    text.remove_prefix(1);
    out.has_query = true;
    out.query = take_until(text, "#");
  }
  if (text.starts_with('#')) {
    out.has_fragment = true;
    out.fragment = text.substr(1);
  }
  return out;
}

std::string resolved(std::string_view base, std::string_view reference) {
  const auto from = split(base);
  auto to = split(reference);
  std::string path;
  if (!to.scheme.empty() || to.has_authority) {
    path = without_dots(to.path);
  } else if (to.path.empty()) {
    path = from.path;
    if (!to.has_query) {
      to.query = from.query;
      to.has_query = from.has_query;
    }
  } else {
    path = without_dots(to.path.starts_with('/') ? std::string{to.path} : merged(from, to.path));
  }
  if (to.scheme.empty()) {
    if (!to.has_authority) {
      to.authority = from.authority;
      to.has_authority = from.has_authority;
    }
    to.scheme = from.scheme;
  }
  std::string out{to.scheme};
  out += to.scheme.empty() ? "" : ":";
  if (to.has_authority)
    out.append("//").append(to.authority);
  out += path;
  if (to.has_query)
    out.append("?").append(to.query);
  return out;
}

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    unsigned char byte = 0;
    const auto* digits = text.data() + i + 1;
    if (text.size() - i < 3 || std::from_chars(digits, digits + 2, byte, 16).ptr != digits + 2)
      return std::nullopt;
    out += static_cast<char>(byte);
    i += 2;
  }
  return out;
}

} // namespace hedgerow::uri
