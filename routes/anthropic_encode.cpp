#include "contracts/instructions.hpp"
#include "contracts/lowering.hpp"
#include "routes/anthropic.hpp"
#include "routes/base_url.hpp"
#include "routes/complaint.hpp"
#include "routes/image_source.hpp"
#include "routes/json_object.hpp"
#include "routes/outgoing.hpp"
#include "routes/turns.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace hedgerow::anthropic {

namespace {

constexpr std::size_t tool_name_bytes_max = 128;
constexpr std::size_t id_bytes_max = 64;
constexpr std::int64_t output_tokens_unless_known = 4096;
constexpr std::array<std::string_view, 4> image_types{"image/jpeg", "image/png", "image/gif",
                                                      "image/webp"};

/// Writes the blocks of one turn's content.
class blocks {
public:
  explicit blocks(std::string& out) : out_{out} { out_ += '['; }

  json_object block(std::string_view type) {
    out_ += empty_ ? "" : ",";
    empty_ = false;
    json_object fields{out_};
    fields.text("type", type);
    return fields;
  }

  void text(std::string_view words) {
    auto fields = block("text");
    fields.text("text", words);
    fields.end();
  }

  bool empty() const { return empty_; }

  void end() { out_ += ']'; }

private:
  std::string& out_;
  bool empty_ = true;
};

void append_image(blocks& to, const part& x) {
  const auto image = read_image(x);
  if (!image)
    return; // There would have been an objection.
  auto fields = to.block("image");
  json_object source{fields.member("source")};
  source.text("type", image->data.empty() ? "url" : "base64");
  if (image->data.empty()) {
    source.text("url", image->url);
  } else {
    source.text("media_type", lower_case(image->media_type));
    source.text("data", image->data);
  }
  source.end();
  fields.end();
}

std::string_view without_white_end(std::string_view x) {
  return x.substr(0, x.find_last_not_of(" \t\r\n") + 1);
}

/// `continued`: the model goes on from there.
void append_parts(blocks& to, const message& x, bool continued = false) {
  for (const auto& p : x.parts) {
    if (p.what == part::kind::image)
      append_image(to, p);
    else if (!is_blank(p.text))
      to.text(continued ? without_white_end(p.text) : p.text);
  }
}

void append_result(blocks& to, const message& x) {
  auto fields = to.block("tool_result");
  fields.text("tool_use_id", portable_id(x.tool_call_id, id_bytes_max));
  blocks content{fields.member("content")};
  append_parts(content, x);
  content.end();
  if (x.failed)
    fields.flag("is_error", true);
  fields.end();
}

void append_thought(blocks& to, const thought& x) {
  if (x.by != thought::issuer::anthropic)
    return;
  auto fields = to.block(x.redacted ? "redacted_thinking" : "thinking");
  if (x.redacted) {
    fields.text("data", x.signature);
  } else {
    fields.text("thinking", x.text);
    fields.text("signature", x.signature);
  }
  fields.end();
}

void append_call(blocks& to, const tool_call& x) {
  auto fields = to.block("tool_use");
  fields.text("id", portable_id(x.id, id_bytes_max));
  fields.text("name", x.name);
  fields.member("input") += arguments_object(x);
  fields.end();
}

void append_said(blocks& to, const message& x, bool continued) {
  for (const auto& each : x.thoughts)
    append_thought(to, each);
  append_parts(to, x, continued);
  for (const auto& each : x.tool_calls)
    append_call(to, each);
}

void append_turn(std::string& out, const turn& x, bool last) {
  json_object fields{out};
  fields.text("role", x.assistant ? "assistant" : "user");
  blocks content{fields.member("content")};
  for (const auto* each : x.messages) {
    if (each->from == role::tool)
      append_result(content, *each);
    else
      append_said(content, *each, last && x.assistant && each == x.messages.back());
  }
  if (content.empty())
    content.text(no_question);
  content.end();
  fields.end();
}

/// The schema to send as `output_config.format`; nothing: the form is told in words.
std::optional<std::string> native_schema(const route_config& route, const output_format& x) {
  if (x.what != output_format::kind::json_schema || x.schema.empty()
      || !route.capabilities.has(capability::json_schema))
    return std::nullopt;
  return schema_in(x, schema_dialect::anthropic);
}

void append_parameters(json_object& fields, const route_config& route, const tool& x) {
  constexpr std::string_view anything = R"({"type":"object"})";
  const bool may_be_strict =
      x.strict.value_or(false) && route.capabilities.has(capability::json_schema);
  const auto wanted = [&](schema_dialect to) {
    return x.parameters.empty() ? std::nullopt : parameters_in(x, to);
  };
  const auto strict = may_be_strict ? wanted(schema_dialect::anthropic) : std::nullopt;
  const auto sent = strict ? strict : wanted(schema_dialect::openai_lax);
  const bool told = !sent && !x.parameters.empty();
  fields.text_unless_empty("description", told ? described(x) : x.description);
  fields.member("input_schema") += sent ? std::string_view{*sent} : anything;
  if (strict)
    fields.flag("strict", true);
}

void append_choice(json_object& body, const prompt& ask) {
  const auto choice = ask.choice.value_or(tool_choice{});
  const bool one_at_a_time = !ask.params.parallel_tool_calls.value_or(true);
  if (!ask.choice && !one_at_a_time)
    return;
  json_object fields{body.member("tool_choice")};
  switch (choice.what) {
  case tool_choice::kind::automatic:
    fields.text("type", "auto");
    break;
  case tool_choice::kind::none:
    fields.text("type", "none");
    break;
  case tool_choice::kind::required:
    fields.text("type", "any");
    break;
  case tool_choice::kind::named:
    fields.text("type", "tool");
    fields.text("name", choice.name);
    break;
  }
  if (one_at_a_time && choice.what != tool_choice::kind::none)
    fields.flag("disable_parallel_tool_use", true);
  fields.end();
}

void append_tools(json_object& body, std::string& out, const route_config& route,
                  const prompt& ask) {
  if (ask.tools.empty())
    return;
  append_list(body.member("tools"), ask.tools, [&](const tool& x) {
    json_object fields{out};
    fields.text("name", x.name);
    append_parameters(fields, route, x);
    fields.end();
  });
  append_choice(body, ask);
}

std::string_view effort_of(const parameters& x) {
  if (x.reasoning_effort == "minimal")
    return "low";
  return x.reasoning_effort == "none" ? std::string_view{} : std::string_view{x.reasoning_effort};
}

void append_output_config(json_object& body, const std::optional<std::string>& schema,
                          std::string_view effort) {
  if (!schema && effort.empty())
    return;
  json_object fields{body.member("output_config")};
  if (schema) {
    json_object format{fields.member("format")};
    format.text("type", "json_schema");
    format.member("schema") += *schema;
    format.end();
  }
  fields.text_unless_empty("effort", effort);
  fields.end();
}

void append_params(json_object& body, std::string& out, const parameters& x) {
  if (x.temperature)
    body.number("temperature", std::optional{std::clamp(*x.temperature, 0.0, 1.0)});
  else
    body.number("top_p", x.top_p);
  if (!x.stop.empty())
    append_list(body.member("stop_sequences"), x.stop,
                [&out](const std::string& word) { json::append_quoted(out, word); });
  if (x.reasoning_effort == "none")
    body.member("thinking") += R"({"type":"disabled"})";
  if (x.user.empty())
    return;
  json_object metadata{body.member("metadata")};
  metadata.text("user_id", x.user);
  metadata.end();
}

std::string body_of(const route_config& route, const model_call& call) {
  const auto& ask = *call.ask;
  const auto schema = native_schema(route, ask.format);
  std::string out;
  out.reserve(expected_size(ask));
  json_object body{out};
  body.text("model", route.model);
  if (call.on_piece)
    body.flag("stream", true);
  const auto most = route.max_output > 0 ? route.max_output : output_tokens_unless_known;
  body.number("max_tokens", std::optional{output_limit(route, call).value_or(most)});
  const auto words = schema ? std::string{} : instructions(ask.format, !ask.tools.empty());
  body.text_unless_empty("system", system_text(ask, words));
  const auto turns = turns_of(ask);
  append_list(body.member("messages"), turns,
              [&](const turn& x) { append_turn(out, x, &x == &turns.back()); });
  append_tools(body, out, route, ask);
  append_output_config(body, schema, effort_of(ask.params));
  append_params(body, out, ask.params);
  body.end();
  return out;
}

bool is_unsayable_image(const message& x, const part& p) {
  if (p.what != part::kind::image)
    return false;
  const auto image = read_image(p);
  return x.from == role::assistant
         || (image && !image->data.empty()
             && std::ranges::find(image_types, lower_case(image->media_type)) == image_types.end());
}

} // namespace

