#include "routes/transport/proxy.hpp"

#include "contracts/uri.hpp"
#include "routes/transport/authority.hpp"
#include "routes/transport/endpoint.hpp"

#include <arpa/inet.h>
#include <openssl/evp.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace hedgerow {

namespace {

using bytes = std::vector<std::uint8_t>;

error wrong(std::string_view variable, std::string_view what) {
  return {errc::config_invalid, std::string{what} + ".", std::string{variable}};
}

std::string in_base64(std::string_view text) {
  std::string out(4 * ((text.size() + 2) / 3) + 1, '\0');
  const auto size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                    reinterpret_cast<const unsigned char*>(text.data()),
                                    static_cast<int>(text.size()));
  out.resize(static_cast<std::size_t>(size));
  return out;
}

/// The value of Proxy-Authorization for `user[:password]` out of a URL. Nothing: bad escapes.
std::optional<std::string> basic(std::string_view user_info) {
  const auto colon = std::min(user_info.find(':'), user_info.size());
  const auto user = uri::percent_decoded(user_info.substr(0, colon));
  const auto password = uri::percent_decoded(colon < user_info.size() ? user_info.substr(colon + 1)
                                                                      : std::string_view{});
  if (!user || !password)
    return std::nullopt;
  return "Basic " + in_base64(*user + ":" + *password);
}

/// The bytes of an IPv4 or IPv6 address; empty: `text` is none.
bytes address_in(const std::string& text) {
  bytes out(16);
  if (inet_pton(AF_INET6, text.c_str(), out.data()) == 1)
    return out;
  out.resize(4);
  if (inet_pton(AF_INET, text.c_str(), out.data()) == 1)
    return out;
  return {};
}

std::string_view without_dots(std::string_view name) {
  while (name.starts_with('.'))
    name.remove_prefix(1);
  if (name.ends_with('.'))
    name.remove_suffix(1);
  return name;
}

bool same_bits(const bytes& a, const bytes& b, unsigned bits) {
  const auto whole = bits / 8;
  if (a.size() != b.size() || !std::equal(a.begin(), a.begin() + whole, b.begin()))
    return false;
  return bits % 8 == 0 || (a[whole] ^ b[whole]) >> (8 - bits % 8) == 0;
}

bool is_below(std::string_view host, std::string_view name) {
  if (!host.ends_with(name))
    return false;
  host.remove_suffix(name.size());
  return host.empty() || host.ends_with('.');
}

bool covers(const direct_hosts& x, const endpoint& to) {
  if (x.port && *x.port != to.port)
    return false;
  if (x.name == "*")
    return true;
  const auto address = address_in(to.host);
  if (x.name.empty() || !address.empty())
    return x.name.empty() && same_bits(x.address, address, x.bits);
  return is_below(without_dots(to.host), x.name);
}

/// `text` is an address, or a block of them behind which a slash and a number of bits stand.
std::optional<direct_hosts> block_in(std::string_view text) {
  const auto slash = std::min(text.find('/'), text.size());
  direct_hosts out;
  out.address = address_in(std::string{text.substr(0, slash)});
  out.bits = static_cast<unsigned>(8 * out.address.size());
  if (slash < text.size()) {
    const auto end = text.data() + text.size();
    const auto most = out.bits;
    const auto [stopped, problem] = std::from_chars(text.data() + slash + 1, end, out.bits);
    if (problem != std::errc{} || stopped != end || out.bits > most)
      return std::nullopt;
  }
  return out.address.empty() ? std::nullopt : std::optional{out};
}

/// One entry of the list, which is no bare address of IPv6.
result<direct_hosts> host_in(std::string_view entry, std::string_view variable) {
  const auto parts = split_authority(entry);
  if (!parts)
    return wrong(variable, "its entry '" + std::string{entry} + "' has a bracket too many or few");
  std::optional<std::uint16_t> port;
  if (parts->port && !(port = port_in(*parts->port)))
    return wrong(variable,
                 "the port of its entry '" + std::string{entry} + "' is no number from 1 to 65535");
  auto out = block_in(parts->host).value_or(direct_hosts{});
  if (out.address.empty())
    out.name =
        lower(without_dots(parts->host.starts_with("*.") ? parts->host.substr(1) : parts->host));
  out.port = port;
  if (out.address.empty() && out.name.empty())
    return wrong(variable, "its entry '" + std::string{entry} + "' names no host");
  return out;
}

