#include "app/gateway/openai_surface.hpp"

#include "app/gateway/chat_messages.hpp"
#include "app/gateway/envelope.hpp"
#include "app/gateway/members.hpp"
#include "contracts/json.hpp"
#include "routes/openai_tools.hpp"

#include <array>

namespace hedgerow::openai_surface {

namespace {

/// What would be lost on the way to a model is refused, not dropped.
result<void> refuse_unkept(const json::value& body, request&) {
  for (auto name :
       {"functions", "function_call", "logit_bias", "audio", "prediction", "web_search_options"})
    if (auto done = refuse(body, name); !done)
      return done;
  if (const auto* x = given(body, "n"); x && !(x->IsInt() && x->GetInt() == 1))
    return wrong("Only one choice is offered; leave 'n' out.", "n");
  if (const auto* x = given(body, "logprobs"); x && !x->IsFalse())
    return wrong("'logprobs' is not offered; leave it out.", "logprobs");
  return {};
}

result<void> read_stream(const json::value& body, caller_request& out) {
  if (auto done = read_flag(body, "stream", out.streams); !done)
    return done;
  const auto* options = given(body, "stream_options");
  return options ? read_flag(*options, "include_usage", out.wants_usage) : result<void>{};
}

result<void> read_sampling(const json::value& body, request& out) {
  auto& p = out.ask.params;
  for (auto [name, to] : {std::pair{"temperature", &p.temperature}, std::pair{"top_p", &p.top_p},
                          std::pair{"frequency_penalty", &p.frequency_penalty},
                          std::pair{"presence_penalty", &p.presence_penalty}})
    if (auto done = read_number(body, name, *to); !done)
      return done;
  if (const auto* x = given(body, "seed")) {
    if (!x->IsInt64())
      return wrong("'seed' must be a whole number.", "seed");
    p.seed = x->GetInt64();
  }
  for (auto name : {"max_tokens", "max_completion_tokens"})
    if (auto done = read_count(body, name, p.max_tokens); !done)
      return done;
  if (const auto* x = given(body, "parallel_tool_calls")) {
    if (!x->IsBool())
      return wrong("'parallel_tool_calls' must be true or false.", "parallel_tool_calls");
    p.parallel_tool_calls = x->GetBool();
  }
  p.reasoning_effort = json::find_text(body, "reasoning_effort");
  p.user = json::find_text(body, "user");
  return {};
}

result<void> read_stop(const json::value& body, request& out) {
  const auto* x = given(body, "stop");
  if (!x)
    return {};
  if (x->IsString()) {
    out.ask.params.stop.emplace_back(json::text_of(*x));
    return {};
  }
  if (!x->IsArray())
    return wrong("'stop' must be a string or a list of strings.", "stop");
  for (const auto& y : x->GetArray()) {
    if (!y.IsString())
      return wrong("'stop' must be a string or a list of strings.", "stop");
    out.ask.params.stop.emplace_back(json::text_of(y));
  }
  return {};
}

result<void> read_tools(const json::value& body, request& out) {
  const auto* list = given(body, "tools");
  if (!list)
    return {};
  auto tools = openai::read_tools(*list);
  if (!tools)
    return wrong(tools.error().message, "tools" + tools.error().param);
  out.ask.tools = std::move(*tools);
  return {};
}

result<void> read_choice(const json::value& body, request& out) {
  const auto* x = given(body, "tool_choice");
  if (!x)
    return {};
  if (x->IsString()) {
    auto name = json::text_of(*x);
    if (name == "auto")
      out.ask.choice = tool_choice{tool_choice::kind::automatic, {}};
    else if (name == "none")
      out.ask.choice = tool_choice{tool_choice::kind::none, {}};
    else if (name == "required")
      out.ask.choice = tool_choice{tool_choice::kind::required, {}};
    else
      return wrong("'tool_choice' must be auto, none, required or a function.", "tool_choice");
    return {};
  }
  const auto* function = json::find(*x, "function");
  if (!function || json::find_text(*function, "name").empty())
    return wrong("'tool_choice' must be auto, none, required or a function.", "tool_choice");
  out.ask.choice =
      tool_choice{tool_choice::kind::named, std::string{json::find_text(*function, "name")}};
  return {};
}

/// The caller's own schema is a contract for this request, beside the task's.
result<void> read_format(const json::value& body, request& out) {
  const auto* x = given(body, "response_format");
  if (!x)
    return {};
  auto type = json::find_text(*x, "type");
  if (type == "text")
    return {};
  auto own = std::make_shared<contract>();
  own->name = "response_format";
  own->format = contract::form::json;
  if (type == "json_object") {
    out.ask.format.what = output_format::kind::json_object;
    out.form = std::move(own);
    return {};
  }
  const auto* named = json::find(*x, "json_schema");
  const auto* source = named ? json::find(*named, "schema") : nullptr;
  if (type != "json_schema" || !source)
    return wrong(
        "'response_format' must be of type text, json_object or json_schema with a schema.",
        "response_format");
  auto shape = schema::compile(*source);
  if (!shape)
    return wrong(shape.error().message, "response_format.json_schema.schema" + shape.error().param);
  own->shape = std::move(*shape);
  auto& format = out.ask.format;
  format.what = output_format::kind::json_schema;
  format.name = json::find_text(*named, "name");
  format.schema = own->shape->text();
  if (const auto* strict = given(*named, "strict"); strict && strict->IsBool())
    format.strict = strict->GetBool();
  out.form = std::move(own);
  return {};
}

result<void> read_messages(const json::value& body, request& out) {
  const auto* x = json::find(body, "messages");
  if (!x)
    return wrong("'messages' is missing.", "messages");
  auto read = read_chat_messages(*x);
  if (!read)
    return read.error();
  out.ask.messages = std::move(*read);
  for (const auto& m : out.ask.messages) {
    if (m.from != role::user)
      continue;
    out.input.clear();
    for (const auto& p : m.parts)
      if (p.what == part::kind::text)
        out.input += p.text;
  }
  return {};
}

void append_calls(std::string& out, const std::vector<tool_call>& all) {
  if (all.empty())
    return;
  out += R"(,"tool_calls":[)";
  for (const auto& x : all) {
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

/// The one message of a completion: its content, or the sentence that stands for it.
struct chat_message {
  std::string_view content;
  std::string_view refusal;
  std::string_view finish;
};

chat_message message_of(const answer& x, bool wants_format) {
  if (x.ended == outcome::blocked)
    return {{}, x.problem->message, "content_filter"};
  if (x.ended == outcome::degraded && wants_format && !x.is_json)
    return {{}, x.degraded->message, "stop"};
  return {x.what.text, {}, to_string(x.what.finish)};
}

void append_text_or_null(std::string& out, std::string_view text, bool is_null) {
  if (is_null)
    out += "null";
  else
    json::append_quoted(out, text);
}

std::string completion_body(const answer& x, std::int64_t created, bool wants_format) {
  auto said = message_of(x, wants_format);
  std::string out;
  out.reserve(1024 + 2 * x.what.text.size());
  out = R"({"id":)";
  json::append_quoted(out, x.id);
  out += R"(,"object":"chat.completion","created":)" + std::to_string(created) + R"(,"model":)";
  json::append_quoted(out, x.degraded ? "hedgerow/" + x.degraded->kind : x.model);
  out += R"(,"choices":[{"index":0,"message":{"role":"assistant","content":)";
  append_text_or_null(out, said.content,
                      !said.refusal.empty()
                          || (said.content.empty() && !x.what.tool_calls.empty()));
  out += R"(,"refusal":)";
  append_text_or_null(out, said.refusal, said.refusal.empty());
  append_calls(out, x.what.tool_calls);
  out += R"(},"logprobs":null,"finish_reason":)";
  json::append_quoted(out, said.finish);
  out += "}]";
  append_openai_usage(out, x.usage);
  out += R"(,"hedgerow":{)";
  append_envelope(out, x, true);
  out += "}}";
  return out;
}

} // namespace

result<caller_request> read(std::string_view body) {
  auto parsed = json::parse(body);
  if (!parsed)
    return parsed.error();
  if (!json::is_object(*parsed))
    return wrong("The body must be a JSON object.", {});
  caller_request read;
  auto& out = read.what;
  out.task = json::find_text(*parsed, "model");
  if (out.task.empty())
    return wrong("'model' must be a string: the name of a task.", "model");
  for (auto* step : {refuse_unkept, read_messages, read_sampling, read_stop, read_tools,
                     read_choice, read_format})
    if (auto done = step(*parsed, out); !done)
      return done.error();
  if (auto done = read_stream(*parsed, read); !done)
    return done.error();
  return read;
}

reply write(const answer& x, std::int64_t created, bool wants_format) {
  auto is_completion = x.ended == outcome::answered || x.ended == outcome::degraded
                       || (x.ended == outcome::blocked && x.withheld);
  if (is_completion)
    return {.status = 200, .headers = {}, .body = completion_body(x, created, wants_format)};
  const auto code = x.problem->code;
  const auto status = code == errc::content_policy_violation ? 400 : http_status(code);
  auto out = error_reply(surface::openai, *x.problem, x.id, status);
  out.body.pop_back(); // the brace that ends it
  out.body += R"(,"hedgerow":{)";
  append_envelope(out.body, x, true);
  out.body += "}}";
  return out;
}

} // namespace hedgerow::openai_surface
