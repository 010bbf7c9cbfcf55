#include "contracts/instructions.hpp"
#include "contracts/json.hpp"
#include "contracts/lowering.hpp"
#include "routes/openai.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace hedgerow::openai {

namespace {

/// Writes the commas and braces of one JSON object.
class object {
public:
  explicit object(std::string& out) : out_{out} { out_ += '{'; }

  /// Starts the member `name`; the caller appends its value to what is returned.
  std::string& member(std::string_view name) {
    out_ += empty_ ? "\"" : ",\"";
    empty_ = false;
    out_ += name;
    out_ += "\":";
    return out_;
  }

  void text(std::string_view name, std::string_view value) {
    json::append_quoted(member(name), value);
  }

  void text_unless_empty(std::string_view name, std::string_view value) {
    if (!value.empty())
      text(name, value);
  }

  void flag(std::string_view name, std::optional<bool> value) {
    if (value)
      member(name) += *value ? "true" : "false";
  }

  void number(std::string_view name, std::optional<std::int64_t> value) {
    if (value)
      member(name) += std::to_string(*value);
  }

  void number(std::string_view name, std::optional<double> value) {
    if (!value || !std::isfinite(*value))
      return; // JSON has no word for it.
    std::array<char, 32> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), *value).ptr;
    member(name).append(digits.data(), end);
  }

  void end() { out_ += '}'; }

private:
  std::string& out_;
  bool empty_ = true;
};

/// Appends `[…]` with one `write(item)` for each of `items`.
template <class Items, class Write>
void append_list(std::string& out, const Items& items, Write write) {
  out += '[';
  for (const auto& x : items) {
    if (&x != &items.front())
      out += ',';
    write(x);
  }
  out += ']';
}

std::string_view after_scheme(std::string_view url) {
  const auto at = url.find("://");
  return at == std::string_view::npos ? url : url.substr(at + 3);
}

std::string_view prefix_of(std::string_view base_url) {
  const auto rest = after_scheme(base_url);
  const auto slash = rest.find('/');
  auto path = slash == std::string_view::npos ? std::string_view{} : rest.substr(slash);
  while (path.ends_with('/'))
    path.remove_suffix(1);
  return path;
}

bool is_openai_itself(std::string_view base_url) {
  const auto rest = after_scheme(base_url);
  return same_name(rest.substr(0, rest.find_first_of(":/")), "api.openai.com");
}

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
  object fields{out};
  if (x.what == part::kind::text) {
    fields.text("type", "text");
    fields.text("text", x.text);
  } else {
    fields.text("type", "image_url");
    object image{fields.member("image_url")};
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

void append_tool_call(std::string& out, const tool_call& x) {
  object fields{out};
  fields.text("id", x.id);
  fields.text("type", "function");
  object function{fields.member("function")};
  function.text("name", x.name);
  function.text("arguments", x.arguments);
  function.end();
  fields.end();
}

/// Servers differ on the role `developer`; all of them know `system`.
void append_message(std::string& out, const message& x) {
  object fields{out};
  fields.text("role", to_string(x.from));
  append_content(fields.member("content"), x);
  fields.text_unless_empty("name", x.name);
  if (!x.tool_calls.empty())
    append_list(fields.member("tool_calls"), x.tool_calls,
                [&out](const tool_call& call) { append_tool_call(out, call); });
  if (x.from == role::tool)
    fields.text("tool_call_id", x.tool_call_id);
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
  const auto write = [&out](const message& x) { append_message(out, x); };
  if (auto words = instruction_for(route, ask); !words.empty())
    append_list(out, instructed(ask.messages, std::move(words)), write);
  else
    append_list(out, ask.messages, write);
}

void append_tool(std::string& out, const tool& x) {
  object fields{out};
  fields.text("type", "function");
  object function{fields.member("function")};
  function.text("name", x.name);
  function.text_unless_empty("description", x.description);
  if (!x.parameters.empty())
    function.member("parameters") += x.parameters;
  function.flag("strict", x.strict);
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
    object fields{out};
    fields.text("type", "function");
    object function{fields.member("function")};
    function.text("name", x.name);
    function.end();
    fields.end();
    break;
  }
  }
}

void append_tools(object& body, std::string& out, const prompt& ask) {
  if (ask.tools.empty())
    return;
  append_list(body.member("tools"), ask.tools, [&out](const tool& x) { append_tool(out, x); });
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

void append_format(object& body, const route_config& route, const output_format& x) {
  if (x.what == output_format::kind::text || !route.capabilities.has(capability::json_schema))
    return;
  object fields{body.member("response_format")};
  if (x.what == output_format::kind::json_object) {
    fields.text("type", "json_object");
  } else {
    fields.text("type", "json_schema");
    // A schema that cannot be sent strictly goes as it stands, and guides the model all the same.
    const auto* strict =
        x.lowered && !x.strict ? x.lowered->in(schema_dialect::openai_strict) : nullptr;
    object schema{fields.member("json_schema")};
    schema.text("name", format_name(x.name));
    schema.member("schema") += strict ? strict->schema : x.schema;
    schema.flag("strict", strict ? std::optional{true} : x.strict);
    schema.end();
  }
  fields.end();
}

std::optional<std::int64_t> output_limit(const route_config& route, const model_call& call) {
  auto most = call.ask->params.max_tokens;
  if (call.max_tokens)
    most = std::min(most.value_or(*call.max_tokens), *call.max_tokens);
  // On its own the route's limit says nothing new, and servers that add it to the input would
  // refuse prompts that fit.
  if (most && route.max_output > 0)
    most = std::min(*most, route.max_output);
  return most;
}

void append_params(object& body, std::string& out, const parameters& x) {
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

std::size_t expected_size(const prompt& x) {
  std::size_t bytes = 1024 + x.format.schema.size();
  for (const auto& m : x.messages) {
    bytes += 64;
    for (const auto& p : m.parts)
      bytes += p.text.size() + p.text.size() / 16 + 64;
    for (const auto& call : m.tool_calls)
      bytes += call.arguments.size() * 2 + 128;
  }
  for (const auto& t : x.tools)
    bytes += t.parameters.size() + t.description.size() + 128;
  return bytes;
}

std::string body_of(const route_config& route, const model_call& call) {
  const auto& ask = *call.ask;
  std::string out;
  out.reserve(expected_size(ask));
  object body{out};
  body.text("model", route.model);
  if (call.on_piece) {
    body.flag("stream", true);
    body.member("stream_options") += R"({"include_usage":true})";
  }
  append_messages(body.member("messages"), route, ask);
  append_tools(body, out, ask);
  append_format(body, route, ask.format);
  append_params(body, out, ask.params);
  body.number(is_openai_itself(route.provider.base_url) ? "max_completion_tokens" : "max_tokens",
              output_limit(route, call));
  body.end();
  return out;
}

} // namespace

http_request encode(const route_config& route, const model_call& call) {
  http_request x;
  x.target = std::string{prefix_of(route.provider.base_url)} + "/chat/completions";
  x.headers = {{"content-type", "application/json"},
               {"accept", call.on_piece ? "text/event-stream" : "application/json"}};
  if (!route.provider.api_key.empty())
    x.headers.emplace_back("authorization", "Bearer " + route.provider.api_key);
  if (route.provider.trace && !call.traceparent.empty())
    x.headers.emplace_back("traceparent", call.traceparent);
  x.headers.insert(x.headers.end(), route.provider.headers.begin(), route.provider.headers.end());
  x.body = body_of(route, call);
  return x;
}

} // namespace hedgerow::openai
