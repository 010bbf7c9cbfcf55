#include "routes/transport/authority.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace hedgerow {

namespace {

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

} // namespace

std::optional<authority_parts> split_authority(std::string_view text) {
  authority_parts out;
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos)
      return std::nullopt;
    out.bracketed = true;
    out.host = text.substr(1, end - 1);
    text.remove_prefix(end + 1);
    if (!text.empty() && text.front() != ':')
      return std::nullopt;
  } else {
    const auto end = std::min(text.find(':'), text.size());
    out.host = text.substr(0, end);
    text.remove_prefix(end);
  }
  if (!text.empty())
    out.port = text.substr(1);
  return out;
}

bool is_host(const authority_parts& x) {
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

std::string authority_of(const std::string& host, std::uint16_t port) {
  const bool bracketed = host.find(':') != std::string::npos;
  return (bracketed ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::string lower(std::string_view x) {
  std::string out{x};
  for (auto& c : out)
    if (c >= 'A' && c <= 'Z')
      c = static_cast<char>(c - 'A' + 'a');
  return out;
}

} // namespace hedgerow
