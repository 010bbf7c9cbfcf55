#include "app/simulator/simulator.hpp"

#include "app/simulator/connection.hpp"
#include "app/simulator/dialect.hpp"
#include "app/simulator/incoming.hpp"
#include "app/simulator/openai.hpp"
#include "app/simulator/performance.hpp"
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
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

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

namespace {

constexpr auto as_tuple = asio::as_tuple(asio::use_awaitable);
constexpr std::uint32_t header_bytes_max = 64u << 10;

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
  const simulator_options options;
  ledger book;
  tcp::acceptor acceptor;
  std::uint16_t port = 0;
  std::set<connection*> open;
  bool stopped = false;
};

namespace {

void tell(const server& on, const call& x) {
  if (on.options.on_end)
    on.options.on_end(x);
}

std::string_view view(beast::string_view x) { return {x.data(), x.size()}; }

/// Finds out what is asked, and enters it into the book. Says why, if that is not to be answered.
std::optional<rejection> admit(server& on, const request& x, visit& into) {
  const auto target = view(x.target());
  const auto at = address_of(target, on.prefix);
  if (!at)
    return openai::wrong_path(view(x.method_string()), target.substr(0, target.find('?')));
  into.by.in = at->speaks;
  into.seen.dialect = at->speaks->name;
  if (auto wrong = wrong_head(x, *at->speaks, on.api_key))
    return wrong;
  auto read = at->speaks->read(x.body(), *at);
  if (auto* wrong = std::get_if<rejection>(&read))
    return std::move(*wrong);
  auto& what = into.by.what = std::move(std::get<question>(read));
  into.seen.model = what.model;
  into.seen.stream = what.stream;
  into.seen.prefilled = what.prefill.has_value();
  into.seen.last_message = what.last_message.substr(0, on.options.request_bytes_kept);
  auto entered = on.book.admit(into.seen);
  if (!entered)
    return at->speaks->reject(mistake::model, what.model);
  into.by.number = entered->number;
  into.by.first_token = entered->then.first_token;
  into.entered = std::move(*entered);
  return std::nullopt;
}

/// Says why there is no answer. True if the connection can be used again.
asio::awaitable<bool> turn_away(server& on, std::shared_ptr<connection> peer, visit& x,
                                const rejection& why) {
  behaviour how;
  how.status = why.status;
  how.says = why.why;
  const auto said = render(how, x.by);
  x.seen.status = why.status;
  x.seen.how = ending::rejected;
  x.seen.bytes_sent = said.bytes.size();
  x.seen.ended = now();
  on.book.reject(x.seen);
  co_await write(peer, said.bytes);
  co_return x.by.keep_alive;
}

/// Reads one call and meets it. True if the connection can be used again.
asio::awaitable<bool> serve(server& on, std::shared_ptr<connection> peer) {
  http::request_parser<http::string_body> parser;
  parser.header_limit(header_bytes_max);
  parser.body_limit(on.options.body_bytes_max);
  const auto [failed, size] =
      co_await http::async_read(peer->socket, peer->buffer, parser, as_tuple);
  if (failed && !is_malformed(failed))
    co_return false;
  const auto& x = parser.get();
  visit made;
  made.seen = seen(x, now(), on.options.request_bytes_kept);
  made.by.in = &openai::table;
  made.by.bytes = x.body().size();
  made.by.keep_alive = !failed && x.keep_alive();
  const auto why = failed ? unreadable(failed) : admit(on, x, made);
  bool more = false;
  if (why)
    more = co_await turn_away(on, peer, made, *why);
  else
    more = co_await perform(on.book, peer, made);
  tell(on, made.seen);
  co_return more;
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

std::string simulator::root_url() const {
  const auto& address = server_->options.address;
  const auto host = address.find(':') == address.npos ? address : "[" + address + "]";
  return "http://" + host + ":" + std::to_string(port());
}

std::string simulator::base_url() const { return root_url() + server_->prefix; }

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
