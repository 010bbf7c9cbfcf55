#include "app/gateway/anthropic_words.hpp"

#include "contracts/json.hpp"

namespace hedgerow::anthropic_surface {

std::string_view stop_reason(finish_reason x) {
  switch (x) {
  case finish_reason::stop:
    return "end_turn";
  case finish_reason::tool_calls:
    return "tool_use";
  case finish_reason::length:
    return "max_tokens";
  case finish_reason::content_filter:
    return "refusal";
  }
  return "end_turn";
}

bool is_withheld(const answer& x, bool wants_format) {
  return x.ended == outcome::blocked
         || (x.ended == outcome::degraded && wants_format && !x.is_json);
}

void append_tool_use(std::string& out, const tool_call& x, std::string_view input) {
  out += R"({"type":"tool_use","id":)";
  json::append_quoted(out, x.id);
  out += R"(,"name":)";
  json::append_quoted(out, x.name);
  out += R"(,"input":)";
  out += input.empty() ? "{}" : input;
  out += '}';
}

void append_usage(std::string& out, const token_usage& x) {
  out += R"(,"usage":{"input_tokens":)" + std::to_string(x.input - x.cached_input)
         + R"(,"cache_creation_input_tokens":0,"cache_read_input_tokens":)"
         + std::to_string(x.cached_input) + R"(,"output_tokens":)" + std::to_string(x.output) + '}';
}

} // namespace hedgerow::anthropic_surface
