#include "app/simulator/openai.hpp"

#include "app/simulator/words.hpp"
#include "contracts/json.hpp"

#include <utility>

namespace hedgerow::simulated::openai {

namespace {

rejection invalid(std::string message, std::string param, std::string code = {}) {
  return {400, {std::move(message), "invalid_request_error", std::move(code), std::move(param)}};
}

rejection reject(mistake what, std::string_view detail) {
  const std::string said{detail};
  auto why = usual_error(what == mistake::model ? 404 : 401);
  switch (what) {
  case mistake::method:
    return {405,
            {"Not allowed to " + said + " on this URL; POST to it.", "invalid_request_error",
             "method_not_supported", ""}};
  case mistake::no_key:
    why.message = "You didn't provide an API key: send an Authorization header.";
    return {401, std::move(why)};
  case mistake::wrong_key:
    return {401, std::move(why)};
  case mistake::model:
    why.message = "The model `" + said + "` does not exist.";
    return {404, std::move(why)};
  case mistake::prefill:
    return invalid("The last message must not be the assistant's.", "messages", "invalid_value");
  case mistake::no_header:
    return invalid("The header " + said + " is missing.", "");
  case mistake::unreadable:
    break;
  }
  return invalid("The request could not be read: " + said, "");
}

bool is_true(const json::value* x) { return x && x->IsTrue(); }

std::variant<question, rejection> read(std::string_view body, const address& at) {
  const auto parsed = json::parse(body);
  if (!parsed)
    return reject(mistake::unreadable, parsed.error().message);
  if (!json::is_object(*parsed))
    return reject(mistake::unreadable, "the body is not a JSON object");
  question made;
  made.model = at.model.empty() ? json::find_text(*parsed, "model") : at.model;
  if (made.model.empty())
    return invalid("you must provide a model parameter", "model");
  const auto* messages = json::find(*parsed, "messages");
  if (!messages || !messages->IsArray() || messages->Empty())
    return invalid("Missing required parameter: 'messages'.", "messages",
                   "missing_required_parameter");
  const auto& last = (*messages)[messages->Size() - 1];
  made.last_message = json::compact(last);
  if (json::find_text(last, "role") == "assistant" && !json::find(last, "tool_calls"))
    made.prefill = text_of_content(json::find(last, "content"));
  made.stream = is_true(json::find(*parsed, "stream"));
  made.usage = is_true(json::at(*parsed, "/stream_options/include_usage"));
  return made;
}

void append_tool_calls(std::string& out, const std::vector<tool_call>& calls) {
  out.append(R"(,"tool_calls":[)");
  for (std::size_t i = 0; i < calls.size(); ++i) {
    out.append(i == 0 ? R"({"id":)" : R"(,{"id":)");
    json::append_quoted(out, calls[i].id.empty() ? "call_" + std::to_string(i + 1) : calls[i].id);
    out.append(R"(,"type":"function","function":{"name":)");
    json::append_quoted(out, calls[i].name);
    append_member(out, "arguments", calls[i].arguments);
    out.append("}}");
  }
  out.append("]");
}

void append_message(std::string& out, const answer& said) {
  out.append(R"({"role":"assistant","content":)");
  // Content is null only where something else stands in its place; an empty text stays a text.
  if (said.text.empty() && (!said.tool_calls.empty() || !said.refusal.empty()))
    out.append("null");
  else
    json::append_quoted(out, said.text);
  if (said.refusal.empty())
    out.append(R"(,"refusal":null)");
  else
    append_member(out, "refusal", said.refusal);
  if (!said.tool_calls.empty())
    append_tool_calls(out, said.tool_calls);
  out.append("}");
}

std::string body_of(const answer& said, const asked& by) {
  std::string out;
  out.reserve(512 + 2 * bytes_said(said));
  out.append(R"({"id":"chatcmpl-)").append(std::to_string(by.number));
  out.append(R"(","object":"chat.completion","created":)").append(created);
  append_member(out, "model", by.what.model);
  out.append(R"(,"choices":[{"index":0,"message":)");
  append_message(out, said);
  out.append(R"(,"logprobs":null)");
  append_member(out, "finish_reason", finish_of(said));
  out.append(R"(}],"usage":)");
  append_usage(out, tokens_of(by.bytes), tokens_of(bytes_said(said)));
  out.append("}");
  return out;
}

std::string error_event(int status, const provider_error& why) {
  return "data: " + error_body(status, why) + "\n\n";
}

} // namespace

std::string_view finish_of(const answer& said) {
  if (!said.finish_reason.empty())
    return said.finish_reason;
  return said.tool_calls.empty() ? "stop" : "tool_calls";
}

void append_usage(std::string& out, std::size_t input, std::size_t output) {
  out.append(R"({"prompt_tokens":)").append(std::to_string(input));
  out.append(R"(,"completion_tokens":)").append(std::to_string(output));
  out.append(R"(,"total_tokens":)").append(std::to_string(input + output));
  out.append(R"(,"prompt_tokens_details":{"cached_tokens":0})");
  out.append(R"(,"completion_tokens_details":{"reasoning_tokens":0}})");
}

const dialect table{.name = "openai",
                    .key_headers = {"authorization", "api-key"},
                    .wanted_header = {},
                    .blank = "\n\n",
                    .ping = {},
                    .read = read,
                    .reject = reject,
                    .body = body_of,
                    .events = events_of,
                    .error_body = error_body,
                    .error_event = error_event};

} // namespace hedgerow::simulated::openai
