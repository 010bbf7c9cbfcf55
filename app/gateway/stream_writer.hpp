#pragma once

#include "actors/request.hpp"
#include "app/gateway/reply.hpp"
#include "app/gateway/stream_events.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hedgerow {

/// How a streamed call wants to be answered.
struct stream_form {
  surface on = surface::native;
  /// Of OpenAI's surface: a last chunk with the usage was asked for.
  bool wants_usage = false;
  /// JSON or a tool call was asked for, which a degraded text is not.
  bool wants_format = false;
  /// Seconds since 1970.
  std::int64_t created = 0;
};

/// Words one streamed answer as server-sent events of its surface, in three ways of ending: the
/// whole answer, a policy stop, or an error event after which the connection closes.
class stream_writer {
public:
  explicit stream_writer(const stream_form& form) : form_{form} {}

  /// Whether anything has been said. Before that, a request that ends without an answer is an
  /// ordinary error reply.
  bool has_begun() const { return has_begun_; }

  /// The head of the reply, and the events that open it. `about`: what is known by now; `spent`:
  /// since the call arrived, if the request has ended.
  reply begin(const answer& about, std::optional<std::chrono::microseconds> spent);

  /// Text of the answer; requires `has_begun()`.
  std::string text(std::string_view x);

  /// What is left to say of `x`, the end included; requires `has_begun()`.
  std::string end(const answer& x);

private:
  void append_break(std::string& out, const answer& x) const;

  stream_form form_;
  bool has_begun_ = false;
  /// Of OpenAI's surface.
  openai_surface::chunk_words chunks_;
  /// Bytes of the answer's text that have been said.
  std::size_t said_ = 0;
};

/// Whether `x` can be told as a stream from its beginning; if not, it is an error reply.
bool is_streamable(const answer& x);

} // namespace hedgerow
