#pragma once

#include "contracts/error.hpp"
#include "routes/http.hpp"

#include <string>
#include <string_view>

namespace hedgerow {

/// An HTTP reply of ours, complete but for what the connection adds.
struct reply {
  int status = 200;
  http_headers headers = {};
  std::string body = {};
  std::string_view type = "application/json";
};

/// Which of the callers' interfaces a call came in by; errors take its shape.
enum class surface : std::uint8_t { native, openai, anthropic };

/// `problem` in the shape of `on`, with its status. `id` names the request, empty: none was begun.
reply error_reply(surface on, const error& problem, std::string_view id);

/// The same with another status than the code's own.
reply error_reply(surface on, const error& problem, std::string_view id, int status);

} // namespace hedgerow
