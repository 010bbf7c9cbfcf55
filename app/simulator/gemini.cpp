#include "app/simulator/gemini.hpp"

#include "app/simulator/words.hpp"
#include "contracts/json.hpp"

#include <utility>

namespace hedgerow::simulated::gemini {

namespace {

rejection invalid(std::string message) { return {400, {std::move(message), "", "", ""}}; }

rejection reject(mistake what, std::string_view detail) {
  const std::string said{detail};
  switch (what) {
  case mistake::method:
    return {405, {"Not allowed to " + said + " here; POST.", "", "", ""}};
  case mistake::no_key:
    return {403, {"The request has no API key.", "", "", ""}};
  case mistake::wrong_key:
    return {400, {"API key not valid.", "", "API_KEY_INVALID", ""}};
  case mistake::model:
    return {404, {"models/" + said + " is not found.", "", "", ""}};
  case mistake::prefill:
    return invalid("The last content has to be the user's.");
  case mistake::no_header:
    return invalid("The header " + said + " is missing.");
  case mistake::unreadable:
    break;
  }
  return invalid("Invalid JSON payload received: " + said);
}

std::variant<question, rejection> read(std::string_view body, const address& at) {
  const auto parsed = json::parse(body);
  if (!parsed)
    return reject(mistake::unreadable, parsed.error().message);
  if (!json::is_object(*parsed))
    return reject(mistake::unreadable, "the body is not a JSON object");
  const auto* contents = json::find(*parsed, "contents");
  if (!contents || !contents->IsArray() || contents->Empty())
    return invalid("contents is not specified");
  question made;
  made.model = at.model;
  made.stream = at.stream;
  made.array = at.array;
  const auto& last = (*contents)[contents->Size() - 1];
  made.last_message = json::compact(last);
  if (json::find_text(last, "role") == "model")
    made.prefill = text_of_content(json::find(last, "parts"));
  return made;
}

std::string_view finish_of(const answer& said) {
  const std::string_view scripted = said.finish_reason;
  if (scripted == "stop" || scripted == "tool_calls")
    return "STOP";
  if (scripted == "length")
    return "MAX_TOKENS";
  if (scripted == "content_filter" || (scripted.empty() && !said.refusal.empty()))
    return "SAFETY";
  return scripted.empty() ? "STOP" : scripted;
}

std::string text_part(std::string_view text) {
  std::string out = R"({"text":)";
  json::append_quoted(out, text);
  return out + "}";
}

std::string call_part(const tool_call& call) {
  std::string out = R"({"functionCall":{"name":)";
  json::append_quoted(out, call.name);
  if (!call.id.empty())
    append_member(out, "id", call.id);
  return out + R"(,"args":)" + object_or_text(call.arguments) + "}}";
}

/// One GenerateContentResponse with these parts; `last` if it ends the answer.
std::string response(const answer& said, const asked& by, std::string_view parts, bool last,
                     std::size_t said_so_far) {
  const auto input = tokens_of(by.bytes);
  const auto output = tokens_of(said_so_far);
  std::string out = R"({"candidates":[{"index":0,"content":{"role":"model","parts":[)";
  out.append(parts).append("]}");
  if (last) {
    append_member(out, "finishReason", finish_of(said));
    if (!said.refusal.empty())
      append_member(out, "finishMessage", said.refusal);
  }
  out.append(R"(}],"usageMetadata":{"promptTokenCount":)").append(std::to_string(input));
  out.append(R"(,"candidatesTokenCount":)").append(std::to_string(output));
  out.append(R"(,"totalTokenCount":)").append(std::to_string(input + output)).append("}");
  append_member(out, "modelVersion", by.what.model);
  return out + R"(,"responseId":"r)" + std::to_string(by.number) + "\"}";
}

std::string body_of(const answer& said, const asked& by) {
  std::string parts;
  if (!said.text.empty() || (said.tool_calls.empty() && said.refusal.empty()))
    parts = text_part(said.text);
  for (const auto& call : said.tool_calls)
    parts += (parts.empty() ? "" : ",") + call_part(call);
  return response(said, by, parts, true, bytes_said(said));
}

/// In its frame: an event, or an item of an array that `first` begins.
std::string framed(const asked& by, std::string json, bool first) {
  if (by.what.array)
    return (first ? "[" : ",\r\n") + std::move(json);
  return "data: " + std::move(json) + "\r\n\r\n";
}

std::vector<event> events_of(const answer& said, const asked& by, std::size_t piece) {
  std::vector<event> all;
  std::size_t so_far = 0;
  const auto tell = [&](const std::string& part) {
    all.push_back(
        {event_kind::piece, framed(by, response(said, by, part, false, so_far), all.empty())});
  };
  for (const auto text : pieces_of(said.text, piece)) {
    so_far += text.size();
    tell(text_part(text));
  }
  for (const auto& call : said.tool_calls) {
    so_far += call.name.size() + call.arguments.size();
    tell(call_part(call));
  }
  const auto last = response(said, by, text_part(""), true, so_far);
  all.push_back({event_kind::finish, framed(by, last, all.empty())});
  if (by.what.array)
    all.push_back({event_kind::end, "]"});
  return all;
}

std::string error_event(int status, const provider_error& why) {
  return "data: " + error_body(status, why) + "\r\n\r\n";
}

} // namespace

const dialect table{.name = "gemini",
                    .key_headers = {"x-goog-api-key", "authorization"},
                    .wanted_header = {},
                    .blank = "\r\n\r\n",
                    .ping = {},
                    .read = read,
                    .reject = reject,
                    .body = body_of,
                    .events = events_of,
                    .error_body = error_body,
                    .error_event = error_event};

} // namespace hedgerow::simulated::gemini
