// The yardstick for the gateway: a proxy that forwards POST requests to one upstream and does
// nothing else. One thread, one coroutine for each connection, each with an upstream connection of
// its own that is kept alive.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <charconv>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string_view>

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

namespace {

/// A peer that leaves ends the conversation, as an exception that nobody waits for.
asio::awaitable<void> session(beast::tcp_stream caller, tcp::endpoint where) {
  beast::tcp_stream upstream{caller.get_executor()};
  upstream.expires_never();
  co_await upstream.async_connect(where, asio::use_awaitable);
  upstream.socket().set_option(tcp::no_delay{true});
  beast::flat_buffer from_caller;
  beast::flat_buffer from_upstream;
  for (bool open = true; open;) {
    http::request<http::string_body> asked;
    co_await http::async_read(caller, from_caller, asked, asio::use_awaitable);
    open = asked.keep_alive();
    asked.target("/v1/chat/completions");
    co_await http::async_write(upstream, asked, asio::use_awaitable);
    http::response<http::string_body> answer;
    co_await http::async_read(upstream, from_upstream, answer, asio::use_awaitable);
    co_await http::async_write(caller, answer, asio::use_awaitable);
  }
}

asio::awaitable<void> listen(tcp::acceptor& door, tcp::endpoint upstream) {
  for (;;) {
    tcp::socket caller = co_await door.async_accept(asio::use_awaitable);
    caller.set_option(tcp::no_delay{true});
    asio::co_spawn(door.get_executor(), session(beast::tcp_stream{std::move(caller)}, upstream),
                   asio::detached);
  }
}

} // namespace

int main(int argc, char** argv) {
  const std::string_view digits = argc == 2 ? argv[1] : "";
  std::uint16_t port = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (port == 0) {
    std::cerr << "usage: bench_proxy UPSTREAM_PORT\n";
    return 2;
  }
  asio::io_context io{1};
  const auto loopback = asio::ip::address_v4::loopback();
  tcp::acceptor door{io, {loopback, 0}};
  asio::signal_set signals{io, SIGTERM, SIGINT};
  signals.async_wait([&](const boost::system::error_code&, int) { io.stop(); });
  asio::co_spawn(io, listen(door, {loopback, port}), asio::detached);
  std::cout << "proxy listens on http://127.0.0.1:" << door.local_endpoint().port() << std::endl;
  io.run();
  return EXIT_SUCCESS;
}