std::optional<failure> objection(const route_config& route, const model_call& call) {
  const auto& ask = *call.ask;
  if (auto why = objection_to_turns(route, ask))
    return why;
  for (const auto& x : ask.messages)
    if (std::ranges::any_of(x.parts, [&](const part& p) { return is_unsayable_image(x, p); }))
      return inexpressible("an image that Anthropic does not take there, or of that type");
  const auto fits = [](const tool& x) { return is_plain_name(x.name, tool_name_bytes_max); };
  if (!std::ranges::all_of(ask.tools, fits))
    return inexpressible("Anthropic takes no tool of such a name");
  if (std::ranges::any_of(ask.params.stop, is_blank))
    return inexpressible("Anthropic takes no stop word of white space");
  return std::nullopt;
}

http_request encode(const route_config& route, const model_call& call) {
  const auto prefix = path_prefix(route.provider.base_url);
  http_headers own{{"anthropic-version", "2023-06-01"}};
  if (!route.provider.api_key.empty())
    own.emplace_back("x-api-key", route.provider.api_key);
  auto target = std::string{prefix} + (prefix.ends_with("/v1") ? "/messages" : "/v1/messages");
  auto x = request_to(route, call, std::move(target), std::move(own));
  x.body = body_of(route, call);
  return x;
}

} // namespace hedgerow::anthropic