result<direct_hosts> entry_in(std::string_view entry, std::string_view variable) {
  if (auto block = block_in(entry))
    return *block;
  if (entry.find('/') != std::string_view::npos)
    return wrong(variable, "its entry '" + std::string{entry}
                               + "' is no block of addresses, such as 10.0.0.0/8");
  return host_in(entry, variable);
}

result<std::vector<direct_hosts>> direct_in(std::string_view list, std::string_view variable) {
  constexpr std::string_view gaps = ", \t";
  std::vector<direct_hosts> out;
  for (auto at = list.find_first_not_of(gaps); at != list.npos;
       at = list.find_first_not_of(gaps, at)) {
    const auto end = std::min(list.find_first_of(gaps, at), list.size());
    auto entry = entry_in(list.substr(at, end - at), variable);
    if (!entry)
      return entry.error();
    out.push_back(std::move(*entry));
    at = end;
  }
  return out;
}

/// A variable that is set, under the name it was found by.
struct setting {
  std::string name;
  std::string value;
};

/// The variable called `name`, in small letters or in capitals; an empty one is as good as none.
setting setting_of(const variable_lookup& variables, std::string name) {
  if (auto value = variables(name); value && !value->empty())
    return {name, *value};
  for (auto& c : name)
    c = c == '_' ? c : static_cast<char>(c - 'a' + 'A');
  return {name, variables(name).value_or("")};
}

result<std::shared_ptr<const http_proxy>> proxy_in(const setting& from) {
  if (from.value.empty())
    return nullptr;
  auto out = parse_proxy_url(from.value, from.name);
  if (!out)
    return out.error();
  return std::make_shared<const http_proxy>(std::move(*out));
}

} // namespace

result<http_proxy> parse_proxy_url(std::string_view url, std::string_view variable) {
  if (const auto colon = url.find("://"); colon != url.npos) {
    if (lower(url.substr(0, colon)) != "http")
      return wrong(variable, "its URL must start with http://; other proxies are not spoken to");
    url.remove_prefix(colon + 3);
  }
  http_proxy out;
  // A password may hold an `@` as it is, and so may a path, which a proxy has no use for.
  url = url.substr(0, url.find_first_of("/?#"));
  if (const auto at = url.rfind('@'); at != url.npos) {
    auto credentials = basic(url.substr(0, at));
    if (!credentials)
      return wrong(variable, "its user name or password has a % without two hex digits behind it; "
                             "write %25 for the character itself");
    out.authorization = std::move(*credentials);
    url.remove_prefix(at + 1);
  }
  const auto parts = split_authority(url);
  if (!parts || !is_host(*parts))
    return wrong(variable, "its host is no name and no address (IPv6 stands in brackets; in a user "
                           "name or password, / is written %2F)");
  const auto port = parts->port ? port_in(*parts->port) : out.port;
  if (!port)
    return wrong(variable,
                 "its port is no number from 1 to 65535 (in a user name or password, / is "
                 "written %2F)");
  out.host = lower(parts->host);
  out.port = *port;
  out.authority = authority_of(out.host, out.port);
  return out;
}

std::shared_ptr<const http_proxy> http_proxies::on_the_way_to(const endpoint& to) const {
  const auto& way = to.tls ? https : http;
  const bool is_direct =
      way && std::ranges::any_of(direct, [&to](const auto& x) { return covers(x, to); });
  return is_direct ? nullptr : way;
}

result<http_proxies> read_proxies(const variable_lookup& variables) {
  auto https = proxy_in(setting_of(variables, "https_proxy"));
  if (!https)
    return https.error();
  auto http = proxy_in(setting_of(variables, "http_proxy"));
  if (!http)
    return http.error();
  http_proxies out{.https = std::move(*https), .http = std::move(*http), .direct = {}};
  // Where no proxy is, nobody cares who would not use it.
  if (!out.https && !out.http)
    return out;
  const auto except = setting_of(variables, "no_proxy");
  auto direct = direct_in(except.value, except.name);
  if (!direct)
    return direct.error();
  out.direct = std::move(*direct);
  return out;
}

std::string tunnel_request(const endpoint& to) {
  const auto target = authority_of(to.host, to.port);
  auto out = "CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n";
  if (!to.via->authorization.empty())
    out += "Proxy-Authorization: " + to.via->authorization + "\r\n";
  return out + "\r\n";
}

} // namespace hedgerow
