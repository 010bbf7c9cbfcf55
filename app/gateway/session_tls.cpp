#include "app/gateway/session.hpp"

#include <boost/asio/ssl/stream.hpp>

namespace hedgerow {

asio::awaitable<void> serve_tls(tcp::socket peer, std::shared_ptr<asio::ssl::context> tls,
                                std::shared_ptr<listener_lane> lane,
                                std::shared_ptr<listener_shared> shared) {
  asio::ssl::stream<tcp::socket&> stream{peer, *tls};
  watchdog dog{peer};
  dog.within(shared->limits.header_timeout);
  auto [failed] = co_await stream.async_handshake(asio::ssl::stream_base::server, quietly);
  dog.disarm();
  if (failed) {
    shared->connections.fetch_sub(1, std::memory_order_relaxed);
    co_return;
  }
  session<asio::ssl::stream<tcp::socket&>> talk{stream, peer, std::move(lane), std::move(shared)};
  co_await talk.run();
  boost::system::error_code ignored;
  peer.shutdown(tcp::socket::shutdown_both, ignored);
}

} // namespace hedgerow
