#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// The part `host[:port]` of a URL, for all who read one.
namespace hedgerow {

/// A host and a port, taken apart but not yet judged.
struct authority_parts {
  /// IPv6 without its brackets.
  std::string_view host;
  std::optional<std::string_view> port;
  bool bracketed = false;
};

/// Takes `text` apart. Nothing: its brackets are wrong.
std::optional<authority_parts> split_authority(std::string_view text);

/// Whether the host is a name, an IPv4 address or an IPv6 address in brackets.
bool is_host(const authority_parts& x);

/// A number from 1 to 65535.
std::optional<std::uint16_t> port_in(std::string_view text);

/// `host:port`, with brackets where the host needs them.
std::string authority_of(const std::string& host, std::uint16_t port);

/// `x` with its ASCII letters in lower case.
std::string lower(std::string_view x);

} // namespace hedgerow
