#include "app/simulator/connection.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <utility>

// GCC 12 takes Asio's allocator of coroutine frames for a mismatch once it inlines their start.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

namespace hedgerow::simulated {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr auto as_tuple = asio::as_tuple(asio::use_awaitable);

/// Whether the other side has closed: a look at the socket without taking anything from it.
bool has_left(tcp::socket& socket) {
  std::array<char, 1> next{};
  boost::system::error_code failed;
  socket.receive(asio::buffer(next), tcp::socket::message_peek, failed);
  return failed && failed != asio::error::would_block;
}

/// Wakes whoever waits on the connection's timer as soon as the client closes.
void watch(std::shared_ptr<connection> peer) {
  auto& socket = peer->socket;
  socket.async_wait(tcp::socket::wait_read, [peer](boost::system::error_code failed) {
    if (failed || !has_left(peer->socket))
      return;
    peer->client_left = true;
    peer->timer.cancel();
  });
}

} // namespace

connection::connection(tcp::socket from) : socket{std::move(from)}, timer{socket.get_executor()} {}

time_point now() { return std::chrono::steady_clock::now(); }

asio::awaitable<void> pause(std::shared_ptr<connection> peer, time_point until) {
  if (peer->gone())
    co_return;
  peer->timer.expires_at(until);
  watch(peer);
  co_await peer->timer.async_wait(as_tuple);
  boost::system::error_code ignored;
  peer->socket.cancel(ignored);
}

asio::awaitable<std::size_t> write(std::shared_ptr<connection> peer, std::string_view bytes) {
  const auto all = asio::buffer(bytes);
  const auto [failed, written] = co_await asio::async_write(peer->socket, all, as_tuple);
  peer->client_left = peer->client_left || failed;
  co_return written;
}

void reset(connection& x) {
  boost::system::error_code ignored;
  x.socket.set_option(asio::socket_base::linger{true, 0}, ignored);
  x.socket.close(ignored);
}

} // namespace hedgerow::simulated
