#include "app/config/parts.hpp"
#include "app/config/units.hpp"

#include <algorithm>
#include <array>

namespace hedgerow::config {

namespace {

const std::vector<std::string_view> kinds{"openai", "anthropic", "gemini", "azure_openai"};

void read_headers(section& in, provider_config& out) {
  const auto* x = in.raw("headers", R"("type":"object","additionalProperties":{"type":"string"})",
                         "Sent with every call.");
  if (!x)
    return;
  if (!x->is_mapping()) {
    in.error("headers", "has to be a mapping of names to values");
    return;
  }
  for (const auto& item : x->items) {
    if (!item.is_scalar() || item.text.find_first_of("\r\n") != std::string::npos)
      in.error("headers", "the value of `" + item.key + "` has to be one line of text");
    else
      out.headers.emplace_back(item.key, item.text);
  }
}

void read_provider(section& in, const std::string& name, provider_config& out) {
  out.name = name;
  if (auto kind = in.choice("kind", kinds, "The dialect it speaks.")) {
    out.kind = static_cast<provider_kind>(*kind);
    if (*kind != 0)
      in.error("kind", "`" + std::string{kinds[*kind]} + "` is not built yet; only openai is");
  }
  in.text("base_url", out.base_url, "Scheme, host and prefix, such as https://api.openai.com/v1.");
  in.text("api_key", out.api_key, "Write it as ${NAME}: it is a secret.");
  in.text("api_version", out.api_version, "Azure's api-version.");
  read_headers(in, out);
  auto tls = in.child("tls", "How the provider proves who it is.");
  tls.text("ca_file", out.ca_file, "PEM file of the authorities to trust instead of the system's.");
  tls.close();
  auto connections = static_cast<std::int64_t>(out.connections);
  in.integer("connections", connections, 1, 100'000, "Idle connections kept.");
  out.connections = static_cast<std::size_t>(connections);
  in.flag("trace", out.trace, "Whether traceparent may be sent on.");
  if (out.trace)
    in.error("trace", "is not built yet; remove it");
  in.require("kind");
  in.require("base_url");
  in.close();
  auto& url = out.base_url;
  while (url.ends_with('/'))
    url.pop_back();
  if (!url.empty() && !url.starts_with("http://") && !url.starts_with("https://"))
    in.error("base_url", "has to start with http:// or https://");
  const auto* key = in.here() ? find(*in.here(), "api_key") : nullptr;
  if (key && key->is_scalar() && !key->text.empty() && !key->substituted)
    in.warning("api_key", "stands in plain text; write it as `${NAME}` and set the variable");
}

void read_timeout(section in, call_timeouts& out) {
  in.duration("connect", out.connect, "To a connection, TLS included.");
  in.duration("first_token", out.first_token, "Streams: to the first content.");
  in.duration("stall", out.stall, "Streams: between two pieces of content.");
  in.duration("total", out.total, "The whole call.");
  in.close();
}

void read_price(section in, price& out) {
  constexpr double most = 1e6;
  in.number("input", out.input, 0, most, "USD per million input tokens.");
  out.cached_input = out.input;
  in.number("cached_input", out.cached_input, 0, most, "USD per million cached input tokens.");
  in.number("output", out.output, 0, most, "USD per million output tokens.");
  in.close();
}

void read_breaker(section in, breaker_config& out) {
  std::int64_t consecutive = out.consecutive;
  std::int64_t min_calls = out.min_calls;
  std::int64_t probes = out.probes;
  in.duration("window", out.window, "What is remembered.", milliseconds{1000});
  in.integer("consecutive", consecutive, 0, 1'000'000, "Failures in a row that open it; 0: off.");
  in.integer("min_calls", min_calls, 1, 1'000'000, "Calls below which no rate is judged.");
  in.percent("failure_rate", out.failure_rate, "The rate that opens it.");
  in.multiple("above_baseline", out.above_baseline,
              "Opens above this multiple of the route's own baseline.");
  std::string slow;
  in.text("slow_call", slow, "A time, or a multiple of the route's own p95 such as 2x.");
  if (auto fixed = read_duration(slow))
    out.slow_call = *fixed;
  else if (auto multiple = read_multiple(slow))
    out.slow_multiple = *multiple;
  else if (!slow.empty())
    in.error("slow_call", "`" + slow + "` is neither a time such as 3s nor a multiple such as 2x");
  in.percent("slow_rate", out.slow_rate, "The share of slow calls that opens it.");
  in.duration("cooldown", out.cooldown, "The first cool-down.");
  in.duration("max_cooldown", out.max_cooldown, "The longest cool-down.");
  in.integer("probes", probes, 1, 1000, "Calls let through while half-open.");
  out.consecutive = static_cast<int>(consecutive);
  out.min_calls = static_cast<int>(min_calls);
  out.probes = static_cast<int>(probes);
  in.close();
  if (out.max_cooldown < out.cooldown)
    in.error("max_cooldown", "is shorter than `cooldown`");
}

void read_capabilities(section& in, capability_set& out) {
  static constexpr std::array names{"json_schema", "tools", "vision", "prefill"};
  std::vector<std::string> listed;
  in.texts("capabilities", listed, "What the model may be asked for.");
  const auto* x = in.here() ? find(*in.here(), "capabilities") : nullptr;
  if (!x)
    return;
  out.bits = 0;
  for (const auto& name : listed) {
    auto i = std::ranges::find(names, name) - names.begin();
    if (i == static_cast<std::ptrdiff_t>(names.size()))
      in.error("capabilities",
               "`" + name + "` is not known; json_schema, tools, vision, prefill are");
    else
      out.bits = static_cast<std::uint8_t>(out.bits | (1u << i));
  }
}

void read_route(section& in, const std::string& name, configuration& all, route_config& out) {
  out.name = name;
  std::string provider;
  in.text("provider", provider, "One of `providers`.");
  in.text("model", out.model, "As the provider calls it.");
  in.text("region", out.region, "Free text, reported with every answer.");
  read_timeout(in.child("timeout", "Limits on the time of one call."), out.timeout);
  read_price(in.child("price", "USD per million tokens; absent: cost counts as 0."), out.cost);
  in.integer("context", out.context, 1, 1'000'000'000, "Tokens of input and output together.");
  in.integer("max_output", out.max_output, 1, 1'000'000'000, "Tokens.");
  read_capabilities(in, out.capabilities);
  in.texts("languages", out.languages, "Language codes; absent: any.");
  if (auto i =
          in.choice("safety", {"relaxed", "standard", "strict"}, "How strict its own safety is."))
    out.safety = static_cast<safety_level>(*i);
  in.not_built("limits", "limits per route");
  read_breaker(in.child("breaker", "When it is taken out of use."), out.breaker);
  in.percent("retry_budget", out.retry_budget, "Retries as a share of calls.");
  in.flag("enabled", out.enabled, "Whether it may be used.");
  in.require("provider");
  in.require("model");
  in.close();
  if (provider.empty())
    return;
  if (auto i = all.providers.find(provider); i != all.providers.end())
    out.provider = i->second;
  else
    in.error("provider", "there is no provider called `" + provider + "`");
}

} // namespace

void read_providers(section& file, configuration& out) {
  file.entries("providers", "Where models are called.", [&](const std::string& name, section& in) {
    read_provider(in, name, out.providers[name]);
  });
}

void read_routes(section& file, configuration& out) {
  file.entries("routes", "Ways to call one model.", [&](const std::string& name, section& in) {
    read_route(in, name, out, out.routes[name]);
  });
}

} // namespace hedgerow::config
