#include "contracts/completion.hpp"

#include "contracts/utf8.hpp"

namespace hedgerow {
namespace {

constexpr std::int64_t bytes_per_token = 4;
constexpr std::int64_t wide_bytes_per_token = 3;
constexpr std::int64_t tokens_per_image = 765;

/// What a prompt is made of, as far as its price goes.
struct weight {
  std::int64_t plain_bytes = 0;
  std::int64_t wide_bytes = 0;
  std::int64_t images = 0;

  void add(std::string_view text) {
    const auto wide = utf8::wide_bytes(text);
    wide_bytes += static_cast<std::int64_t>(wide);
    plain_bytes += static_cast<std::int64_t>(text.size() - wide);
  }

  void add(const message& x) {
    for (const auto& piece : x.parts) {
      if (piece.what == part::kind::image)
        ++images;
      else
        add(piece.text);
    }
    for (const auto& call : x.tool_calls) {
      add(call.name);
      add(call.arguments);
    }
  }
};

} // namespace

std::string_view to_string(role x) {
  switch (x) {
  case role::system:
    return "system";
  case role::user:
    return "user";
  case role::assistant:
    return "assistant";
  case role::tool:
    return "tool";
  }
  return "unknown";
}

std::string_view to_string(finish_reason x) {
  switch (x) {
  case finish_reason::stop:
    return "stop";
  case finish_reason::tool_calls:
    return "tool_calls";
  case finish_reason::length:
    return "length";
  case finish_reason::content_filter:
    return "content_filter";
  }
  return "unknown";
}

std::int64_t estimated_input_tokens(const prompt& x) {
  weight total;
  for (const auto& piece : x.messages)
    total.add(piece);
  for (const auto& offered : x.tools) {
    total.add(offered.name);
    total.add(offered.description);
    total.add(offered.parameters);
  }
  total.add(x.format.schema);
  // Rounded up once, over both.
  constexpr auto unit = bytes_per_token * wide_bytes_per_token;
  const auto text = total.plain_bytes * wide_bytes_per_token + total.wide_bytes * bytes_per_token;
  return (text + unit - 1) / unit + total.images * tokens_per_image;
}

} // namespace hedgerow
