#include "app/gateway/anthropic_surface.hpp"

#include "app/gateway/anthropic_messages.hpp"
#include "app/gateway/anthropic_words.hpp"
#include "app/gateway/envelope.hpp"
#include "app/gateway/members.hpp"

#include <utility>

namespace hedgerow::anthropic_surface {
namespace {

constexpr std::int64_t low_below = 4096;
constexpr std::int64_t high_from = 16384;

result<void> refuse_unkept(const json::value& body, request&) {
  for (const auto* name : {"thread", "top_k", "container", "mcp_servers", "context_management",
                           "compaction", "fallbacks", "fallback_credit_token"})
    if (auto done = refuse(body, name); !done)
      return done;
  if (given(body, "output_format"))
    return wrong("'output_format' is now 'output_config.format'; use that.", "output_format");
  return {};
}

result<void> read_conversation(const json::value& body, request& out) {
  const auto* messages = given(body, "messages");
  if (!messages)
    return wrong("'messages' is missing.", "messages");
  auto read = read_anthropic_messages(*messages);
  if (!read)
    return read.error();
  out.ask.messages = std::move(*read);
  const auto* system = given(body, "system");
  if (!system)
    return {};
  auto said = read_anthropic_system(*system);
  if (!said)
    return said.error();
  out.ask.messages.insert(out.ask.messages.begin(), std::move(*said));
  return {};
}

std::string effort_of(const json::value& thinking) {
  const auto type = json::find_text(thinking, "type");
  if (type == "disabled")
    return "none";
  if (type != "enabled")
    return {};
  const auto* budget = json::find(thinking, "budget_tokens");
  const auto tokens = budget && budget->IsInt64() ? budget->GetInt64() : high_from;
  return tokens < low_below ? "low" : tokens < high_from ? "medium" : "high";
}

result<void> read_sampling(const json::value& body, request& out) {
  auto& p = out.ask.params;
  if (auto done = read_number(body, "temperature", p.temperature); !done)
    return done;
  if (auto done = read_number(body, "top_p", p.top_p); !done)
    return done;
  if (auto done = read_count(body, "max_tokens", p.max_tokens); !done)
    return done;
  if (!p.max_tokens)
    return wrong("'max_tokens' is missing.", "max_tokens");
  if (const auto* stop = given(body, "stop_sequences")) {
    const auto is_text = [](const json::value& x) { return x.IsString(); };
    if (!stop->IsArray() || !std::all_of(stop->Begin(), stop->End(), is_text))
      return wrong("'stop_sequences' must be a list of strings.", "stop_sequences");
    for (const auto& x : stop->GetArray())
      p.stop.emplace_back(json::text_of(x));
  }
  if (const auto* metadata = given(body, "metadata"))
    p.user = json::find_text(*metadata, "user_id");
  if (const auto* thinking = given(body, "thinking"))
    p.reasoning_effort = effort_of(*thinking);
  if (const auto* config = given(body, "output_config");
      config && !json::find_text(*config, "effort").empty())
    p.reasoning_effort = json::find_text(*config, "effort");
  return {};
}

result<void> read_tools(const json::value& body, request& out) {
  if (const auto* tools = given(body, "tools")) {
    auto read = read_anthropic_tools(*tools);
    if (!read)
      return read.error();
    out.ask.tools = std::move(*read);
  }
  const auto* choice = given(body, "tool_choice");
  if (!choice)
    return {};
  using kind = tool_choice::kind;
  const auto type = json::find_text(*choice, "type");
  const auto name = json::find_text(*choice, "name");
  if (type == "auto")
    out.ask.choice = tool_choice{kind::automatic, {}};
  else if (type == "any")
    out.ask.choice = tool_choice{kind::required, {}};
  else if (type == "none")
    out.ask.choice = tool_choice{kind::none, {}};
  else if (type == "tool" && !name.empty())
    out.ask.choice = tool_choice{kind::named, std::string{name}};
  else
    return wrong("'tool_choice' must be of type auto, any, none or tool with a name.",
                 "tool_choice");
  if (const auto* single = json::find(*choice, "disable_parallel_tool_use");
      single && single->IsTrue())
    out.ask.params.parallel_tool_calls = false;
  return {};
}

/// The caller's own schema is a contract for this request, beside the task's.
result<void> read_format(const json::value& body, request& out) {
  const auto* config = given(body, "output_config");
  const auto* format = config ? given(*config, "format") : nullptr;
  if (!format)
    return {};
  const auto* source = given(*format, "schema");
  if (json::find_text(*format, "type") != "json_schema" || !source)
    return wrong("'output_config.format' must be of type json_schema with a schema.",
                 "output_config.format");
  auto shape = schema::compile(*source);
  if (!shape)
    return wrong(shape.error().message, "output_config.format.schema" + shape.error().param);
  auto own = std::make_shared<contract>();
  own->name = "output_config";
  own->format = contract::form::json;
  own->shape = std::move(*shape);
  out.ask.format = {.what = output_format::kind::json_schema,
                    .name = own->name,
                    .schema = own->shape->text(),
                    .strict = {},
                    .lowered = {}};
  out.form = std::move(own);
  return {};
}

std::string message_body(const answer& x, bool wants_format) {
  const auto withheld = is_withheld(x, wants_format);
  std::string out = R"({"id":)";
  json::append_quoted(out, x.id);
  out += R"(,"type":"message","role":"assistant","model":)";
  json::append_quoted(out, x.degraded ? "hedgerow/" + x.degraded->kind : x.model);
  out += R"(,"content":[)";
  if (!withheld && !x.what.text.empty()) {
    out += R"({"type":"text","text":)";
    json::append_quoted(out, x.what.text);
    out += '}';
  }
  if (!withheld)
    for (const auto& call : x.what.tool_calls) {
      out += out.back() == '[' ? "" : ",";
      append_tool_use(out, call, call.arguments);
    }
  out += R"(],"stop_reason":)";
  json::append_quoted(out, withheld ? "refusal" : stop_reason(x.what.finish));
  out += R"(,"stop_sequence":null)";
  append_usage(out, x.usage);
  out += R"(,"hedgerow":{)";
  append_envelope(out, x, true);
  return out + "}}";
}

} // namespace

result<caller_request> read(std::string_view body) {
  auto parsed = json::parse(body);
  if (!parsed)
    return parsed.error();
  if (!json::is_object(*parsed))
    return wrong("The body must be a JSON object.", {});
  caller_request out;
  out.what.task = json::find_text(*parsed, "model");
  if (out.what.task.empty())
    return wrong("'model' must be a string: the name of a task.", "model");
  for (auto* step : {refuse_unkept, read_conversation, read_sampling, read_tools, read_format})
    if (auto done = step(*parsed, out.what); !done)
      return done.error();
  if (auto done = read_flag(*parsed, "stream", out.streams); !done)
    return done.error();
  return out;
}

reply write(const answer& x, bool wants_format) {
  const auto is_message = x.ended == outcome::answered || x.ended == outcome::degraded
                          || (x.ended == outcome::blocked && x.withheld);
  if (is_message)
    return {.status = 200, .headers = {}, .body = message_body(x, wants_format)};
  const auto code = x.problem->code;
  const auto status = code == errc::content_policy_violation ? 400 : http_status(code);
  auto out = error_reply(surface::anthropic, *x.problem, x.id, status);
  out.body.pop_back(); // the brace that ends it
  out.body += R"(,"hedgerow":{)";
  append_envelope(out.body, x, true);
  out.body += "}}";
  return out;
}

} // namespace hedgerow::anthropic_surface
