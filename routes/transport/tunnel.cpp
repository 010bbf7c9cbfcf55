#include "routes/transport/fetch.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

namespace hedgerow {

namespace beast = boost::beast;
namespace http = boost::beast::http;

namespace {

constexpr std::size_t head_bytes_max = 16 << 10;

failure proxy_failure(std::string reason) {
  return transport_failure(std::move(reason), failure_scope::route);
}

/// Why a proxy that answers with `status` passes nothing on. Its own words are not repeated: they
/// may hold anything.
failure refusal(const http_proxy& by, int status) {
  if (status != 407)
    return proxy_failure("the proxy refused to connect, with status " + std::to_string(status));
  return proxy_failure(by.authorization.empty()
                           ? "the proxy wants credentials (status 407)"
                           : "the proxy wants credentials other than ours (status 407)");
}

/// Reads the proxy's answer, which has no body if it agrees and is of no interest if not.
class tunnel_reply {
public:
  tunnel_reply() {
    parser_.skip(true);
    // The parser's own limit forgets the lines that it has taken in before.
    parser_.header_limit(2 * head_bytes_max);
  }

  asio::mutable_buffer space() { return bytes_.prepare(1024); }

  maybe_failure arrived(std::size_t size) {
    bytes_.commit(size);
    boost::system::error_code problem;
    bytes_.consume(parser_.put(bytes_.data(), problem));
    size_ += size;
    if (!done() && size_ > head_bytes_max)
      return proxy_failure("the proxy's answer is too long");
    if (problem && problem != http::error::need_more)
      return proxy_failure("the proxy's answer is not HTTP: " + problem.message());
    return std::nullopt;
  }

  bool done() const { return parser_.is_header_done(); }

  /// What the answer comes to; requires `done()`.
  maybe_failure verdict(const http_proxy& by) const {
    const auto& head = parser_.get();
    if (head.result_int() / 100 != 2)
      return refusal(by, static_cast<int>(head.result_int()));
    // A provider under TLS waits for us, so whatever is there already is not its own.
    if (bytes_.size() > 0)
      return proxy_failure("the proxy sent something before the provider could");
    return std::nullopt;
  }

private:
  beast::flat_buffer bytes_;
  std::size_t size_ = 0;
  http::response_parser<http::empty_body> parser_;
};

} // namespace

asio::awaitable<maybe_failure> open_tunnel(exchange& x, plain_stream& socket) {
  const auto request = tunnel_request(*x.call.to);
  // Whether it got out shows in the answer.
  co_await asio::async_write(socket, asio::buffer(request), as_values);
  tunnel_reply reply;
  while (!x.stopped && !reply.done()) {
    const auto space = reply.space();
    const auto [problem, size] = co_await socket.async_read_some(space, as_values);
    if (problem == asio::error::eof)
      co_return proxy_failure("the proxy closed the connection before it had answered");
    if (problem)
      co_return proxy_failure("the connection to the proxy broke: " + problem.message());
    if (auto wrong = reply.arrived(size))
      co_return wrong;
  }
  if (x.stopped)
    co_return std::nullopt;
  co_return reply.verdict(*x.call.to->via);
}

maybe_failure refused_by_proxy(const endpoint& to, int status) {
  // Any other status may be the provider's own.
  if (is_read_by_proxy(to) && status == 407)
    return refusal(*to.via, status);
  return std::nullopt;
}

} // namespace hedgerow
