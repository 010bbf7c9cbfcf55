#pragma once

#include "contracts/failure.hpp"
#include "routes/http.hpp"
#include "routes/transport.hpp"
#include "routes/transport/endpoint.hpp"
#include "routes/transport/io_contexts.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <variant>
#include <vector>

namespace hedgerow {

struct lane;

/// Limits on the time of one HTTP call, each from its start.
struct http_timeouts {
  /// Name look-up, connection, the tunnel of a proxy and TLS handshake; from the start of
  /// connecting.
  std::chrono::milliseconds connect{2000};
  /// To the first byte of the reply; of an event stream, to the first progress.
  std::chrono::milliseconds first_byte{30000};
  /// Of an event stream: between one progress and the next.
  std::chrono::milliseconds stall{30000};
  /// To the last byte of the reply.
  std::chrono::milliseconds total{30000};
};

/// What some bytes of an event stream were to its listener.
enum class heard : std::uint8_t {
  noise,    ///< Nothing that the call waits for.
  progress, ///< Some of it: the wait for more begins anew.
  end,      ///< All of it. The reply may end or be cut off.
};

/// One POST to a provider.
struct http_call {
  std::shared_ptr<const endpoint> to;
  http_request request;
  http_timeouts within;
  std::size_t reply_bytes_max = 16u << 20;
  /// Receives the body of a reply that is an event stream (2xx, `text/event-stream`) as it comes,
  /// on the call's context; the reply then ends without one. Null: every body is collected.
  std::function<heard(std::string_view)> listen = nullptr;
  /// Nothing more is read while it is shut. May be null.
  std::shared_ptr<stream_window> window = nullptr;
};

/// How an HTTP call ended. Any status is a reply. A failure is of class
/// `transport` (refused, unknown name, TLS, reset, cut off, too large, not HTTP),
/// `latency` (one of `http_timeouts` passed), or
/// `auth` (the call cannot be made as configured: a header with a line break, an unreadable CA
/// file).
struct http_outcome {
  std::variant<http_reply, failure, cancelled> what;
  call_times times;
};

/// What holds for all calls of a client.
struct client_options {
  /// Those on the way to the endpoints that are made for the client.
  http_proxies proxies = {};
};

/// An HTTP/1.1 client. Keeps idle connections per context and origin, so there are no locks.
///
/// A connection that the peer closed while it was idle is replaced without anybody noticing; one
/// that it closes before the first byte of a reply is replaced once per call.
class http_client {
public:
  /// Requires: each context is run by at most one thread, outlives the client, and runs until every
  /// call has ended.
  explicit http_client(std::vector<boost::asio::io_context*> contexts, client_options options = {});

  /// Closes. Calls in flight still end, on their contexts.
  ~http_client();

  http_client(const http_client&) = delete;
  http_client& operator=(const http_client&) = delete;

  const http_proxies& proxies() const { return options_.proxies; }

  /// Starts `call` on the running thread's context, else on the next in turn. `on_ended` is invoked
  /// exactly once, on that context, never from inside `start`. Stopping closes the connection at
  /// once, so the peer knows. Callable from any thread.
  stop_call start(http_call call, std::function<void(http_outcome)> on_ended);

  /// Has `act` done on the context where a call started now would be, never from inside `post`.
  void post(std::function<void()> act);

  /// Stops every call in flight and closes every idle connection; calls started later are cancelled
  /// at once. Afterwards the contexts have nothing left to do. Callable from any thread.
  void close();

private:
  io_contexts contexts_;
  const client_options options_;
  std::vector<std::shared_ptr<lane>> lanes_;
};

} // namespace hedgerow
