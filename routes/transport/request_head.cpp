#include "routes/transport/request_head.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace hedgerow {

namespace {

bool is_target(std::string_view x) {
  return x.starts_with('/') && std::ranges::all_of(x, [](char c) { return c > ' ' && c < 0x7f; });
}

bool is_name(std::string_view x) {
  return !x.empty()
         && std::ranges::all_of(x, [](char c) { return c > ' ' && c < 0x7f && c != ':'; });
}

bool is_value(std::string_view x) {
  return std::ranges::none_of(x, [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

std::size_t size_of(const endpoint& to, const http_request& request) {
  std::size_t size = 128 + request.target.size() + to.authority.size();
  for (const auto& [name, value] : request.headers)
    size += name.size() + value.size() + 4;
  if (to.via)
    size += 64 + to.authority.size() + to.via->authorization.size();
  return size;
}

void append_number(std::string& out, std::size_t x) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, x).ptr;
  out.append(digits, end);
}

/// The target. A proxy that reads the request must be told the host, too.
void append_target(std::string& out, const endpoint& to, const http_request& request) {
  if (is_read_by_proxy(to))
    out.append("http://").append(to.authority);
  out.append(request.target);
}

} // namespace

std::optional<std::string> request_head(const endpoint& to, const http_request& request) {
  if (!is_target(request.target))
    return std::nullopt;
  std::string out;
  out.reserve(size_of(to, request));
  out.append("POST ");
  append_target(out, to, request);
  out.append(" HTTP/1.1\r\nHost: ").append(to.authority);
  if (is_read_by_proxy(to) && !to.via->authorization.empty())
    out.append("\r\nProxy-Authorization: ").append(to.via->authorization);
  out.append("\r\nConnection: keep-alive\r\nContent-Length: ");
  append_number(out, request.body.size());
  out.append("\r\n");
  for (const auto& [name, value] : request.headers) {
    if (!is_name(name) || !is_value(value))
      return std::nullopt;
    out.append(name).append(": ").append(value).append("\r\n");
  }
  out.append("\r\n");
  return out;
}

} // namespace hedgerow
