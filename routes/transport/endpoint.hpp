#pragma once

#include "contracts/error.hpp"
#include "routes/route_config.hpp"
#include "routes/transport/proxy.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace hedgerow {

/// Where a provider listens and how its connections are made.
struct endpoint {
  bool tls = false;
  /// A name in lower case or an address; IPv6 without its brackets.
  std::string host;
  std::uint16_t port = 80;
  /// Path in front of every call, for example `/v1`; no slash at the end.
  std::string prefix;
  /// The value of the Host header.
  std::string authority;
  /// PEM file of the authorities to trust instead of the system's; empty: the system's.
  std::string ca_file;
  /// Idle connections to keep, over all threads.
  std::size_t idle_max = 64;
  /// The proxy on the way; null: none.
  std::shared_ptr<const http_proxy> via;
  /// Connections of endpoints with the same origin are interchangeable.
  std::string origin;
};

/// Whether requests to `x` are read by a proxy, not only passed on.
inline bool is_read_by_proxy(const endpoint& x) { return x.via && !x.tls; }

/// Reads `scheme://host[:port][/prefix]` with `http` or `https`.
/// Errors: `config_invalid` for anything else, user names, queries and fragments included.
result<endpoint> parse_base_url(std::string_view url);

/// The endpoint of `provider`, by way of its proxy among `proxies`.
/// Errors: those of `parse_base_url`.
result<endpoint> endpoint_of(const provider_config& provider, const http_proxies& proxies = {});

} // namespace hedgerow
