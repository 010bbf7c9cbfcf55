#pragma once

#include "contracts/completion.hpp"
#include "contracts/failure.hpp"
#include "routes/rate_headers.hpp"
#include "routes/route_config.hpp"
#include "routes/stream_piece.hpp"
#include "routes/stream_window.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <variant>

namespace hedgerow {

/// One call of a model, as a transport is asked to make it.
struct model_call {
  /// Complete as it stands: the task's system text, parameters and output format are in it.
  std::shared_ptr<const prompt> ask;
  /// The time the call may take from now on, connecting included. Never above the route's own
  /// `timeout.total`; the transport ends the call itself when it has passed.
  std::chrono::milliseconds total{30000};
  /// Upper bound of output tokens, if the request's budget sets one below the caller's.
  std::optional<std::int64_t> max_tokens;
  /// Of a streamed call: receives what comes, in order, from one thread and before the end. Null:
  /// the answer is wanted whole. A transport that cannot stream leaves it alone.
  std::function<void(stream_piece)> on_piece = nullptr;
  /// Of a streamed call: bounds the text that has been given to `on_piece` and not been taken.
  std::shared_ptr<stream_window> window = nullptr;
  /// W3C `traceparent` to send on, empty: none.
  std::string traceparent;
};

/// How long the parts of a call took; zero where it did not get there.
struct call_times {
  std::chrono::microseconds connect{0};
  std::chrono::microseconds first_byte{0};
  /// Of a streamed call.
  std::chrono::microseconds first_content{0};
  std::chrono::microseconds total{0};
};

/// Marks a call that was stopped by its caller.
struct cancelled {};

/// How a call ended: exactly one of these reaches `on_ended`, exactly once.
struct call_ended {
  std::variant<completion, failure, cancelled> what;
  call_times times;
  /// The provider's id of the call, from its headers; for the trail.
  std::string provider_request_id;
  /// What its headers said of the provider's limits.
  rates_left rates;
  /// HTTP status, 0 if there was none.
  int status = 0;
};

/// Stops a call under way; callable from any thread, more than once, and after the end.
using stop_call = std::function<void()>;

/// How a route reaches its model. Starts the call and returns at once; `on_ended` is invoked
/// exactly once, from any thread, never from inside the transport's own invocation.
using transport = std::function<stop_call(model_call, std::function<void(call_ended)> on_ended)>;

} // namespace hedgerow
