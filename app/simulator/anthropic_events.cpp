#include "app/simulator/anthropic.hpp"
#include "app/simulator/words.hpp"
#include "contracts/json.hpp"

namespace hedgerow::simulated::anthropic {

namespace {

/// Words one stream, event by event; the blocks are numbered as they are opened.
class narrator {
public:
  /// `members` are those of the event's data beside its type.
  void tell(event_kind kind, std::string_view type, std::string_view members = {}) {
    std::string bytes = "event: ";
    bytes.append(type).append("\ndata: {\"type\":\"").append(type).append("\"");
    bytes.append(members).append("}\n\n");
    told_.push_back({kind, std::move(bytes)});
  }

  void start(event_kind kind, std::string_view block) {
    tell(kind, "content_block_start", at() + R"(,"content_block":)" + std::string{block});
  }

  void stop() {
    tell(event_kind::frame, "content_block_stop", at());
    ++block_;
  }

  void tell_delta(std::string_view type, std::string_view member, std::string_view text) {
    auto members = at() + R"(,"delta":{"type":")" + std::string{type} + "\"";
    append_member(members, member, text);
    tell(event_kind::piece, "content_block_delta", members + "}");
  }

  std::vector<event> end() {
    tell(event_kind::end, "message_stop");
    return std::move(told_);
  }

private:
  std::string at() const { return ",\"index\":" + std::to_string(block_); }

  std::size_t block_ = 0;
  std::vector<event> told_;
};

void tell_text(narrator& x, std::string_view text, std::size_t piece) {
  x.start(event_kind::frame, R"({"type":"text","text":""})");
  for (const auto part : pieces_of(text, piece))
    x.tell_delta("text_delta", "text", part);
  x.stop();
}

void tell_call(narrator& x, const tool_call& call, std::size_t index, std::size_t piece) {
  std::string block = R"({"type":"tool_use")";
  append_member(block, "id", id_of(call, index));
  append_member(block, "name", call.name);
  x.start(event_kind::piece, block + R"(,"input":{}})");
  x.tell_delta("input_json_delta", "partial_json", "");
  for (const auto part : pieces_of(call.arguments, piece))
    x.tell_delta("input_json_delta", "partial_json", part);
  x.stop();
}

} // namespace

std::vector<event> events_of(const answer& said, const asked& by, std::size_t piece) {
  narrator x;
  x.tell(event_kind::frame, "message_start",
         R"(,"message":)" + message_head(by)
             + R"(,"content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":)"
             + std::to_string(tokens_of(by.bytes))
             + R"(,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,)"
               R"("output_tokens":1}})");
  if (!said.text.empty() || (said.tool_calls.empty() && said.refusal.empty()))
    tell_text(x, said.text, piece);
  for (std::size_t i = 0; i < said.tool_calls.size(); ++i)
    tell_call(x, said.tool_calls[i], i, piece);
  x.tell(event_kind::finish, "message_delta",
         R"(,"delta":{)" + stop_of(said) + R"(},"usage":{"output_tokens":)"
             + std::to_string(tokens_of(bytes_said(said))) + "}");
  return x.end();
}

} // namespace hedgerow::simulated::anthropic
