#include "routes/anthropic_stream.hpp"

#include <algorithm>

namespace hedgerow::anthropic {
namespace {

/// More blocks than this are a model gone astray.
constexpr std::size_t blocks_max = 1024;

/// -1: the event has none that makes sense.
std::int64_t index_of(const json::value& data) {
  const auto* x = json::find(data, "index");
  return x != nullptr && x->IsInt64() && x->GetInt64() >= 0 ? x->GetInt64() : -1;
}

/// The text of an event that brings some.
const json::value* only_text(const json::value& data) {
  const auto* delta = json::find(data, "delta");
  if (json::find_text(data, "type") != "content_block_delta" || delta == nullptr
      || json::find_text(*delta, "type") != "text_delta")
    return nullptr;
  const auto* text = json::find(*delta, "text");
  return text != nullptr && text->IsString() ? text : nullptr;
}

void append_member(std::string& out, std::string_view name, std::string_view text) {
  out += ",\"";
  out += name;
  out += "\":";
  json::append_quoted(out, text);
}

} // namespace

stream_piece stream_assembly::take(const sse_event& event) {
  stream_piece out;
  if (stage_ == stream_stage::closed)
    return out;
  if (const auto text = frame_.text_in(event.data)) {
    add_text(framed_index_, *text, out);
    out.progress = out.content;
    return out;
  }
  const auto data = json::parse(event.data);
  if (data && json::is_object(*data)) {
    take_event(*data, out);
    out.progress = out.progress || out.content;
    if (!out.text.empty()) {
      frame_.learn(event.data, "text", only_text);
      framed_index_ = index_of(*data);
    }
    return out;
  }
  ++skipped_;
  if (event.name == "error")
    fail(R"({"type":"error","error":{"type":"api_error","message":"an error that is no JSON"}})");
  else if (holds_content(event.data, {"text", "partial_json", "input"}))
    fail(R"({"type":"error","error":{"type":"api_error","message":"a broken event"}})");
  return out;
}

void stream_assembly::take_event(const json::value& data, stream_piece& out) {
  const auto type = json::find_text(data, "type");
  if (type == "error" || (type.empty() && json::find(data, "error") != nullptr)) {
    fail(json::compact(data));
  } else if (type == "message_start") {
    if (const auto* message = json::find(data, "message")) {
      id_ = json::find_text(*message, "id");
      model_ = json::find_text(*message, "model");
      merge_usage(*message);
    }
  } else if (type == "content_block_start") {
    begin_block(data, out);
  } else if (type == "content_block_delta") {
    take_delta(data, out);
  } else if (type == "message_delta") {
    merge_usage(data);
    const auto* delta = json::find(data, "delta");
    const auto* reason = delta != nullptr ? json::find(*delta, "stop_reason") : nullptr;
    if (reason == nullptr || reason->IsNull())
      return;
    stop_reason_ = json::compact(*reason);
    if (const auto* details = json::find(*delta, "stop_details"))
      stop_details_ = json::compact(*details);
    stage_ = stream_stage::finished;
  } else if (type == "message_stop") {
    stage_ = stream_stage::closed;
  }
}

void stream_assembly::begin_block(const json::value& data, stream_piece& out) {
  const auto* begun = json::find(data, "content_block");
  const auto index = index_of(data);
  auto* to = begun != nullptr && index >= 0 ? begun_at(index) : nullptr;
  if (to == nullptr)
    return;
  to->type = json::find_text(*begun, "type");
  to->start = json::compact(*begun);
  if (to->type == "text") {
    add_text(index, json::find_text(*begun, "text"), out);
  } else if (to->type == "tool_use") {
    out.content = true;
  } else {
    to->text = json::find_text(*begun, "thinking");
    to->signature = json::find_text(*begun, "signature");
    out.progress = true;
  }
}

void stream_assembly::take_delta(const json::value& data, stream_piece& out) {
  const auto* delta = json::find(data, "delta");
  const auto type = delta != nullptr ? json::find_text(*delta, "type") : std::string_view{};
  if (type == "text_delta")
    return add_text(index_of(data), json::find_text(*delta, "text"), out);
  auto* to = block_at(data);
  if (to == nullptr)
    return;
  if (type == "input_json_delta" && to->type == "tool_use") {
    to->input += json::find_text(*delta, "partial_json");
    out.content = true;
  } else if (type == "thinking_delta" && to->type == "thinking") {
    to->text += json::find_text(*delta, "thinking");
    out.progress = true;
  } else if (type == "signature_delta") {
    to->signature += json::find_text(*delta, "signature");
  }
}

/// Puts `text` behind all that came before it: into the last block, if that is the text at `index`,
/// else into a block of its own.
void stream_assembly::add_text(std::int64_t index, std::string_view text, stream_piece& out) {
  if (index < 0 || text.empty())
    return;
  const auto is_last = !blocks_.empty() && blocks_.back().index == index
                       && (blocks_.back().type == "text" || blocks_.back().type.empty());
  auto* to = is_last ? &blocks_.back() : begun_at(index);
  if (to == nullptr)
    return;
  to->type = "text";
  to->text += text;
  out.text += text;
  out.content = true;
}

void stream_assembly::merge_usage(const json::value& holder) {
  const auto* usage = json::find(holder, "usage");
  if (usage == nullptr || !json::is_object(*usage))
    return;
  for (const auto& [name, value] : usage->GetObject())
    if (!value.IsNull())
      usage_.insert_or_assign(std::string{json::text_of(name)}, json::compact(value));
}

/// The last block that began at the index of an event; null if none did.
auto stream_assembly::block_at(const json::value& data) -> block* {
  const auto known = std::find_if(blocks_.rbegin(), blocks_.rend(),
                                  [&](const block& x) { return x.index == index_of(data); });
  return known == blocks_.rend() ? nullptr : &*known;
}

/// A new block; null if there are too many.
auto stream_assembly::begun_at(std::int64_t index) -> block* {
  if (blocks_.size() == blocks_max)
    return nullptr;
  auto& begun = blocks_.emplace_back();
  begun.index = index;
  return &begun;
}

void stream_assembly::fail(std::string body) {
  error_ = std::move(body);
  stage_ = stream_stage::closed;
}

std::string stream_assembly::whole() const {
  if (!error_.empty())
    return error_;
  std::string out = R"({"type":"message","role":"assistant")";
  append_member(out, "id", id_);
  append_member(out, "model", model_);
  out += R"(,"content":[)";
  for (const auto& x : blocks_)
    if (!x.type.empty())
      append_block(out, x);
  out += R"(],"stop_reason":)" + stop_reason_ + R"(,"stop_details":)" + stop_details_
         + R"(,"usage":{)";
  for (const auto& [name, value] : usage_) {
    if (out.back() != '{')
      out += ',';
    json::append_quoted(out, name);
    out += ':' + value;
  }
  return out + "}}";
}

void stream_assembly::append_block(std::string& out, const block& x) {
  if (out.back() != '[')
    out += ',';
  const auto begin = [&] {
    out += R"({"type":)";
    json::append_quoted(out, x.type);
  };
  if (x.type == "text") {
    begin();
    append_member(out, "text", x.text);
    out += '}';
  } else if (x.type == "thinking") {
    begin();
    append_member(out, "thinking", x.text);
    append_member(out, "signature", x.signature);
    out += '}';
  } else if (x.type == "tool_use" && !x.input.empty()) {
    const auto start = json::parse(x.start);
    begin();
    append_member(out, "id", start ? json::find_text(*start, "id") : std::string_view{});
    append_member(out, "name", start ? json::find_text(*start, "name") : std::string_view{});
    if (json::parse(x.input))
      out += R"(,"input":)" + x.input;
    else
      append_member(out, "input", x.input);
    out += '}';
  } else {
    out += x.start;
  }
}

} // namespace hedgerow::anthropic
