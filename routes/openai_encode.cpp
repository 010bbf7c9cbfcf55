#include "contracts/instructions.hpp"
#include "contracts/json.hpp"
#include "contracts/lowering.hpp"
#include "routes/base_url.hpp"
#include "routes/ending.hpp"
#include "routes/json_object.hpp"
#include "routes/openai.hpp"
#include "routes/outgoing.hpp"

#include <algorithm>
#include <utility>

namespace hedgerow::openai {

namespace {

constexpr std::string_view own_host = "api.openai.com";
constexpr std::size_t tool_name_bytes_max = 64;
constexpr std::size_t id_bytes_max = 40;
constexpr std::size_t mistral_id_bytes = 9;

bool speaks_of_json(const prompt& ask) {
  constexpr std::string_view word = "json";
  return std::ranges::any_of(ask.messages, [&](const message& m) {
    return std::ranges::any_of(m.parts, [&](const part& p) {
      const auto same = [](char a, char b) { return (a | 0x20) == b; };
      return p.what == part::kind::text && !std::ranges::search(p.text, word, same).empty();
    });
  });
}

/// The format in words, where the provider is not told it otherwise; else empty.
std::string instruction_for(const route_config& route, const prompt& ask) {
  const bool native = route.capabilities.has(capability::json_schema);
  // OpenAI refuses `json_object` where no message speaks of JSON.
  const bool told =
      native && (ask.format.what == output_format::kind::json_schema || speaks_of_json(ask));
  return told ? std::string{} : instructions(ask.format, !ask.tools.empty());
}

void append_part(std::string& out, const part& x) {
  json_object fields{out};
  if (x.what == part::kind::text) {
    fields.text("type", "text");
    fields.text("text", x.text);
  } else {
    fields.text("type", "image_url");
    json_object image{fields.member("image_url")};
    image.text("url", x.text);
    image.text_unless_empty("detail", x.detail);
    image.end();
  }
  fields.end();
}

/// A single text goes as a string, which every server understands.
void append_content(std::string& out, const message& x) {
  if (x.parts.empty() && !x.tool_calls.empty())
    out += "null";
  else if (x.parts.empty())
    out += "\"\"";
  else if (x.parts.size() == 1 && x.parts.front().what == part::kind::text)
    json::append_quoted(out, x.parts.front().text);
  else
    append_list(out, x.parts, [&out](const part& p) { append_part(out, p); });
}

/// Ids of another provider's calls, where this one is known to be particular about them.
std::string own_id(const route_config& route, const std::string& id) {
  if (is_at_host(route.provider.base_url, own_host)
      || route.provider.kind == provider_kind::azure_openai)
    return portable_id(id, id_bytes_max);
  const bool mistral = is_at_host(route.provider.base_url, "api.mistral.ai");
  if (!mistral
      || (id.size() == mistral_id_bytes && id.find_first_of("_-") == id.npos
          && is_plain_name(id, mistral_id_bytes)))
    return id;
  return made_up_id(id, 0).substr(std::string_view{"call_"}.size(), mistral_id_bytes);
}

void append_tool_call(std::string& out, const route_config& route, const tool_call& x) {
  json_object fields{out};
  fields.text("id", own_id(route, x.id));
  fields.text("type", "function");
  json_object function{fields.member("function")};
  function.text("name", x.name);
  function.text("arguments", x.arguments);
  function.end();
  fields.end();
}

/// Servers differ on the role `developer`; all of them know `system`.
void append_message(std::string& out, const route_config& route, const message& x) {
  json_object fields{out};
  fields.text("role", to_string(x.from));
  append_content(fields.member("content"), x);
  fields.text_unless_empty("name", x.name);
  if (!x.tool_calls.empty())
    append_list(fields.member("tool_calls"), x.tool_calls,
                [&](const tool_call& call) { append_tool_call(out, route, call); });
  if (x.from == role::tool)
    fields.text("tool_call_id", own_id(route, x.tool_call_id));
  fields.end();
}

/// `messages` with `instruction` at the end of the first system message, in front if there is none.
std::vector<message> instructed(std::vector<message> messages, std::string instruction) {
  auto first = std::ranges::find(messages, role::system, &message::from);
  if (first == messages.end())
    first = messages.insert(messages.begin(), message{role::system, {}, {}, {}, {}});
  auto& parts = first->parts;
  if (!parts.empty() && parts.back().what == part::kind::text)
    parts.back().text += "\n\n" + instruction;
  else
    parts.push_back({part::kind::text, std::move(instruction), {}});
  return messages;
}

void append_messages(std::string& out, const route_config& route, const prompt& ask) {
  const auto write = [&](const message& x) { append_message(out, route, x); };
  if (auto words = instruction_for(route, ask); !words.empty())
    append_list(out, instructed(ask.messages, std::move(words)), write);
  else
    append_list(out, ask.messages, write);
}

/// A tool as the caller wrote it where the caller said whether it is strict, or where there is no
/// strict form of it.
void append_tool(std::string& out, const route_config& route, const tool& x) {
  const bool may =
      !x.strict && !x.parameters.empty() && route.capabilities.has(capability::json_schema);
  const auto strict = may ? parameters_in(x, schema_dialect::openai_strict) : std::nullopt;
  json_object fields{out};
  fields.text("type", "function");
  json_object function{fields.member("function")};
  function.text("name", x.name);
  function.text_unless_empty("description", x.description);
  if (!x.parameters.empty())
    function.member("parameters") += strict ? *strict : x.parameters;
  function.flag("strict", strict ? std::optional{true} : x.strict);
  function.end();
  fields.end();
}

void append_choice(std::string& out, const tool_choice& x) {
  switch (x.what) {
  case tool_choice::kind::automatic:
    out += "\"auto\"";
    break;
  case tool_choice::kind::none:
    out += "\"none\"";
    break;
  case tool_choice::kind::required:
    out += "\"required\"";
    break;
  case tool_choice::kind::named: {
    json_object fields{out};
    fields.text("type", "function");
    json_object function{fields.member("function")};
    function.text("name", x.name);
    function.end();
    fields.end();
    break;
  }
  }
}

void append_tools(json_object& body, std::string& out, const route_config& route,
                  const prompt& ask) {
  if (ask.tools.empty())
    return;
  append_list(body.member("tools"), ask.tools, [&](const tool& x) { append_tool(out, route, x); });
  if (ask.choice)
    append_choice(body.member("tool_choice"), *ask.choice);
  body.flag("parallel_tool_calls", ask.params.parallel_tool_calls);
}

/// OpenAI takes letters, digits, `_` and `-`, at most 64 of them, and demands a name.
std::string format_name(std::string_view wanted) {
  std::string name{wanted.empty() ? "answer" : wanted.substr(0, 64)};
  std::ranges::replace_if(
      name,
      [](char x) {
        const bool letter = (x >= 'a' && x <= 'z') || (x >= 'A' && x <= 'Z');
        return !letter && !(x >= '0' && x <= '9') && x != '_' && x != '-';
      },
      '_');
  return name;
}

void append_format(json_object& body, const route_config& route, const output_format& x) {
  if (x.what == output_format::kind::text || !route.capabilities.has(capability::json_schema))
    return;
  json_object fields{body.member("response_format")};
  if (x.what == output_format::kind::json_object) {
    fields.text("type", "json_object");
  } else {
    fields.text("type", "json_schema");
    // A schema that cannot be sent strictly goes as it stands, and guides the model all the same.
    const auto* strict =
        x.lowered && !x.strict ? x.lowered->in(schema_dialect::openai_strict) : nullptr;
    json_object schema{fields.member("json_schema")};
    schema.text("name", format_name(x.name));
    schema.member("schema") += strict ? strict->schema : x.schema;
    schema.flag("strict", strict ? std::optional{true} : x.strict);
    schema.end();
  }
  fields.end();
}

void append_params(json_object& body, std::string& out, const parameters& x) {
  body.number("temperature", x.temperature);
  body.number("top_p", x.top_p);
  body.number("frequency_penalty", x.frequency_penalty);
  body.number("presence_penalty", x.presence_penalty);
  body.number("seed", x.seed);
  if (!x.stop.empty())
    append_list(body.member("stop"), x.stop,
                [&out](const std::string& word) { json::append_quoted(out, word); });
  body.text_unless_empty("reasoning_effort", x.reasoning_effort);
  body.text_unless_empty("user", x.user);
}

} // namespace

std::string body_of(const route_config& route, const model_call& call,
                    std::string_view limit_name) {
  const auto& ask = *call.ask;
  std::string out;
  out.reserve(expected_size(ask));
  json_object body{out};
  body.text("model", route.model);
  if (call.on_piece) {
    body.flag("stream", true);
    body.member("stream_options") += R"({"include_usage":true})";
  }
  append_messages(body.member("messages"), route, ask);
  append_tools(body, out, route, ask);
  append_format(body, route, ask.format);
  append_params(body, out, ask.params);
  body.number(limit_name, output_limit(route, call));
  body.end();
  return out;
}

std::optional<failure> objection(const route_config& route, const model_call& call) {
  if (is_at_host(route.provider.base_url, own_host))
    return strict_objection(call);
  return std::nullopt;
}

std::optional<failure> strict_objection(const model_call& call) {
  const auto fits = [](const tool& x) { return is_plain_name(x.name, tool_name_bytes_max); };
  if (!std::ranges::all_of(call.ask->tools, fits))
    return inexpressible("OpenAI takes no tool of such a name");
  return std::nullopt;
}

http_request encode(const route_config& route, const model_call& call) {
  const auto& base = route.provider.base_url;
  http_headers own;
  if (!route.provider.api_key.empty())
    own.emplace_back("authorization", "Bearer " + route.provider.api_key);
  auto x =
      request_to(route, call, std::string{path_prefix(base)} + "/chat/completions", std::move(own));
  x.body =
      body_of(route, call, is_at_host(base, own_host) ? "max_completion_tokens" : "max_tokens");
  return x;
}

} // namespace hedgerow::openai
