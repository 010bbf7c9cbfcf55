#include "app/gateway/anthropic_words.hpp"
#include "app/gateway/envelope.hpp"
#include "app/gateway/reply.hpp"
#include "app/gateway/stream_events.hpp"
#include "contracts/json.hpp"

/// Anthropic's events. Source: semantics.md §5.4.
namespace hedgerow::anthropic_surface {
namespace {

void append_event(std::string& out, std::string_view type, std::string_view members) {
  out.append("event: ").append(type).append("\ndata: {\"type\":\"").append(type).append("\"");
  out.append(members).append("}\n\n");
}

std::string at(std::size_t block) { return R"(,"index":)" + std::to_string(block); }

void append_call(std::string& out, std::size_t block, const tool_call& x) {
  std::string begun = at(block) + R"(,"content_block":)";
  append_tool_use(begun, x, {});
  append_event(out, "content_block_start", begun);
  std::string input = at(block) + R"(,"delta":{"type":"input_json_delta","partial_json":)";
  json::append_quoted(input, x.arguments);
  append_event(out, "content_block_delta", input + '}');
  append_event(out, "content_block_stop", at(block));
}

} // namespace

void append_opening(std::string& out, const stream_identity& of) {
  std::string message = R"(,"message":{"id":)";
  json::append_quoted(message, of.id);
  message += R"(,"type":"message","role":"assistant","model":)";
  json::append_quoted(message, of.model);
  message += R"(,"content":[],"stop_reason":null,"stop_sequence":null)";
  append_usage(message, {});
  append_event(out, "message_start", message + '}');
}

void append_text(std::string& out, bool is_first, std::string_view text) {
  if (is_first)
    append_event(out, "content_block_start",
                 at(0) + R"(,"content_block":{"type":"text","text":""})");
  std::string delta = at(0) + R"(,"delta":{"type":"text_delta","text":)";
  json::append_quoted(delta, text);
  append_event(out, "content_block_delta", delta + '}');
}

void append_ending(std::string& out, bool has_text, bool withheld, const answer& x) {
  std::size_t block = 0;
  if (has_text)
    append_event(out, "content_block_stop", at(block++));
  if (!withheld)
    for (const auto& call : x.what.tool_calls)
      append_call(out, block++, call);
  std::string delta = R"(,"delta":{"stop_reason":)";
  json::append_quoted(delta, withheld ? "refusal" : stop_reason(x.what.finish));
  delta += R"(,"stop_sequence":null})";
  append_usage(delta, x.usage);
  delta += R"(,"hedgerow":{)";
  append_envelope(delta, x, true);
  append_event(out, "message_delta", delta + '}');
  append_event(out, "message_stop", {});
}

void append_break(std::string& out, const answer& x) {
  auto body = error_reply(surface::anthropic, *x.problem, x.id).body;
  body.pop_back(); // the brace that ends it
  body += R"(,"hedgerow":{)";
  append_envelope(body, x, true);
  out += "event: error\ndata: " + body + "}}\n\n";
}

} // namespace hedgerow::anthropic_surface
