#include "app/gateway/connection.hpp"

#include <boost/beast/http/status.hpp>

#include <poll.h>

#include <array>
#include <charconv>

namespace hedgerow {

std::string head_of(const reply& x, framing how, bool keep_alive) {
  constexpr std::size_t own_bytes = 160;
  const auto reason = boost::beast::http::obsolete_reason(
      boost::beast::http::int_to_status(static_cast<unsigned>(x.status)));
  std::string out;
  out.reserve(own_bytes + x.headers.bytes().size());
  out += "HTTP/1.1 " + std::to_string(x.status) + ' ';
  out.append(reason.data(), reason.size()).append("\r\ncontent-type: ").append(x.type);
  if (how == framing::length)
    out += "\r\ncontent-length: " + std::to_string(x.body.size());
  else if (how == framing::chunks)
    out += "\r\ntransfer-encoding: chunked";
  if (!keep_alive)
    out += "\r\nconnection: close";
  out.append("\r\n").append(x.headers.bytes()).append("\r\n");
  return out;
}

void append_framed(std::string& out, framing how, std::string_view bytes) {
  if (how != framing::chunks) {
    out += bytes;
    return;
  }
  if (bytes.empty())
    return; // An empty chunk would end the body.
  std::array<char, 16> size{};
  const auto end = std::to_chars(size.data(), size.data() + size.size(), bytes.size(), 16).ptr;
  out.append(size.data(), end).append("\r\n").append(bytes).append("\r\n");
}

bool has_left(tcp::socket& peer) {
  pollfd look{.fd = peer.native_handle(), .events = POLLRDHUP, .revents = 0};
  return ::poll(&look, 1, 0) != 0;
}

} // namespace hedgerow
