#include "app/simulator/simulator.hpp"

#include "app/simulator/incoming.hpp"
#include "app/simulator/openai.hpp"
#include "app/simulator/reply.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

// GCC 12 takes Asio's allocator of coroutine frames for a mismatch once it inlines their start.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

namespace hedgerow {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

namespace simulated {

using openai::rejection;

namespace {

constexpr auto as_tuple = asio::as_tuple(asio::use_awaitable);
constexpr std::uint32_t header_bytes_max = 64u << 10;

time_point now() { return std::chrono::steady_clock::now(); }

/// One client. Touched only by the thread that runs the context.
struct connection {
  explicit connection(tcp::socket from) : socket{std::move(from)}, timer{socket.get_executor()} {}

  tcp::socket socket;
  asio::steady_timer timer;
  beast::flat_buffer buffer;
  bool client_left = false;
  bool stopped = false;

  bool gone() const { return client_left || stopped; }
};

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

void reset(tcp::socket& socket) {
  boost::system::error_code ignored;
  socket.set_option(asio::socket_base::linger{true, 0}, ignored);
  socket.close(ignored);
}

/// How many bytes of the reply leave, and how the call ends with them.
struct extent {
  std::size_t bytes = 0;
  ending how = ending::answered;
};

extent extent_of(const behaviour& how, const reply& said) {
  if (how.reset_after)
    return {std::min(*how.reset_after, said.bytes.size()), ending::reset};
  if (how.cut_after)
    return {std::min(said.head + *how.cut_after, said.bytes.size()), ending::cut};
  return {said.bytes.size(), ending::answered};
}

/// Where the piece that begins at `sent` ends: all that leaves, or one drop of the body.
std::size_t piece_end(const behaviour& how, const reply& said, std::size_t sent, std::size_t most) {
  if (!how.pace)
    return most;
  return std::min(std::max(sent, said.head) + how.pace->bytes, most);
}

} // namespace

/// What the connections of one simulator share.
struct server {
  server(asio::io_context& context, script what, simulator_options chosen)
      : api_key{what.api_key},
        prefix{what.prefix},
        options{std::move(chosen)},
        book{std::move(what), options.calls_kept, now()},
        acceptor{context} {}

