#pragma once

#include "app/gateway/listener.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>

/// Inside the listener: what its translation units share.
namespace hedgerow {

namespace asio = boost::asio;
using asio::ip::tcp;

struct connection_entry {
  tcp::socket* socket = nullptr;
  bool idle = false;
};

/// One context's share of a listener; touched only on its thread.
struct listener_lane {
  explicit listener_lane(asio::io_context& io) : context{&io}, acceptor{io} {}

  asio::io_context* context;
  tcp::acceptor acceptor;
  std::unordered_set<connection_entry*> open;
  bool draining = false;
};

/// What all connections of a listener share.
struct listener_shared {
  service to;
  server_limits limits;
  std::atomic<std::size_t> connections{0};
};

/// Serves one connection until it ends. `peer` is accepted on `lane`'s context.
asio::awaitable<void> serve_plain(tcp::socket peer, std::shared_ptr<listener_lane> lane,
                                  std::shared_ptr<listener_shared> shared);

/// The same after a TLS handshake.
asio::awaitable<void> serve_tls(tcp::socket peer, std::shared_ptr<asio::ssl::context> tls,
                                std::shared_ptr<listener_lane> lane,
                                std::shared_ptr<listener_shared> shared);

/// How the end of a body is told.
enum class framing : std::uint8_t {
  length,
  chunks,
  closing, ///< By the end of the connection: HTTP/1.0 has nothing else for a body of any length.
};

/// The reply's head as it goes on the wire.
std::string head_of(const reply& x, framing how, bool keep_alive);

/// Appends a piece of a body of any length.
void append_framed(std::string& out, framing how, std::string_view bytes);

/// What ends a body that was sent in pieces.
inline std::string_view end_of_body(framing how) {
  return how == framing::chunks ? std::string_view{"0\r\n\r\n"} : std::string_view{};
}

/// The peer has closed its side, or the connection is broken.
bool has_left(tcp::socket& peer);

} // namespace hedgerow
