// The parts of a benchmark of streams: a provider that streams at a steady pace, a plain Beast
// relay, and a client that holds many streams open and looks at the gaps between their tokens.
//
//   bench_streams provide MILLISECONDS        a token in each stream so often
//   bench_streams relay PORT                  passes on what the server at PORT says
//   bench_streams listen PORT STREAMS SECONDS [hold]
//
// `listen` prints `STREAMS_OPEN TOKENS P50 P99 P999`, the gaps in microseconds. With `hold` it says
// `holding` when all streams have brought a token, and ends at the end of its input.

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using steady = std::chrono::steady_clock;

namespace {

constexpr auto quietly = asio::as_tuple(asio::use_awaitable);
constexpr std::string_view token_mark = R"("content":"tok)";

std::uint64_t number_of(std::string_view digits) {
  std::uint64_t out = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), out);
  return out;
}

std::string chunked(std::string_view bytes) {
  std::array<char, 32> size{};
  const auto n = std::snprintf(size.data(), size.size(), "%zx\r\n", bytes.size());
  return std::string{size.data(), static_cast<std::size_t>(n)}.append(bytes).append("\r\n");
}

// -- provide --------------------------------------------------------------------------------------

asio::awaitable<void> provide_one(tcp::socket caller, std::chrono::milliseconds pace) {
  beast::flat_buffer buffer;
  http::request<http::string_body> asked;
  auto [failed, n] = co_await http::async_read(caller, buffer, asked, quietly);
  if (failed)
    co_return;
  static const std::string token = chunked(
      R"(data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":"tok "},"logprobs":null,"finish_reason":null}]})"
      "\n\n");
  static const std::string head =
      "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
  auto head_bytes = asio::buffer(head);
  auto [not_sent, m] = co_await asio::async_write(caller, head_bytes, quietly);
  if (not_sent)
    co_return;
  // Streams that began together do not beat together.
  const auto phase = std::chrono::microseconds{std::rand() % (1000 * pace.count())};
  asio::steady_timer next{caller.get_executor(), steady::now() + phase};
  for (;;) {
    co_await next.async_wait(quietly);
    auto bytes = asio::buffer(token);
    auto [gone, k] = co_await asio::async_write(caller, bytes, quietly);
    if (gone)
      co_return;
    next.expires_at(next.expiry() + pace);
  }
}

// -- relay ----------------------------------------------------------------------------------------

/// As Beast's own documentation relays a body of any length: by a parser and a serializer with a
/// buffer between them.
asio::awaitable<void> relay_one(tcp::socket caller, tcp::endpoint where) {
  beast::flat_buffer from_caller;
  http::request<http::string_body> asked;
  auto [failed, n] = co_await http::async_read(caller, from_caller, asked, quietly);
  if (failed)
    co_return;
  tcp::socket upstream{caller.get_executor()};
  auto [unreachable] = co_await upstream.async_connect(where, quietly);
  if (unreachable)
    co_return;
  upstream.set_option(tcp::no_delay{true});
  auto [not_asked, m] = co_await http::async_write(upstream, asked, quietly);
  if (not_asked)
    co_return;
  beast::flat_buffer from_upstream;
  http::response_parser<http::buffer_body> parser;
  parser.body_limit(boost::none);
  auto [no_head, k] = co_await http::async_read_header(upstream, from_upstream, parser, quietly);
  if (no_head)
    co_return;
  http::response_serializer<http::buffer_body> out{parser.get()};
  auto [head_lost, j] = co_await http::async_write_header(caller, out, quietly);
  std::array<char, 2048> room{};
  while (!head_lost && (!parser.is_done() || !out.is_done())) {
    auto& body = parser.get().body();
    body.data = room.data();
    body.size = room.size();
    auto [read_failed, r] =
        co_await http::async_read_some(upstream, from_upstream, parser, quietly);
    if (read_failed && read_failed != http::error::need_buffer)
      co_return;
    body.size = room.size() - body.size;
    body.data = room.data();
    body.more = !parser.is_done();
    if (body.size == 0 && body.more)
      continue;
    auto [write_failed, w] = co_await http::async_write(caller, out, quietly);
    if (write_failed && write_failed != http::error::need_buffer)
      co_return;
  }
}

asio::awaitable<void> accept(tcp::acceptor& door,
                             std::function<asio::awaitable<void>(tcp::socket)> serve) {
  for (;;) {
    auto [failed, caller] = co_await door.async_accept(quietly);
    if (failed)
      co_return;
    caller.set_option(tcp::no_delay{true});
    auto conversation = serve(std::move(caller));
    asio::co_spawn(door.get_executor(), std::move(conversation), asio::detached);
  }
}

int serve(const char* name, std::function<asio::awaitable<void>(tcp::socket)> each) {
  asio::io_context io{1};
  tcp::acceptor door{io, {asio::ip::address_v4::loopback(), 0}};
  door.listen(16384);
  asio::signal_set signals{io, SIGTERM, SIGINT};
  signals.async_wait([&](const boost::system::error_code&, int) { io.stop(); });
  asio::co_spawn(io, accept(door, std::move(each)), asio::detached);
  std::cout << name << " listens on http://127.0.0.1:" << door.local_endpoint().port() << std::endl;
  io.run();
  return EXIT_SUCCESS;
}

