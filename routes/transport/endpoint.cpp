#include "routes/transport/endpoint.hpp"

#include "routes/transport/authority.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace hedgerow {

namespace {

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

bool is_path(std::string_view x) {
  return std::ranges::all_of(x, [](char c) { return c > ' ' && c < 0x7f && c != '?' && c != '#'; });
}

/// The Host header's value: the port stands in it only where it is not the scheme's own.
std::string host_header(const endpoint& x) {
  auto out = authority_of(x.host, x.port);
  if (x.port == (x.tls ? 443 : 80))
    out.resize(out.rfind(':'));
  return out;
}

/// The proxy's credentials are no part of it: a client knows one pair for each.
std::string origin_of(const endpoint& x) {
  auto out = (x.tls ? "https://" : "http://") + x.authority + " " + x.ca_file;
  if (x.via)
    out += " via " + x.via->authority;
  return out;
}

} // namespace

result<endpoint> parse_base_url(std::string_view url) {
  const auto colon = url.find("://");
  if (colon == std::string_view::npos)
    return bad_url(url, "it must start with http:// or https://");
  const auto tls = tls_of(url.substr(0, colon));
  if (!tls)
    return bad_url(url, "it must start with http:// or https://");
  const auto rest = url.substr(colon + 3);
  const auto slash = std::min(rest.find('/'), rest.size());
  const auto path = rest.substr(slash);
  const auto parts = split_authority(rest.substr(0, slash));
  if (!parts || !is_host(*parts))
    return bad_url(url, "its host is no name and no address (IPv6 stands in brackets)");
  const auto port = parts->port ? port_in(*parts->port) : std::uint16_t(*tls ? 443 : 80);
  if (!port)
    return bad_url(url, "its port is no number from 1 to 65535");
  if (!is_path(path))
    return bad_url(url, "its path has a query, a fragment or a character that must be escaped");
  endpoint out;
  out.tls = *tls;
  out.host = lower(parts->host);
  out.port = *port;
  out.prefix = path;
  while (out.prefix.ends_with('/'))
    out.prefix.pop_back();
  out.authority = host_header(out);
  out.origin = origin_of(out);
  return out;
}

result<endpoint> endpoint_of(const provider_config& provider, const http_proxies& proxies) {
  auto out = parse_base_url(provider.base_url);
  if (!out)
    return out;
  out->ca_file = provider.ca_file;
  out->idle_max = provider.connections;
  out->via = proxies.on_the_way_to(*out);
  out->origin = origin_of(*out);
  return out;
}

} // namespace hedgerow
