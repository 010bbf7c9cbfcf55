#include "app/gateway/native_surface.hpp"
#include "app/gateway/stream_events.hpp"
#include "contracts/json.hpp"

namespace hedgerow::native {
namespace {

void append_event(std::string& out, std::string_view name, std::string_view data) {
  out.append("event: ").append(name).append("\ndata: ").append(data).append("\n\n");
}

} // namespace

void append_text(std::string& out, std::string_view text) {
  std::string data = R"({"text":)";
  json::append_quoted(data, text);
  append_event(out, "delta", data + '}');
}

void append_ending(std::string& out, const answer& x) {
  for (const auto& call : x.what.tool_calls) {
    std::string data = R"({"id":)";
    json::append_quoted(data, call.id);
    data += R"(,"name":)";
    json::append_quoted(data, call.name);
    data += R"(,"arguments":)";
    json::append_quoted(data, call.arguments);
    append_event(out, "tool_call", data + '}');
  }
  append_event(out, "hedgerow", write(x).body);
}

void append_break(std::string& out, const answer& x) { append_event(out, "error", write(x).body); }

} // namespace hedgerow::native