  const std::string api_key;
  const std::string prefix;
  const std::string path = prefix + "/chat/completions";
  const simulator_options options;
  ledger book;
  tcp::acceptor acceptor;
  std::uint16_t port = 0;
  std::set<connection*> open;
  bool stopped = false;
};

namespace {

/// A call that the script answers.
struct progress {
  call seen;
  ledger::entry entered;
  std::size_t request_bytes = 0;
  bool keep_alive = true;
};

void note(server& on, progress& x, ending how, std::size_t sent) {
  x.seen.how = how;
  x.seen.bytes_sent = sent;
  x.seen.ended = now();
  on.book.end(x.entered, how, sent, x.seen.ended);
}

void tell(const server& on, const call& x) {
  if (on.options.on_end)
    on.options.on_end(x);
}

/// Looks into the request and enters it in the book, or says why there is no answer to it.
std::variant<ledger::entry, rejection> admit(server& on, const request& x, call& made) {
  if (auto wrong = wrong_address(x, on.path, on.api_key))
    return std::move(*wrong);
  auto asked_for = openai::read(x.body());
  if (auto* wrong = std::get_if<rejection>(&asked_for))
    return std::move(*wrong);
  made.model = std::move(std::get<openai::question>(asked_for).model);
  if (auto entered = on.book.admit(made))
    return std::move(*entered);
  return openai::unknown_model(made.model);
}

/// Waits; ends early when the client leaves or the simulator stops, which `gone()` then says.
asio::awaitable<void> pause(std::shared_ptr<connection> peer, time_point until) {
  if (peer->gone())
    co_return;
  peer->timer.expires_at(until);
  watch(peer);
  co_await peer->timer.async_wait(as_tuple);
  boost::system::error_code ignored;
  peer->socket.cancel(ignored);
}

/// Sends what leaves of the reply, in pieces if the script says so.
/// The end is noted before the last byte leaves, so that who has read a reply finds it in the log.
asio::awaitable<void> send(server& on, std::shared_ptr<connection> peer, progress& x,
                           const reply& said) {
  const auto& how = *x.entered.then.how;
  const auto most = extent_of(how, said);
  std::size_t sent = 0;
  while (sent < most.bytes && !peer->gone()) {
    if (sent > 0) {
      const auto next = now() + how.pace->every;
      co_await pause(peer, next);
      if (peer->gone())
        break;
    }
    const auto end = piece_end(how, said, sent, most.bytes);
    if (end == most.bytes)
      note(on, x, most.how, end);
    const auto piece = asio::buffer(said.bytes.data() + sent, end - sent);
    const auto [failed, written] = co_await asio::async_write(peer->socket, piece, as_tuple);
    sent += written;
    peer->client_left = peer->client_left || failed;
  }
  if (sent < most.bytes)
    note(on, x, peer->stopped ? ending::stopped : ending::client_closed, sent);
  else if (most.bytes == 0)
    note(on, x, most.how, 0);
}

/// Does what the script says. True if the connection can be used again.
asio::awaitable<bool> perform(server& on, std::shared_ptr<connection> peer, progress& x) {
  const auto& then = x.entered.then;
  if (then.how->silent)
    co_await pause(peer, time_point::max());
  else if (then.wait.count() > 0)
    co_await pause(peer, x.seen.arrived + then.wait);
  if (peer->gone()) {
    note(on, x, peer->stopped ? ending::stopped : ending::client_closed, 0);
  } else {
    const asked by{x.seen.model, x.seen.number, x.request_bytes, x.keep_alive};
    const auto said = render(*then.how, by);
    co_await send(on, peer, x, said);
  }
  if (x.seen.how == ending::reset)
    reset(peer->socket);
  tell(on, x.seen);
  if (x.seen.how != ending::answered)
    co_return false;
  co_return x.keep_alive;
}

/// Says why there is no answer. True if the connection can be used again.
asio::awaitable<bool> turn_away(server& on, std::shared_ptr<connection> peer, call& made,
                                const rejection& why, bool keep_alive) {
  behaviour how;
  how.status = why.status;
  how.says = why.why;
  const asked by{made.model, 0, 0, keep_alive};
  const auto said = render(how, by);
  made.status = why.status;
  made.how = ending::rejected;
  made.bytes_sent = said.bytes.size();
  made.ended = now();
  on.book.reject(made);
  const auto bytes = asio::buffer(said.bytes);
  const auto [failed, written] = co_await asio::async_write(peer->socket, bytes, as_tuple);
  tell(on, made);
  co_return !failed && keep_alive;
}

/// Reads one call and meets it. True if the connection can be used again.
asio::awaitable<bool> serve(server& on, std::shared_ptr<connection> peer) {
  http::request_parser<http::string_body> parser;
  parser.header_limit(header_bytes_max);
  parser.body_limit(on.options.body_bytes_max);
  const auto [failed, size] =
      co_await http::async_read(peer->socket, peer->buffer, parser, as_tuple);
  const auto& x = parser.get();
  auto made = seen(x, now(), on.options.request_bytes_kept);
  if (failed && !is_malformed(failed))
    co_return false;
  if (failed) {
    const auto why = unreadable(failed);
    co_return co_await turn_away(on, peer, made, why, false);
  }
  auto admitted = admit(on, x, made);
  if (const auto* why = std::get_if<rejection>(&admitted))
    co_return co_await turn_away(on, peer, made, *why, x.keep_alive());
  progress begun{std::move(made), std::get<ledger::entry>(admitted), x.body().size(),
                 x.keep_alive()};
  co_return co_await perform(on, peer, begun);
}

/// One connection, from its first call to its last.
asio::awaitable<void> converse(std::shared_ptr<server> on, tcp::socket socket) {
  const auto peer = std::make_shared<connection>(std::move(socket));
  on->open.insert(peer.get());
  bool more = true;
  while (more && !peer->gone())
    more = co_await serve(*on, peer);
  on->open.erase(peer.get());
}

/// Takes connections until the simulator stops.
asio::awaitable<void> listen(std::shared_ptr<server> on) {
  while (!on->stopped) {
    auto [failed, socket] = co_await on->acceptor.async_accept(as_tuple);
    if (on->stopped)
      co_return;
    if (failed) {
      // Out of descriptors, most likely: those that close meanwhile make room.
      asio::steady_timer later{on->acceptor.get_executor(), std::chrono::milliseconds{20}};
      co_await later.async_wait(as_tuple);
      continue;
    }
    boost::system::error_code ignored;
    socket.set_option(tcp::no_delay{true}, ignored);
    socket.non_blocking(true, ignored);
    asio::co_spawn(on->acceptor.get_executor(), converse(on, std::move(socket)), asio::detached);
  }
}

void open(server& x) {
  const tcp::endpoint where{asio::ip::make_address(x.options.address), x.options.port};
  x.acceptor.open(where.protocol());
  x.acceptor.set_option(asio::socket_base::reuse_address{true});
  x.acceptor.bind(where);
  x.acceptor.listen(asio::socket_base::max_listen_connections);
  x.port = x.acceptor.local_endpoint().port();
}

void close(server& x) {
  boost::system::error_code ignored;
  x.stopped = true;
  x.acceptor.close(ignored);
  for (auto* peer : x.open) {
    peer->stopped = true;
    peer->socket.close(ignored);
    peer->timer.cancel();
  }
}

} // namespace

} // namespace simulated

simulator::simulator(asio::io_context& context, simulated::script what, simulator_options options)
    : server_{std::make_shared<simulated::server>(context, std::move(what), std::move(options))} {
  simulated::open(*server_);
  asio::co_spawn(context, simulated::listen(server_), asio::detached);
}

simulator::~simulator() { stop(); }

std::uint16_t simulator::port() const { return server_->port; }

std::string simulator::base_url() const {
  const auto& address = server_->options.address;
  const auto host = address.find(':') == address.npos ? address : "[" + address + "]";
  return "http://" + host + ":" + std::to_string(port()) + server_->prefix;
}

void simulator::set(const std::string& model, simulated::steps to) {
  server_->book.set(model, std::move(to), simulated::now());
}

void simulator::set(const std::string& model, simulated::behaviour to) {
  set(model, simulated::steps{simulated::always(std::move(to))});
}

std::vector<simulated::call> simulator::calls() const { return server_->book.calls(); }

simulated::tally simulator::count(std::string_view model) const {
  return server_->book.count(model);
}

simulated::tally simulator::count() const { return server_->book.count(); }

bool simulator::wait_for(const std::function<bool(const simulated::tally&)>& enough,
                         std::chrono::milliseconds limit) const {
  return server_->book.wait_for(enough, limit);
}

void simulator::stop() {
  asio::post(server_->acceptor.get_executor(), [on = server_] { simulated::close(*on); });
}

} // namespace hedgerow
