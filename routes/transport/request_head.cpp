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
  return size;
}

void append_number(std::string& out, std::size_t x) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, x).ptr;
  out.append(digits, end);
}

} // namespace

std::optional<std::string> request_head(const endpoint& to, const http_request& request) {
  if (!is_target(request.target))
    return std::nullopt;
  std::string out;
  out.reserve(size_of(to, request));
  out.append("POST ").append(request.target).append(" HTTP/1.1\r\nHost: ").append(to.authority);
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