// -- listen ---------------------------------------------------------------------------------------

struct listening {
  tcp::endpoint to;
  steady::time_point measure_from;
  std::size_t open = 0;
  std::size_t tokens = 0;
  std::vector<std::uint32_t> gaps;
  std::size_t wanted = 0;
  bool told = false;
};

std::size_t count_tokens(std::string_view bytes) {
  std::size_t n = 0;
  for (auto i = bytes.find(token_mark); i != bytes.npos; i = bytes.find(token_mark, i + 1))
    ++n;
  return n;
}

asio::awaitable<void> listen_one(asio::io_context& io, listening& all) {
  tcp::socket socket{io};
  auto [failed] = co_await socket.async_connect(all.to, quietly);
  if (failed)
    co_return;
  static const std::string body =
      R"({"model":"bench","stream":true,"messages":[{"role":"user","content":"Hello"}]})";
  static const std::string request =
      "POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
      "content-length: "
      + std::to_string(body.size()) + "\r\n\r\n" + body;
  auto bytes = asio::buffer(request);
  auto [not_sent, n] = co_await asio::async_write(socket, bytes, quietly);
  std::array<char, 4096> room{};
  auto space = asio::buffer(room);
  steady::time_point last{};
  while (!not_sent) {
    auto [gone, size] = co_await socket.async_read_some(space, quietly);
    if (gone)
      co_return;
    const auto tokens = count_tokens({room.data(), size});
    if (tokens == 0)
      continue;
    const auto now = steady::now();
    if (last == steady::time_point{})
      ++all.open;
    else if (now >= all.measure_from)
      all.gaps.push_back(static_cast<std::uint32_t>(
          std::chrono::duration_cast<std::chrono::microseconds>(now - last).count()));
    all.tokens += tokens;
    last = now;
  }
}

/// Streams are opened some at a time: what is measured is many streams, not many openings.
asio::awaitable<void> open_all(asio::io_context& io, listening& all) {
  asio::steady_timer pause{io};
  for (std::size_t i = 0; i < all.wanted; ++i) {
    asio::co_spawn(io, listen_one(io, all), asio::detached);
    if (i % 50 != 49)
      continue;
    pause.expires_after(std::chrono::milliseconds{20});
    co_await pause.async_wait(quietly);
  }
}

int listen(std::uint16_t port, std::size_t streams, std::chrono::seconds seconds, bool hold) {
  asio::io_context io{1};
  listening all;
  all.to = {asio::ip::address_v4::loopback(), port};
  all.wanted = streams;
  all.measure_from = steady::time_point::max();
  asio::co_spawn(io, open_all(io, all), asio::detached);
  const auto patience = steady::now() + std::chrono::seconds{120};
  while (all.open < streams && steady::now() < patience)
    io.run_for(std::chrono::milliseconds{50});
  if (hold) {
    std::cout << "holding " << all.open << std::endl;
    std::string line;
    std::thread wait{[&] {
      std::getline(std::cin, line);
      io.stop();
    }};
    io.run();
    wait.join();
    return EXIT_SUCCESS;
  }
  all.measure_from = steady::now();
  all.tokens = 0;
  io.run_for(seconds);
  std::ranges::sort(all.gaps);
  const auto at = [&](double q) {
    return all.gaps.empty()
               ? 0u
               : all.gaps[static_cast<std::size_t>(q * static_cast<double>(all.gaps.size() - 1))];
  };
  std::cout << all.open << ' ' << all.tokens << ' ' << at(0.5) << ' ' << at(0.99) << ' '
            << at(0.999) << std::endl;
  return EXIT_SUCCESS;
}

/// Every stream is an open file.
void raise_file_limit() {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
}

} // namespace

int main(int argc, char** argv) {
  raise_file_limit();
  const std::vector<std::string_view> words(argv + 1, argv + argc);
  const auto word = [&](std::size_t i) { return i < words.size() ? words[i] : ""; };
  const auto port = static_cast<std::uint16_t>(number_of(word(1)));
  if (word(0) == "provide" && number_of(word(1)) > 0) {
    const std::chrono::milliseconds pace{number_of(word(1))};
    return serve("provider", [pace](tcp::socket x) { return provide_one(std::move(x), pace); });
  }
  if (word(0) == "relay" && port > 0) {
    const tcp::endpoint upstream{asio::ip::address_v4::loopback(), port};
    return serve("relay", [upstream](tcp::socket x) { return relay_one(std::move(x), upstream); });
  }
  if (word(0) == "listen" && port > 0)
    return listen(port, number_of(word(2)), std::chrono::seconds{number_of(word(3))},
                  word(4) == "hold");
  std::cerr
      << "usage: bench_streams provide MILLISECONDS | relay PORT | listen PORT STREAMS SECONDS"
         " [hold]\n";
  return 2;
}
