#include "routes/gemini_stream.hpp"

#include <utility>

namespace hedgerow::gemini {
namespace {

/// More parts than this are a model gone astray; the rest is passed over.
constexpr std::size_t parts_max = 4096;

void keep(std::string& to, const json::value& holder, std::string_view name) {
  if (const auto* x = json::find(holder, name); x != nullptr && !x->IsNull())
    to = json::compact(*x);
}

void append_member(std::string& out, std::string_view name, std::string_view json_text) {
  if (json_text.empty())
    return;
  if (out.back() != '{')
    out += ',';
  out += '"';
  out += name;
  out += "\":";
  out += json_text;
}

std::string text_part(std::string_view text) {
  std::string out = R"({"text":)";
  json::append_quoted(out, text);
  return out + '}';
}

} // namespace

stream_piece stream_assembly::take(const sse_event& event) {
  stream_piece out;
  if (stage_ == stream_stage::closed)
    return out;
  const auto data = json::parse(event.data);
  if (data && (json::is_object(*data) || data->IsArray())) {
    take_chunk(*data, out);
    out.progress = out.progress || out.content;
    return out;
  }
  ++skipped_;
  if (holds_content(event.data, {"text", "args"}))
    fail(R"({"error":{"code":502,"status":"UNAVAILABLE","message":"a broken event"}})");
  return out;
}

void stream_assembly::take_chunk(const json::value& chunk, stream_piece& out) {
  if (chunk.IsArray() || json::find(chunk, "error") != nullptr)
    return fail(json::compact(chunk));
  keep(feedback_, chunk, "promptFeedback");
  keep(usage_, chunk, "usageMetadata");
  keep(version_, chunk, "modelVersion");
  keep(id_, chunk, "responseId");
  const auto* candidates = json::find(chunk, "candidates");
  if (candidates == nullptr || !candidates->IsArray())
    return;
  for (const auto& x : candidates->GetArray()) {
    const auto* index = json::find(x, "index");
    if (index == nullptr || !index->IsInt() || index->GetInt() == 0)
      take_candidate(x, out);
  }
}

void stream_assembly::take_candidate(const json::value& candidate, stream_piece& out) {
  begun_ = true;
  const auto* parts = json::at(candidate, "/content/parts");
  if (parts != nullptr && parts->IsArray())
    for (const auto& x : parts->GetArray())
      take_part(x, out);
  keep(ratings_, candidate, "safetyRatings");
  keep(finish_, candidate, "finishReason");
  if (!finish_.empty())
    stage_ = stream_stage::finished;
}

void stream_assembly::take_part(const json::value& part, stream_piece& out) {
  const auto* thought = json::find(part, "thought");
  const auto is_thought = thought != nullptr && thought->IsTrue();
  const auto* text = json::find(part, "text");
  const auto is_text = text != nullptr && text->IsString() && !is_thought;
  out.progress = true;
  if (is_text) {
    out.text += json::text_of(*text);
    out.content = out.content || text->GetStringLength() > 0;
  }
  if (json::find(part, "functionCall") != nullptr) {
    out.content = true;
    return take_call(part);
  }
  if (is_text && json::find(part, "thoughtSignature") == nullptr) {
    if (call_ && text->GetStringLength() > 0)
      end_call();
    text_ += json::text_of(*text);
    has_text_ = true;
    return;
  }
  end_text();
  end_call();
  if (parts_.size() < parts_max)
    parts_.push_back(json::compact(part));
}

/// A call that names no function goes on with the one that is open.
void stream_assembly::take_call(const json::value& part) {
  const auto& call = *json::find(part, "functionCall");
  const auto* goes_on = json::find(call, "willContinue");
  const auto is_open = goes_on != nullptr && goes_on->IsTrue();
  if (!json::find_text(call, "name").empty()) {
    end_text();
    end_call();
    call_.emplace(part);
  }
  if (call_)
    call_->take(call);
  if (!is_open)
    end_call();
}

void stream_assembly::end_call() {
  if (call_ && parts_.size() < parts_max)
    parts_.push_back(call_->whole());
  call_.reset();
}

void stream_assembly::end_text() {
  if (std::exchange(has_text_, false))
    parts_.push_back(text_part(std::exchange(text_, {})));
}

void stream_assembly::fail(std::string body) {
  error_ = std::move(body);
  stage_ = stream_stage::closed;
}

std::string stream_assembly::whole() const {
  if (!error_.empty())
    return error_;
  std::string out = "{";
  if (begun_) {
    out += R"("candidates":[{"index":0,"content":{"role":"model","parts":[)";
    for (const auto& x : parts_)
      out += (out.back() == '[' ? "" : ",") + x;
    if (call_)
      out += (out.back() == '[' ? "" : ",") + call_->whole();
    if (has_text_)
      out += (out.back() == '[' ? "" : ",") + text_part(text_);
    out += "]}";
    if (!finish_.empty())
      out += R"(,"finishReason":)" + finish_;
    if (!ratings_.empty())
      out += R"(,"safetyRatings":)" + ratings_;
    out += "}]";
  }
  append_member(out, "promptFeedback", feedback_);
  append_member(out, "usageMetadata", usage_);
  append_member(out, "modelVersion", version_);
  append_member(out, "responseId", id_);
  return out + '}';
}

} // namespace hedgerow::gemini
