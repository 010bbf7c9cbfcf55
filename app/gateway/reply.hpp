#pragma once

#include "contracts/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace hedgerow {

/// Header fields as they go on the wire, each line with its end.
class header_lines {
public:
  /// Control characters in `value` become question marks: some values come from providers.
  void add(std::string_view name, std::string_view value);

  std::string_view bytes() const { return bytes_; }

private:
  std::string bytes_;
};

/// An HTTP reply of ours, complete but for what the connection adds.
struct reply {
  int status = 200;
  header_lines headers = {};
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
