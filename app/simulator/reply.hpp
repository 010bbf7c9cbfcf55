#pragma once

#include "app/simulator/script.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// The bytes of a reply: head and body of one HTTP/1.1 message. No I/O.
namespace hedgerow::simulated {

/// One whole reply as it goes on the wire.
struct reply {
  std::string bytes;
  /// Where the body begins in `bytes`.
  std::size_t head = 0;
};

/// What of a call shows in its reply.
struct asked {
  /// As the caller named it; answers repeat it.
  std::string_view model;
  /// Of the model, from 1; it is part of the answer's id.
  std::uint64_t number = 0;
  /// Of the request's body; the usage is made up from it.
  std::size_t bytes = 0;
  bool keep_alive = true;
};

/// The reply that `how` wants, in the OpenAI dialect.
reply render(const behaviour& how, const asked& by);

} // namespace hedgerow::simulated
