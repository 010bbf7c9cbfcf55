#include "routes/openai_stream.hpp"

#include "routes/openai_classify.hpp"

#include <algorithm>

namespace hedgerow::openai {
namespace {

/// More calls than this are a model gone astray; their fragments are passed over.
constexpr std::size_t calls_max = 256;

/// The compact text of `x`, or nothing where it is absent or null.
void keep(std::string& to, const json::value* x) {
  if (x != nullptr && !x->IsNull())
    to = json::compact(*x);
}

void keep_first(std::string& to, std::string_view text) {
  if (to.empty())
    to = text;
}

std::optional<std::int64_t> index_of(const json::value& fragment) {
  const auto* x = json::find(fragment, "index");
  return x != nullptr && x->IsInt64() ? std::optional{x->GetInt64()} : std::nullopt;
}

bool is_error(const json::value& chunk) {
  const auto* x = json::find(chunk, "error");
  return x != nullptr && !x->IsNull() && !x->IsFalse();
}

/// Whether a filter's results, as compact JSON, are no pass.
bool is_bad(std::string_view results) {
  return results.find(R"("filtered":true)") != std::string_view::npos
         || results.find(R"("error":)") != std::string_view::npos;
}

bool has_text(const json::value& delta, std::string_view name) {
  return !json::find_text(delta, name).empty();
}

bool has_some(const json::value& x, std::string_view name) {
  const auto* found = json::find(x, name);
  return found != nullptr && !found->IsNull();
}

/// The content of a chunk that adds nothing else: what more it says has no effect a second time.
const json::value* only_text(const json::value& chunk) {
  const auto* choices = json::find(chunk, "choices");
  if (choices == nullptr || !choices->IsArray() || choices->Size() != 1)
    return nullptr;
  const auto& choice = (*choices)[0];
  const auto* delta = json::find(choice, "delta");
  if (is_error(chunk) || has_some(chunk, "usage") || has_some(chunk, "x_groq") || is_error(choice)
      || index_of(choice).value_or(0) != 0 || has_some(choice, "finish_reason") || delta == nullptr
      || has_text(*delta, "refusal") || has_some(*delta, "tool_calls")
      || has_some(*delta, "function_call"))
    return nullptr;
  const auto* content = json::find(*delta, "content");
  return content != nullptr && content->IsString() ? content : nullptr;
}

} // namespace

stream_piece stream_assembly::take(const sse_event& event) {
  stream_piece out;
  if (stage_ == stream_stage::closed)
    return out;
  if (event.data == "[DONE]") {
    was_closed_ = true;
    stage_ = stream_stage::closed;
    return out;
  }
  if (const auto text = frame_.text_in(event.data); text && !finish_) {
    add_text(*text, out);
    out.progress = true;
    return out;
  }
  const auto chunk = json::parse(event.data);
  if (chunk && json::is_object(*chunk)) {
    take_chunk(*chunk, out);
    if (!out.text.empty())
      frame_.learn(event.data, "content", only_text);
    return out;
  }
  ++skipped_;
  if (event.name == "error")
    fail(R"({"error":{"message":"an error that is no JSON"}})");
  else if (holds_content(event.data, {"content", "refusal", "arguments"}))
    fail(R"({"error":{"message":"a part of the answer is no JSON"}})");
  return out;
}

void stream_assembly::take_chunk(const json::value& chunk, stream_piece& out) {
  const auto* choices = json::find(chunk, "choices");
  const auto some = choices != nullptr && choices->IsArray();
  if (is_error(chunk) || (!some && complaint_in(chunk)))
    return fail(json::compact(chunk));
  keep_first(id_, json::find_text(chunk, "id"));
  keep_first(model_, json::find_text(chunk, "model"));
  keep(usage_, json::find(chunk, "usage"));
  if (const auto* groq = json::find(chunk, "x_groq"); groq != nullptr && usage_.empty())
    keep(usage_, json::find(*groq, "usage"));
  keep(prompt_filter_, json::find(chunk, "prompt_filter_results"));
  keep(moderation_, json::find(chunk, "moderation"));
  if (!some)
    return;
  for (const auto& choice : choices->GetArray())
    if (index_of(choice).value_or(0) == 0)
      take_choice(choice, out);
}

void stream_assembly::take_choice(const json::value& choice, stream_piece& out) {
  if (is_error(choice))
    return fail(json::compact(choice));
  begun_ = true;
  // A filter that struck, or did not run, is not made good by what it says of later text.
  if (const auto* filter = json::find(choice, "content_filter_results");
      filter != nullptr && json::is_object(*filter) && !filter->ObjectEmpty() && !is_bad(filter_))
    keep(filter_, filter);
  // What comes after the finish is no part of the answer.
  if (const auto* delta = json::find(choice, "delta");
      delta != nullptr && json::is_object(*delta) && !finish_)
    take_delta(*delta, out);
  const auto* word = json::find(choice, "finish_reason");
  names_finish_ = names_finish_ || word != nullptr;
  if (word != nullptr && word->IsString()) {
    finish_ = json::text_of(*word);
    stage_ = stream_stage::finished;
  }
}

void stream_assembly::take_delta(const json::value& delta, stream_piece& out) {
  if (const auto* content = json::find(delta, "content"))
    take_text(*content, out);
  if (const auto refusal = json::find_text(delta, "refusal"); !refusal.empty()) {
    refusal_ += refusal;
    out.content = true;
  }
  if (const auto* fragments = json::find(delta, "tool_calls");
      fragments != nullptr && fragments->IsArray())
    for (const auto& x : fragments->GetArray())
      take_fragment(x, out);
  // What calls were called before tools were.
  if (const auto* legacy = json::find(delta, "function_call");
      legacy != nullptr && json::is_object(*legacy))
    add_function(calls_.empty() ? calls_.emplace_back() : calls_.back(), *legacy, out);
  if (has_text(delta, "reasoning_content") || has_text(delta, "reasoning"))
    out.progress = true;
  out.progress = out.progress || out.content;
}

/// A string, or a list of parts of which those with text count (Mistral).
void stream_assembly::take_text(const json::value& content, stream_piece& out) {
  if (content.IsString())
    return add_text(json::text_of(content), out);
  if (!content.IsArray())
    return;
  out.progress = true;
  for (const auto& part : content.GetArray())
    if (json::find_text(part, "type") == "text")
      add_text(json::find_text(part, "text"), out);
}

void stream_assembly::add_text(std::string_view text, stream_piece& out) {
  has_content_ = true;
  text_ += text;
  out.text += text;
  out.content = out.content || !text.empty();
}

void stream_assembly::take_fragment(const json::value& fragment, stream_piece& out) {
  const auto id = json::find_text(fragment, "id");
  auto* to = call_of(fragment, id);
  if (to == nullptr)
    return;
  out.content = true;
  keep_first(to->id, id);
  if (const auto* function = json::find(fragment, "function"))
    add_function(*to, *function, out);
}

void stream_assembly::add_function(call& to, const json::value& function, stream_piece& out) {
  out.content = true;
  keep_first(to.name, json::find_text(function, "name"));
  const auto* arguments = json::find(function, "arguments");
  if (arguments == nullptr || arguments->IsNull())
    return;
  // Some servers send the value itself, then as a whole.
  to.arguments +=
      arguments->IsString() ? std::string{json::text_of(*arguments)} : json::compact(*arguments);
}

/// The call that a fragment belongs to, begun if it is new; null if it belongs to none.
auto stream_assembly::call_of(const json::value& fragment, std::string_view id) -> call* {
  const auto index = index_of(fragment);
  if (index && *index < 0)
    return nullptr;
  const auto is_other = [id](const call& x) { return !id.empty() && !x.id.empty() && x.id != id; };
  const auto known = std::find_if(calls_.rbegin(), calls_.rend(), [&](const call& x) {
    return index ? x.index == index : id.empty() || x.id == id;
  });
  if (known != calls_.rend() && !is_other(*known))
    return &*known;
  if (calls_.size() == calls_max)
    return nullptr;
  calls_.push_back({.index = index, .id = {}, .name = {}, .arguments = {}});
  return &calls_.back();
}

void stream_assembly::fail(std::string body) {
  error_ = std::move(body);
  stage_ = stream_stage::closed;
}

std::string stream_assembly::whole() const {
  if (!error_.empty())
    return error_;
  std::string out = R"({"id":)";
  json::append_quoted(out, id_);
  out += R"(,"model":)";
  json::append_quoted(out, model_);
  out += R"(,"choices":[)";
  if (begun_)
    append_message(out);
  out += ']';
  const auto append = [&out](std::string_view name, const std::string& text) {
    if (!text.empty())
      out.append(",\"").append(name).append("\":").append(text);
  };
  append("usage", usage_);
  append("prompt_filter_results", prompt_filter_);
  append("moderation", moderation_);
  return out + '}';
}

/// The only choice, with its message.
void stream_assembly::append_message(std::string& out) const {
  out += R"({"index":0,"message":{"role":"assistant","content":)";
  if (has_content_)
    json::append_quoted(out, text_);
  else
    out += "null";
  if (!refusal_.empty()) {
    out += R"(,"refusal":)";
    json::append_quoted(out, refusal_);
  }
  if (!calls_.empty()) {
    out += R"(,"tool_calls":[)";
    for (const auto& x : calls_) {
      out += out.back() == '[' ? R"({"id":)" : R"(,{"id":)";
      json::append_quoted(out, x.id);
      out += R"(,"type":"function","function":{"name":)";
      json::append_quoted(out, x.name);
      out += R"(,"arguments":)";
      json::append_quoted(out, x.arguments);
      out += "}}";
    }
    out += ']';
  }
  out += R"(},"finish_reason":)";
  // A server that never speaks of reasons (Snowflake), but counted its tokens and said that it is
  // done, has ended without naming one.
  const auto unnamed = !names_finish_ && was_closed_ && !usage_.empty();
  if (finish_ || unnamed)
    json::append_quoted(out, finish_.value_or(""));
  else
    out += "null";
  if (!filter_.empty())
    out += R"(,"content_filter_results":)" + filter_;
  out += '}';
}

} // namespace hedgerow::openai
