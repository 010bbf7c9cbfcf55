#pragma once

#include "routes/transport/exchange.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

/// The conversation with a provider. Included once per kind of stream: instantiating coroutines is
/// what takes the compiler long.
namespace hedgerow {

using maybe_failure = std::optional<failure>;

inline constexpr auto as_values = asio::as_tuple(asio::use_awaitable);

/// Has the proxy of `x` open a tunnel to the provider. What it returns of a stopped call means
/// nothing.
asio::awaitable<maybe_failure> open_tunnel(exchange& x, plain_stream& socket);

/// The end of a call to which the proxy itself answered with `status`, if that is sure.
maybe_failure refused_by_proxy(const endpoint& to, int status);

/// Shakes hands and verifies the peer's certificate and name.
asio::awaitable<maybe_failure> secure(exchange& x, tls_stream& stream);

inline failure transport_failure(std::string reason,
                                 failure_scope scope = failure_scope::traffic_class) {
  return {.kind = failure_class::transport, .reason = std::move(reason), .scope = scope};
}

template <class Stream>
std::unique_ptr<connection<Stream>> make_connection(exchange& x) {
  if constexpr (std::is_same_v<Stream, tls_stream>)
    return std::make_unique<connection<Stream>>(x.home->io, *x.home->trust(x.call.to->ca_file));
  else
    return std::make_unique<connection<Stream>>(x.home->io);
}

/// Connects `link`. What it returns of a stopped call means nothing.
template <class Stream>
asio::awaitable<maybe_failure> connect(exchange& x, connection<Stream>& link) {
  auto& socket = socket_of(link.stream);
  x.socket = &socket;
  x.enter(phase::connecting);
  const auto found = co_await x.look_up();
  if (!found)
    co_return transport_failure(
        std::string{x.call.to->via ? "cannot look up the proxy: " : "cannot look up the host: "}
            + found.error().message(),
        failure_scope::route);
  boost::system::error_code problem = asio::error::host_not_found;
  for (const auto& address : *found) {
    if (x.stopped)
      co_return std::nullopt;
    boost::system::error_code ignored;
    socket.close(ignored);
    std::tie(problem) = co_await socket.async_connect(address, as_values);
    if (!problem)
      break;
  }
  if (x.stopped)
    co_return std::nullopt;
  if (problem)
    co_return transport_failure(
        std::string{x.call.to->via ? "cannot connect to the proxy: " : "cannot connect: "}
            + problem.message(),
        failure_scope::route);
  const asio::ip::tcp::no_delay at_once{true};
  socket.set_option(at_once, problem);
  if constexpr (std::is_same_v<Stream, tls_stream>) {
    maybe_failure wrong;
    if (x.call.to->via)
      wrong = co_await open_tunnel(x, socket);
    if (wrong || x.stopped)
      co_return wrong;
    co_return co_await secure(x, link.stream);
  } else {
    co_return std::nullopt;
  }
}

inline failure broken_link(const boost::system::error_code& problem, bool touched) {
  if (problem == asio::ssl::error::stream_truncated)
    return transport_failure(touched ? "the reply was cut off" : "closed before a reply came");
  return transport_failure("the connection broke: " + problem.message());
}

/// Sends the request and reads the reply into `link.reader`. What it returns of a stopped call
/// means nothing.
template <class Stream>
asio::awaitable<maybe_failure> converse(exchange& x, connection<Stream>& link) {
  x.socket = &socket_of(link.stream);
  x.enter(phase::waiting);
  link.reader.begin(x.call.reply_bytes_max);
  const std::array<asio::const_buffer, 2> request{asio::buffer(x.head),
                                                  asio::buffer(x.call.request.body)};
  const auto [not_sent, sent] = co_await asio::async_write(link.stream, request, as_values);
  // A peer may answer and close before it has read everything; its answer counts.
  link.spoiled = not_sent.failed();
  while (!x.stopped && !link.reader.done()) {
    if (!x.may_read()) {
      co_await x.window_open();
      continue;
    }
    const auto space = link.reader.space();
    const auto buffer = asio::buffer(space.data(), space.size());
    const auto [problem, size] = co_await link.stream.async_read_some(buffer, as_values);
    if (x.stopped)
      break;
    if (problem && problem != asio::error::eof)
      co_return broken_link(problem, link.reader.touched());
    auto wrong = problem ? link.reader.closed() : link.reader.arrived(size);
    if (wrong)
      co_return wrong;
    x.take(link.reader);
  }
  co_return std::nullopt;
}

template <class Stream>
asio::awaitable<end_of_call> fetch(exchange& x) {
  auto& idle = x.home->idle<Stream>();
  const auto& to = *x.call.to;
  maybe_failure wrong;
  auto link = idle.take(to.origin, x.began);
  if (link)
    wrong = co_await converse(x, *link);
  // An idle connection whose peer closes it just now has not seen the request: once more.
  const bool stale = link && wrong && !link->reader.touched();
  if (!x.stopped && (!link || stale)) {
    link = make_connection<Stream>(x);
    wrong = co_await connect(x, *link);
    if (!x.stopped && !wrong)
      wrong = co_await converse(x, *link);
  }
  x.socket = nullptr;
  if (x.stopped)
    co_return x.end_of_stopped();
  if (wrong)
    co_return std::move(*wrong);
  const bool keep = !link->spoiled && link->reader.keeps_connection();
  auto reply = link->reader.take();
  wrong = refused_by_proxy(to, reply.status);
  if (wrong)
    co_return std::move(*wrong);
  if (keep)
    idle.put(to.origin, std::move(link), x.home->share_of(to.idle_max),
             std::chrono::steady_clock::now());
  co_return reply;
}

} // namespace hedgerow
