#include "routes/outgoing.hpp"

#include "routes/ending.hpp"

#include <algorithm>
#include <utility>

namespace hedgerow {

namespace {

/// What was kept of `schema`, or else what is made of it now.
std::optional<std::string> lowered_to(const lowered_schemas* kept, std::string_view schema,
                                      schema_dialect to, bool as_object) {
  const auto fits = [as_object](const lowered& x) { return x.object || !as_object; };
  if (kept != nullptr) {
    const auto* found = kept->in(to);
    return found != nullptr && fits(*found) ? std::optional{found->schema} : std::nullopt;
  }
  const auto source = json::parse(schema);
  if (!source)
    return std::nullopt;
  auto made = lower(*source, to);
  return made && fits(*made) ? std::optional{std::move(made->schema)} : std::nullopt;
}

} // namespace

http_request request_to(const route_config& route, const model_call& call, std::string target,
                        http_headers own) {
  const auto& configured = route.provider.headers;
  http_request x;
  x.target = std::move(target);
  x.headers = {{"content-type", "application/json"},
               {"accept", call.on_piece ? "text/event-stream" : "application/json"}};
  if (route.provider.trace && !call.traceparent.empty())
    own.emplace_back("traceparent", call.traceparent);
  for (auto& field : own)
    if (header(configured, field.first).empty())
      x.headers.push_back(std::move(field));
  x.headers.insert(x.headers.end(), configured.begin(), configured.end());
  return x;
}

std::optional<std::int64_t> output_limit(const route_config& route, const model_call& call) {
  auto most = call.ask->params.max_tokens;
  if (call.max_tokens)
    most = std::min(most.value_or(*call.max_tokens), *call.max_tokens);
  if (most && route.max_output > 0)
    most = std::min(*most, route.max_output);
  return most;
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

std::optional<std::string> parameters_in(const tool& x, schema_dialect to) {
  return lowered_to(x.lowered.get(), x.parameters, to, true);
}

std::optional<std::string> schema_in(const output_format& x, schema_dialect to) {
  return lowered_to(x.lowered.get(), x.schema, to, false);
}

std::string described(const tool& x) {
  auto out = x.description;
  out += out.empty() ? "" : "\n\n";
  return out + "The arguments must satisfy this JSON Schema:\n" + x.parameters;
}

bool is_plain_name(std::string_view x, std::size_t most) {
  return !x.empty() && x.size() <= most && std::ranges::all_of(x, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'
           || c == '-';
  });
}

std::string portable_id(std::string_view id, std::size_t most) {
  return is_plain_name(id, most) ? std::string{id} : made_up_id(id, 0);
}

failure inexpressible(std::string reason) {
  return failed(failure_class::capability, std::move(reason), 0);
}

} // namespace hedgerow
