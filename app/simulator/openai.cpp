#include "app/simulator/openai.hpp"

#include "contracts/json.hpp"

#include <algorithm>

namespace hedgerow::simulated::openai {

namespace {

/// The seconds of `created`. A fixed number, so that the same script gives the same bytes.
constexpr std::string_view created = "1760000000";

std::size_t tokens_of(std::size_t bytes) { return (bytes + 3) / 4; }

/// What the provider says with a status when the script does not. Source: semantics.md §4.1.
provider_error usual_error(int status) {
  switch (status) {
  case 400:
    return {"The request is invalid.", "invalid_request_error", "", ""};
  case 401:
    return {"Incorrect API key provided.", "invalid_request_error", "invalid_api_key", ""};
  case 403:
    return {"This key has no access to the model.", "permission_error", "", ""};
  case 404:
    return {"The model does not exist.", "invalid_request_error", "model_not_found", ""};
  case 429:
    return {"Rate limit reached.", "rate_limit_error", "rate_limit_exceeded", ""};
  case 503:
    return {"The engine is overloaded.", "service_unavailable_error", "server_is_overloaded", ""};
  default:
    return {"The server had an error.", status < 500 ? "invalid_request_error" : "server_error", "",
            ""};
  }
}

void append_text_or_null(std::string& out, std::string_view text) {
  if (text.empty())
    out.append("null");
  else
    json::append_quoted(out, text);
}

void append_tool_calls(std::string& out, const std::vector<tool_call>& calls) {
  out.append(R"(,"tool_calls":[)");
  for (std::size_t i = 0; i < calls.size(); ++i) {
    out.append(i == 0 ? R"({"id":)" : R"(,{"id":)");
    json::append_quoted(out, calls[i].id.empty() ? "call_" + std::to_string(i + 1) : calls[i].id);
    out.append(R"(,"type":"function","function":{"name":)");
    json::append_quoted(out, calls[i].name);
    out.append(R"(,"arguments":)");
    json::append_quoted(out, calls[i].arguments);
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
  out.append(R"(,"refusal":)");
  append_text_or_null(out, said.refusal);
  if (!said.tool_calls.empty())
    append_tool_calls(out, said.tool_calls);
  out.append("}");
}

std::string_view finish_of(const answer& said) {
  if (!said.finish_reason.empty())
    return said.finish_reason;
  return said.tool_calls.empty() ? "stop" : "tool_calls";
}

std::size_t bytes_said(const answer& said) {
  auto bytes = said.text.size() + said.refusal.size();
  for (const auto& call : said.tool_calls)
    bytes += call.name.size() + call.arguments.size();
  return bytes;
}

void append_usage(std::string& out, std::size_t input, std::size_t output) {
  out.append(R"({"prompt_tokens":)").append(std::to_string(input));
  out.append(R"(,"completion_tokens":)").append(std::to_string(output));
  out.append(R"(,"total_tokens":)").append(std::to_string(input + output));
  out.append(R"(,"prompt_tokens_details":{"cached_tokens":0})");
  out.append(R"(,"completion_tokens_details":{"reasoning_tokens":0}})");
}

rejection invalid(std::string message, std::string param, std::string code = {}) {
  return {400, {std::move(message), "invalid_request_error", std::move(code), std::move(param)}};
}

} // namespace

std::variant<question, rejection> read(std::string_view body) {
  const auto parsed = json::parse(body);
  if (!parsed)
    return malformed(parsed.error().message);
  if (!json::is_object(*parsed))
    return malformed("the body is not a JSON object");
  const auto model = json::find_text(*parsed, "model");
  if (model.empty())
    return invalid("you must provide a model parameter", "model");
  const auto* messages = json::find(*parsed, "messages");
  if (!messages || !messages->IsArray() || messages->Empty())
    return invalid("Missing required parameter: 'messages'.", "messages",
                   "missing_required_parameter");
  const auto* stream = json::find(*parsed, "stream");
  if (stream && stream->IsTrue())
    return invalid("This simulator gives whole answers only; leave out 'stream'.", "stream",
                   "unsupported_value");
  return question{std::string{model}};
}

rejection wrong_path(std::string_view method, std::string_view path) {
  auto message = "Invalid URL (" + std::string{method} + " " + std::string{path} + ")";
  return {404, {std::move(message), "invalid_request_error", "unknown_url", ""}};
}

rejection wrong_method(std::string_view method) {
  auto message = "Not allowed to " + std::string{method} + " on this URL; POST to it.";
  return {405, {std::move(message), "invalid_request_error", "method_not_supported", ""}};
}

rejection wrong_key(bool shown) {
  auto why = usual_error(401);
  if (!shown)
    why.message = "You didn't provide an API key: send an Authorization header.";
  return {401, std::move(why)};
}

rejection unknown_model(std::string_view model) {
  auto why = usual_error(404);
  why.message = "The model `" + std::string{model} + "` does not exist.";
  return {404, std::move(why)};
}

rejection malformed(std::string_view why) {
  return invalid("The request could not be read: " + std::string{why}, "");
}

std::string completion_body(const answer& said, const asked& by) {
  std::string out;
  out.reserve(512 + 2 * bytes_said(said));
  out.append(R"({"id":"chatcmpl-)").append(std::to_string(by.number));
  out.append(R"(","object":"chat.completion","created":)").append(created);
  out.append(R"(,"model":)");
  json::append_quoted(out, by.model);
  out.append(R"(,"choices":[{"index":0,"message":)");
  append_message(out, said);
  out.append(R"(,"logprobs":null,"finish_reason":)");
  json::append_quoted(out, finish_of(said));
  out.append(R"(}],"usage":)");
  append_usage(out, tokens_of(by.bytes), tokens_of(bytes_said(said)));
  out.append("}");
  return out;
}

std::string error_body(int status, const provider_error& why) {
  const auto usual = usual_error(status);
  std::string out = R"({"error":{"message":)";
  json::append_quoted(out, why.message.empty() ? usual.message : why.message);
  out.append(R"(,"type":)");
  append_text_or_null(out, why.type.empty() ? usual.type : why.type);
  out.append(R"(,"param":)");
  append_text_or_null(out, why.param);
  out.append(R"(,"code":)");
  // A code of the script's own must not be paired with another error's; a type may be shared.
  const bool of_script = !why.code.empty() || !why.type.empty();
  append_text_or_null(out, of_script ? why.code : usual.code);
  out.append("}}");
  return out;
}

} // namespace hedgerow::simulated::openai
