#pragma once

#include "contracts/error.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Proxies on the way to providers, as the usual environment variables name them.
namespace hedgerow {

struct endpoint;

/// An HTTP proxy.
struct http_proxy {
  /// A name in lower case or an address; IPv6 without its brackets.
  std::string host;
  std::uint16_t port = 80;
  /// `host:port`, for people to read.
  std::string authority;
  /// The value of Proxy-Authorization; empty: none. A secret: never logged, never in a message.
  std::string authorization;
};

/// Reads `[http://][user:password@]host[:port]`; user and password may be percent-encoded, and the
/// port is 80 unless given. Errors: `config_invalid` with the parameter `variable`, without the
/// URL, which may hold a password.
result<http_proxy> parse_proxy_url(std::string_view url, std::string_view variable);

/// Hosts to which no proxy leads, one entry of NO_PROXY.
struct direct_hosts {
  /// A name in lower case, for itself and all names below it, or `*` for every host. Empty: the
  /// entry is a block of addresses.
  std::string name;
  /// Four or sixteen bytes, of which the first `bits` bits count.
  std::vector<std::uint8_t> address;
  unsigned bits = 0;
  /// Only this port.
  std::optional<std::uint16_t> port;
};

/// Which calls take which proxy.
struct http_proxies {
  /// For `https` endpoints; null: none.
  std::shared_ptr<const http_proxy> https;
  /// For `http` endpoints; null: none.
  std::shared_ptr<const http_proxy> http;
  std::vector<direct_hosts> direct;

  /// The proxy that calls to `to` take; null: none.
  std::shared_ptr<const http_proxy> on_the_way_to(const endpoint& to) const;
};

/// The value of an environment variable, if it is set.
using variable_lookup = std::function<std::optional<std::string>(std::string_view name)>;

/// Reads `https_proxy`, `http_proxy` and `no_proxy`; where one is not set or empty, its name in
/// capitals. NO_PROXY is a list, at commas and blanks, of what curl knows: a name (with all below
/// it, with or without a dot in front), an address, a block as `10.0.0.0/8`, or `*`; a port may
/// follow as in `host:8080`. Names are not looked up to compare them with addresses.
/// Errors: `config_invalid` with the name of the variable that is wrong as the parameter.
result<http_proxies> read_proxies(const variable_lookup& variables);

/// What asks the proxy of `to` for a tunnel to it. Requires: `to.via`.
std::string tunnel_request(const endpoint& to);

} // namespace hedgerow
