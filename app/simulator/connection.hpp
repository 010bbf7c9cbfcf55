#pragma once

#include "app/simulator/ledger.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include <cstddef>
#include <memory>
#include <string_view>

namespace hedgerow::simulated {

/// One client. Touched only by the thread that runs the context.
struct connection {
  explicit connection(boost::asio::ip::tcp::socket from);

  boost::asio::ip::tcp::socket socket;
  boost::asio::steady_timer timer;
  boost::beast::flat_buffer buffer;
  bool client_left = false;
  bool stopped = false;

  bool gone() const { return client_left || stopped; }
};

time_point now();

/// Waits; ends early when the client leaves or the simulator stops, which `gone()` then says.
boost::asio::awaitable<void> pause(std::shared_ptr<connection> peer, time_point until);

/// Writes all of `bytes`, which outlive the call, unless the client leaves. Says how many went out.
boost::asio::awaitable<std::size_t> write(std::shared_ptr<connection> peer, std::string_view bytes);

/// Ends the connection with a RST.
void reset(connection& x);

} // namespace hedgerow::simulated
