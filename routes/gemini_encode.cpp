#include "contracts/instructions.hpp"
#include "contracts/json.hpp"
#include "contracts/lowering.hpp"
#include "routes/base_url.hpp"
#include "routes/gemini.hpp"
#include "routes/gemini_contents.hpp"
#include "routes/json_object.hpp"
#include "routes/outgoing.hpp"
#include "routes/turns.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

namespace hedgerow::gemini {

namespace {

constexpr std::size_t tool_name_bytes_max = 64;
constexpr std::size_t stop_words_max = 5;

/// A schema that goes out natively, and the member it goes out as.
struct native {
  std::string_view name;
  std::string schema;
};

std::optional<native> native_format(const route_config& route, const prompt& ask) {
  const auto& x = ask.format;
  if (x.what != output_format::kind::json_schema || x.schema.empty() || !ask.tools.empty()
      || !route.capabilities.has(capability::json_schema))
    return std::nullopt;
  if (auto made = schema_in(x, schema_dialect::gemini_json_schema))
    return native{"responseJsonSchema", std::move(*made)};
  if (auto made = schema_in(x, schema_dialect::gemini_openapi))
    return native{"responseSchema", std::move(*made)};
  return std::nullopt;
}

std::optional<native> native_parameters(const tool& x) {
  if (x.parameters.empty())
    return std::nullopt;
  if (auto made = parameters_in(x, schema_dialect::gemini_json_schema))
    return native{"parametersJsonSchema", std::move(*made)};
  if (auto made = parameters_in(x, schema_dialect::gemini_openapi))
    return native{"parameters", std::move(*made)};
  return std::nullopt;
}

void append_tool(std::string& out, const tool& x) {
  const auto sent = native_parameters(x);
  const bool told = !sent && !x.parameters.empty();
  json_object fields{out};
  fields.text("name", x.name);
  fields.text_unless_empty("description", told ? described(x) : x.description);
  if (sent)
    fields.member(sent->name) += sent->schema;
  fields.end();
}

std::string_view mode_of(tool_choice::kind x) {
  switch (x) {
  case tool_choice::kind::automatic:
    return "AUTO";
  case tool_choice::kind::none:
    return "NONE";
  case tool_choice::kind::required:
  case tool_choice::kind::named:
    return "ANY";
  }
  return "AUTO";
}

void append_tools(json_object& body, std::string& out, const prompt& ask) {
  if (ask.tools.empty())
    return;
  append_list(body.member("tools"), std::array{0}, [&](int) {
    json_object group{out};
    append_list(group.member("functionDeclarations"), ask.tools,
                [&out](const tool& x) { append_tool(out, x); });
    group.end();
  });
  if (!ask.choice)
    return;
  json_object config{body.member("toolConfig")};
  json_object calling{config.member("functionCallingConfig")};
  calling.text("mode", mode_of(ask.choice->what));
  if (ask.choice->what == tool_choice::kind::named)
    append_list(calling.member("allowedFunctionNames"), std::array{ask.choice->name},
                [&out](const std::string& name) { json::append_quoted(out, name); });
  calling.end();
  config.end();
}

std::optional<std::int64_t> thinking_budget(std::string_view effort) {
  if (effort == "none")
    return 0;
  if (effort == "minimal" || effort == "low")
    return 1024;
  if (effort == "medium")
    return 8192;
  return effort.empty() ? std::nullopt : std::optional<std::int64_t>{24576};
}

std::optional<std::int64_t> seed_of(const parameters& x) {
  using small = std::numeric_limits<std::int32_t>;
  const bool fits = x.seed && *x.seed >= small::min() && *x.seed <= small::max();
  return fits ? x.seed : std::nullopt;
}

void append_params(json_object& config, std::string& out, const parameters& x) {
  config.number("temperature", x.temperature);
  config.number("topP", x.top_p);
  config.number("frequencyPenalty", x.frequency_penalty);
  config.number("presencePenalty", x.presence_penalty);
  config.number("seed", seed_of(x));
  if (!x.stop.empty())
    append_list(config.member("stopSequences"), x.stop,
                [&out](const std::string& word) { json::append_quoted(out, word); });
  if (const auto budget = thinking_budget(x.reasoning_effort)) {
    json_object thinking{config.member("thinkingConfig")};
    thinking.number("thinkingBudget", budget);
    thinking.end();
  }
}

void append_config(json_object& body, std::string& out, const route_config& route,
                   const model_call& call, const std::optional<native>& schema) {
  const auto& ask = *call.ask;
  json_object config{body.member("generationConfig")};
  config.number("maxOutputTokens", output_limit(route, call));
  append_params(config, out, ask.params);
  if (ask.format.what != output_format::kind::text && ask.tools.empty()
      && route.capabilities.has(capability::json_schema))
    config.text("responseMimeType", "application/json");
  if (schema)
    config.member(schema->name) += schema->schema;
  config.end();
}

/// What goes into the system text because there is no other way to say it.
std::string told(const prompt& ask, bool has_schema) {
  auto out = has_schema ? std::string{} : instructions(ask.format, !ask.tools.empty());
  if (ask.tools.empty() || ask.params.parallel_tool_calls.value_or(true))
    return out;
  return out + (out.empty() ? "" : "\n\n") + "Call at most one tool at a time.";
}

std::string body_of(const route_config& route, const model_call& call) {
  const auto& ask = *call.ask;
  const auto schema = native_format(route, ask);
  std::string out;
  out.reserve(expected_size(ask));
  json_object body{out};
  if (const auto words = system_text(ask, told(ask, schema.has_value())); !words.empty())
    append_system(body.member("systemInstruction"), words);
  append_contents(body.member("contents"), route, ask);
  append_tools(body, out, ask);
  append_config(body, out, route, call, schema);
  body.end();
  return out;
}

bool is_callable(const tool& x) {
  const auto stays = [](char c) { return c == '.' || c == ':' || is_plain_name({&c, 1}, 1); };
  const auto first = x.name.empty() ? '0' : x.name.front();
  return x.name.size() <= tool_name_bytes_max && first != '-' && first != '.' && first != ':'
         && !(first >= '0' && first <= '9') && std::ranges::all_of(x.name, stays);
}

bool is_result_with_image(const message& x) {
  return x.from == role::tool
         && std::ranges::find(x.parts, part::kind::image, &part::what) != x.parts.end();
}

/// A path of several segments.
std::string escaped(std::string_view path) {
  std::string out;
  for (;;) {
    const auto slash = path.find('/');
    out += path_segment(path.substr(0, slash));
    if (slash == path.npos)
      return out;
    out += '/';
    path.remove_prefix(slash + 1);
  }
}

bool names_project(std::string_view prefix) { return prefix.find("/projects/") != prefix.npos; }

bool ends_with_version(std::string_view prefix) {
  const auto last = prefix.substr(prefix.rfind('/') + 1);
  return last.size() > 1 && last[0] == 'v' && last[1] >= '0' && last[1] <= '9';
}

std::string target_of(const route_config& route, bool streamed) {
  const auto& base = route.provider.base_url;
  const auto prefix = path_prefix(base);
  const bool vertex = names_project(prefix) || is_within_host(base, "aiplatform.googleapis.com");
  std::string out{prefix};
  if (!names_project(prefix) && !ends_with_version(prefix))
    out += vertex ? "/v1" : "/v1beta";
  out += '/';
  if (route.model.find('/') == std::string::npos)
    out += vertex ? "publishers/google/models/" : "models/";
  out += escaped(route.model);
  return out + (streamed ? ":streamGenerateContent?alt=sse" : ":generateContent");
}

} // namespace

std::optional<failure> objection(const route_config& route, const model_call& call) {
  const auto& ask = *call.ask;
  if (auto why = objection_to_turns(route, ask))
    return why;
  if (std::ranges::any_of(ask.messages, is_result_with_image))
    return inexpressible("an image in a tool's result");
  if (!std::ranges::all_of(ask.tools, is_callable))
    return inexpressible("Gemini takes no tool of such a name");
  if (ask.params.stop.size() > stop_words_max)
    return inexpressible("Gemini takes no more than five stop words");
  return std::nullopt;
}

http_request encode(const route_config& route, const model_call& call) {
  const auto& key = route.provider.api_key;
  http_headers own;
  if (!key.empty() && names_project(path_prefix(route.provider.base_url)))
    own.emplace_back("authorization", "Bearer " + key);
  else if (!key.empty())
    own.emplace_back("x-goog-api-key", key);
  auto x = request_to(route, call, target_of(route, call.on_piece != nullptr), std::move(own));
  x.body = body_of(route, call);
  return x;
}

} // namespace hedgerow::gemini
