#include "routes/transport/endpoint.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

namespace hedgerow {

namespace {

/// What follows the scheme, taken apart but not yet judged.
struct url_parts {
  std::string_view host;
  std::optional<std::string_view> port;
  std::string_view path;
  bool bracketed = false;
};

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

std::string lower(std::string_view x) {
  std::string out{x};
  for (auto& c : out)
    if (c >= 'A' && c <= 'Z')
      c = static_cast<char>(c - 'A' + 'a');
  return out;
}

error bad_url(std::string_view url, std::string_view what) {
  return {errc::config_invalid, "base_url '" + std::string{url} + "': " + std::string{what} + ".",
          "base_url"};
}

std::optional<bool> tls_of(std::string_view scheme) {
  const auto name = lower(scheme);
  if (name == "https")
    return true;
  if (name == "http")
    return false;
  return std::nullopt;
}

std::optional<url_parts> split(std::string_view rest) {
  url_parts out;
  const auto slash = std::min(rest.find('/'), rest.size());
  auto authority = rest.substr(0, slash);
  out.path = rest.substr(slash);
  if (authority.starts_with('[')) {
    const auto end = authority.find(']');
    if (end == std::string_view::npos)
      return std::nullopt;
    out.bracketed = true;
    out.host = authority.substr(1, end - 1);
    authority.remove_prefix(end + 1);
    if (!authority.empty() && authority.front() != ':')
      return std::nullopt;
  } else {
    const auto end = std::min(authority.find(':'), authority.size());
    out.host = authority.substr(0, end);
    authority.remove_prefix(end);
  }
  if (!authority.empty())
    out.port = authority.substr(1);
  return out;
}

bool is_host(const url_parts& x) {
  if (x.bracketed) {
    in6_addr unused;
    return inet_pton(AF_INET6, std::string{x.host}.c_str(), &unused) == 1;
  }
  const auto allowed = [](char c) {
    return is_alphanumeric(c) || c == '.' || c == '-' || c == '_';
  };
  return !x.host.empty() && x.host.size() <= 253 && std::ranges::all_of(x.host, allowed);
}

std::optional<std::uint16_t> port_in(std::string_view text) {
  std::uint16_t port = 0;
  const auto end = text.data() + text.size();
  const auto [stopped, problem] = std::from_chars(text.data(), end, port);
  if (problem != std::errc{} || stopped != end || port == 0)
    return std::nullopt;
  return port;
}

bool is_path(std::string_view x) {
  return std::ranges::all_of(x, [](char c) { return c > ' ' && c < 0x7f && c != '?' && c != '#'; });
}

std::string authority_of(const endpoint& x, bool bracketed) {
  auto out = bracketed ? "[" + x.host + "]" : x.host;
  if (x.port != (x.tls ? 443 : 80))
    out += ":" + std::to_string(x.port);
  return out;
}

std::string origin_of(const endpoint& x) {
  return (x.tls ? "https://" : "http://") + x.authority + " " + x.ca_file;
}

} // namespace

result<endpoint> parse_base_url(std::string_view url) {
  const auto colon = url.find("://");
  if (colon == std::string_view::npos)
    return bad_url(url, "it must start with http:// or https://");
  const auto tls = tls_of(url.substr(0, colon));
  if (!tls)
    return bad_url(url, "it must start with http:// or https://");
  const auto parts = split(url.substr(colon + 3));
  if (!parts || !is_host(*parts))
    return bad_url(url, "its host is no name and no address (IPv6 stands in brackets)");
  const auto port = parts->port ? port_in(*parts->port) : std::uint16_t(*tls ? 443 : 80);
  if (!port)
    return bad_url(url, "its port is no number from 1 to 65535");
  if (!is_path(parts->path))
    return bad_url(url, "its path has a query, a fragment or a character that must be escaped");
  endpoint out;
  out.tls = *tls;
  out.host = lower(parts->host);
  out.port = *port;
  out.prefix = parts->path;
  while (out.prefix.ends_with('/'))
    out.prefix.pop_back();
  out.authority = authority_of(out, parts->bracketed);
  out.origin = origin_of(out);
  return out;
}

result<endpoint> endpoint_of(const provider_config& provider) {
  auto out = parse_base_url(provider.base_url);
  if (!out)
    return out;
  out->ca_file = provider.ca_file;
  out->idle_max = provider.connections;
  out->origin = origin_of(*out);
  return out;
}

} // namespace hedgerow
