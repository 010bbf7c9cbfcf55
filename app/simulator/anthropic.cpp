#include "app/simulator/anthropic.hpp"

#include "app/simulator/words.hpp"
#include "contracts/json.hpp"

#include <utility>

namespace hedgerow::simulated::anthropic {

namespace {

provider_error usual_error(int status) {
  switch (status) {
  case 401:
    return {"invalid x-api-key", "authentication_error", "", ""};
  case 402:
    return {"There is a problem with the billing of this account.", "billing_error", "", ""};
  case 403:
    return {"This key has no access to the model.", "permission_error", "", ""};
  case 404:
    return {"The resource was not found.", "not_found_error", "", ""};
  case 409:
    return {"The request conflicts with another one.", "conflict_error", "", ""};
  case 413:
    return {"The request is larger than is allowed.", "request_too_large", "", ""};
  case 429:
    return {"This request would exceed the rate limit.", "rate_limit_error", "", ""};
  case 504:
    return {"The request took too long.", "timeout_error", "", ""};
  case 529:
    return {"Overloaded", "overloaded_error", "", ""};
  default:
    return status < 500 ? provider_error{"The request is invalid.", "invalid_request_error", "", ""}
                        : provider_error{"Internal server error", "api_error", "", ""};
  }
}

rejection invalid(std::string message) { return {400, {std::move(message), "", "", ""}}; }

rejection reject(mistake what, std::string_view detail) {
  const std::string said{detail};
  switch (what) {
  case mistake::method:
    return {405, {"Not allowed to " + said + " here; POST.", "", "", ""}};
  case mistake::no_key:
    return {401, {"x-api-key header is required", "", "", ""}};
  case mistake::wrong_key:
    return {401, {}};
  case mistake::model:
    return {404, {"model: " + said, "", "", ""}};
  case mistake::prefill:
    return invalid("This model takes no prefilled assistant message; the conversation has to end "
                   "with a user message.");
  case mistake::no_header:
    return invalid(said + ": header is required");
  case mistake::unreadable:
    break;
  }
  return invalid("The request could not be read: " + said);
}

std::variant<question, rejection> read(std::string_view body, const address&) {
  const auto parsed = json::parse(body);
  if (!parsed)
    return reject(mistake::unreadable, parsed.error().message);
  if (!json::is_object(*parsed))
    return reject(mistake::unreadable, "the body is not a JSON object");
  question made;
  made.model = json::find_text(*parsed, "model");
  if (made.model.empty())
    return invalid("model: Field required");
  const auto* most = json::find(*parsed, "max_tokens");
  if (!most || !most->IsUint())
    return invalid("max_tokens: Field required");
  const auto* messages = json::find(*parsed, "messages");
  if (!messages || !messages->IsArray() || messages->Empty())
    return invalid("messages: at least one message is required");
  const auto& last = (*messages)[messages->Size() - 1];
  made.last_message = json::compact(last);
  if (json::find_text(last, "role") == "assistant")
    made.prefill = text_of_content(json::find(last, "content"));
  const auto* stream = json::find(*parsed, "stream");
  made.stream = stream && stream->IsTrue();
  return made;
}

void append_content(std::string& out, const answer& said) {
  std::string_view comma;
  if (!said.text.empty() || (said.tool_calls.empty() && said.refusal.empty())) {
    out.append(R"({"type":"text")");
    append_member(out, "text", said.text);
    out.append("}");
    comma = ",";
  }
  for (std::size_t i = 0; i < said.tool_calls.size(); ++i) {
    const auto& call = said.tool_calls[i];
    out.append(comma).append(R"({"type":"tool_use")");
    append_member(out, "id", id_of(call, i));
    append_member(out, "name", call.name);
    out.append(R"(,"input":)").append(object_or_text(call.arguments)).append("}");
    comma = ",";
  }
}

std::string body_of(const answer& said, const asked& by) {
  auto out = message_head(by);
  out.append(R"(,"content":[)");
  append_content(out, said);
  out.append("],").append(stop_of(said));
  out.append(R"(,"usage":{"input_tokens":)").append(std::to_string(tokens_of(by.bytes)));
  out.append(R"(,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":)");
  out.append(std::to_string(tokens_of(bytes_said(said)))).append("}}");
  return out;
}

std::string error_body(int status, const provider_error& why) {
  const auto usual = usual_error(status);
  std::string out = R"({"type":"error","error":{"type":)";
  json::append_quoted(out, why.type.empty() ? usual.type : why.type);
  append_member(out, "message", why.message.empty() ? usual.message : why.message);
  if (!why.code.empty()) {
    out.append(R"(,"details":{"error_code":)");
    json::append_quoted(out, why.code);
    out.append("}");
  }
  return out + R"(},"request_id":"req_1"})";
}

std::string error_event(int status, const provider_error& why) {
  return "event: error\ndata: " + error_body(status, why) + "\n\n";
}

} // namespace

std::string message_head(const asked& by) {
  auto out = R"({"id":"msg_)" + std::to_string(by.number);
  out.append(R"(","type":"message","role":"assistant")");
  append_member(out, "model", by.what.model);
  return out;
}

std::string_view stop_reason_of(const answer& said) {
  const std::string_view scripted = said.finish_reason;
  if (scripted == "stop")
    return "end_turn";
  if (scripted == "tool_calls")
    return "tool_use";
  if (scripted == "length")
    return "max_tokens";
  if (scripted == "content_filter" || (scripted.empty() && !said.refusal.empty()))
    return "refusal";
  if (!scripted.empty())
    return scripted;
  return said.tool_calls.empty() ? "end_turn" : "tool_use";
}

std::string stop_of(const answer& said) {
  std::string out = R"("stop_reason":)";
  json::append_quoted(out, stop_reason_of(said));
  out.append(R"(,"stop_sequence":null)");
  if (!said.refusal.empty()) {
    out.append(R"(,"stop_details":{"type":"refusal","category":null)");
    append_member(out, "explanation", said.refusal);
    out.append("}");
  }
  return out;
}

std::string id_of(const tool_call& call, std::size_t index) {
  return call.id.empty() ? "toolu_" + std::to_string(index + 1) : call.id;
}

const dialect table{.name = "anthropic",
                    .key_headers = {"x-api-key", "authorization"},
                    .wanted_header = "anthropic-version",
                    .blank = "\n\n",
                    .ping = "event: ping\ndata: {\"type\":\"ping\"}\n\n",
                    .read = read,
                    .reject = reject,
                    .body = body_of,
                    .events = events_of,
                    .error_body = error_body,
                    .error_event = error_event};

} // namespace hedgerow::simulated::anthropic
