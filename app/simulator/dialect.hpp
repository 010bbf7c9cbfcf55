#pragma once

#include "app/simulator/content.hpp"
#include "app/simulator/delivery.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// The provider's side of a dialect: it reads requests and words answers. One table each.
namespace hedgerow::simulated {

struct dialect;

/// Where a call goes.
struct address {
  const dialect* speaks = nullptr;
  /// The model, where the path names it.
  std::string model{};
  /// The path asks for a stream, and for one that is a JSON array rather than events.
  bool stream = false;
  bool array = false;
};

/// What a request asks for, as far as a simulator cares.
struct question {
  std::string model;
  bool stream = false;
  /// The stream is to have an event with the usage.
  bool usage = false;
  /// The stream is to be a JSON array rather than events.
  bool array = false;
  /// The text of the last message, if that is the assistant's own.
  std::optional<std::string> prefill;
  /// As compact JSON.
  std::string last_message;
};

/// Why a request gets no answer.
struct rejection {
  int status = 400;
  provider_error why;
};

/// What is wrong with a request, before a dialect words it.
enum class mistake : std::uint8_t {
  unreadable, ///< With the reason.
  method,     ///< With the one that was used.
  no_key,
  wrong_key,
  no_header, ///< With its name.
  model,     ///< Unknown; with its name.
  prefill,   ///< The last message is the assistant's, which the model does not take.
};

/// What of a call shows in its reply.
struct asked {
  const dialect* in = nullptr;
  question what;
  /// Of the model, from 1; it is part of the answer's id.
  std::uint64_t number = 0;
  /// Of the request's body; the usage is made up from it.
  std::size_t bytes = 0;
  bool keep_alive = true;
  /// The wait drawn for the first token of a stream.
  microseconds first_token{0};
};

/// One event of a stream, as it goes on the wire.
struct event {
  event_kind kind = event_kind::piece;
  std::string bytes;
};

/// What tells one provider from another.
struct dialect {
  std::string_view name;
  /// Any of these carries the caller's key; `authorization` with `Bearer ` before it.
  std::array<std::string_view, 2> key_headers;
  /// Has to be there; empty: none.
  std::string_view wanted_header;
  /// Ends an event.
  std::string_view blank;
  /// A sign of life; empty: a comment.
  std::string_view ping;

  /// Reads the body of a call. Rejects what the provider would: broken JSON, no model, no messages.
  std::variant<question, rejection> (*read)(std::string_view body, const address& at);
  rejection (*reject)(mistake what, std::string_view detail);
  /// A whole answer.
  std::string (*body)(const answer& said, const asked& by);
  /// The same in events, with at most `piece` characters of text in each.
  std::vector<event> (*events)(const answer& said, const asked& by, std::size_t piece);
  /// What `why` leaves empty is what the provider says with `status`.
  std::string (*error_body)(int status, const provider_error& why);
  /// The same as an event of a stream.
  std::string (*error_event)(int status, const provider_error& why);
};

/// Whose address `target` is (path and query), if anybody's. OpenAI's path begins with `prefix`.
std::optional<address> address_of(std::string_view target, std::string_view prefix);

} // namespace hedgerow::simulated
