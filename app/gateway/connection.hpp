#pragma once

#include "app/gateway/listener.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <memory>
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

/// The reply's head and body as they go on the wire. Values are stripped of control characters:
/// some come from providers.
std::string head_of(const reply& x, bool keep_alive);

/// The peer has closed its side, or the connection is broken.
bool has_left(tcp::socket& peer);

} // namespace hedgerow
