// The sections `providers` and `routes`.

#include "app/config/sections.hpp"
#include "app/config/values.hpp"
#include "routes/transport/endpoint.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace hedgerow::config {

namespace {

constexpr milliseconds shortest{1};
constexpr milliseconds hour = std::chrono::hours{1};
constexpr std::int64_t tokens_max = 1'000'000'000;

std::string lower_case(std::string_view text) {
  std::string out{text};
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

bool is_header_name(std::string_view x) {
  constexpr std::string_view others = "!#$%&'*+-.^_`|~";
  return !x.empty() && std::ranges::all_of(x, [&](unsigned char c) {
    return (std::isalnum(c) != 0 && c < 0x80) || others.find(static_cast<char>(c)) != others.npos;
  });
}

/// Header fields that the client sets itself, and that would break a call if they stood there
/// twice.
bool is_ours(const std::string& name) {
  constexpr std::array names{"host", "content-length", "connection", "transfer-encoding",
                             "content-type"};
  return std::ranges::find(names, lower_case(name)) != names.end();
}

bool is_secret(const std::string& name) {
  const auto lower = lower_case(name);
  return std::ranges::any_of(std::array{"authorization", "key", "token", "secret", "cookie"},
                             [&](auto word) { return lower.find(word) != lower.npos; });
}

using header_list = std::vector<std::pair<std::string, std::string>>;

value<header_list> headers() {
  auto read = [](reader& in, const place& at) -> std::optional<header_list> {
    if (!at.what.is_mapping()) {
      report_wrong(in, at, "a mapping from header names to values");
      return std::nullopt;
    }
    header_list out;
    for (const auto& item : at.what.items) {
      const place inside{item, &at};
      if (!is_header_name(item.key) || is_ours(item.key)) {
        in.error(inside, "is no header that may be set here; choose another name");
        continue;
      }
      const auto type = is_secret(item.key) ? secret() : text();
      if (auto x = type.read(in, inside))
        out.emplace_back(item.key, std::move(*x));
    }
    return out;
  };
  return {read, R"("type":"object","additionalProperties":{"type":"string"})"};
}

value<std::string> base_url() {
  auto type = checked(text(), [](const std::string& x) -> std::string {
    const auto read = parse_base_url(x);
    return read ? "" : read.error().message;
  });
  return made(std::move(type), [](std::string x) {
    while (x.ends_with('/'))
      x.pop_back();
    return x;
  });
}

struct provider_tls {
  std::string ca_file;
};

value<provider_tls> authorities() {
  return object<provider_tls>({
      optional<provider_tls>("ca_file", &provider_tls::ca_file, readable_file(),
                             "PEM file of the authorities to trust instead of the system's."),
  });
}

/// Whether `traceparent` may be sent on: what is not built is not asked for.
value<bool> untraced() {
  auto type = boolean();
  type.schema = R"("const":false)";
  type.read = [read = type.read](reader& in, const place& at) {
    auto wanted = read(in, at);
    if (wanted.value_or(false)) {
      in.error(at, "`trace: true` is not built yet; remove it");
      wanted = std::nullopt;
    }
    return wanted;
  };
  return type;
}

value<call_timeouts> timeouts() {
  using x = call_timeouts;
  return object<x>({
      optional<x>("connect", &x::connect, duration(shortest, hour),
                  "Until there is a connection, TLS included."),
      optional<x>("first_token", &x::first_token, duration(shortest, hour),
                  "Streamed attempts: to the first content."),
      optional<x>("stall", &x::stall, duration(shortest, hour),
                  "Streamed attempts: between two pieces of content."),
      optional<x>("total", &x::total, duration(shortest, hour * 24), "The whole call."),
  });
}

struct price_draft {
  double input = 0;
  double output = 0;
  std::optional<double> cached_input;
};

value<price> prices() {
  using x = price_draft;
  constexpr double most = 1e6;
  auto read = object<x>({
      required<x>("input", &x::input, number(0, most), "US dollars per million tokens of input."),
      required<x>("output", &x::output, number(0, most),
                  "US dollars per million tokens of output."),
      optional<x>("cached_input", &x::cached_input, number(0, most),
                  "US dollars per million tokens of cached input; absent: as `input`."),
  });
  return made(std::move(read), [](const x& draft) {
    return price{.input = draft.input,
                 .cached_input = draft.cached_input.value_or(draft.input),
                 .output = draft.output};
  });
}

void take_slow_call(breaker_config& out, time_or_figure x) {
  if (const auto* time = std::get_if<milliseconds>(&x))
    out.slow_call = *time;
  else
    out.slow_multiple = std::get<double>(x);
}

value<breaker_config> breaker_keys() {
  using x = breaker_config;
  auto slow = duration_or(read_multiple, "a time such as 3s, or a multiple such as 2x",
                          R"(^[0-9]+(\.[0-9]+)?(ms|s|m|h|d|x)$)");
  auto keys = object<x>({
      optional<x>("window", &x::window, duration(milliseconds{100}, hour), "What is remembered."),
      optional<x>("consecutive", &x::consecutive, integer<int>(0, 1'000'000),
                  "Failures in a row that open it; 0: off."),
      optional<x>("min_calls", &x::min_calls, integer<int>(1, 1'000'000),
                  "Calls in the window below which no rate is judged."),
      optional<x>("failure_rate", &x::failure_rate, share(0.001), "The rate that opens it."),
      optional<x>("above_baseline", &x::above_baseline, multiple(true),
                  "Opens above this many times the route's own baseline; 0x: off."),
      optional<x>("slow_call", std::move(slow),
                  "A call is slow from here on: a time, or a multiple of the route's own p95 (at "
                  "least 1 s; off until there are data). Absent: 2x.",
                  take_slow_call),
      optional<x>("slow_rate", &x::slow_rate, share(0.001),
                  "The share of slow calls that opens it."),
      optional<x>("cooldown", &x::cooldown, duration(shortest, hour), "The first cool-down."),
      optional<x>("max_cooldown", &x::max_cooldown, duration(shortest, hour),
                  "The longest cool-down."),
      optional<x>("probes", &x::probes, integer<int>(1, 1000),
                  "Calls let through while half-open, and good ones in a row that close it."),
  });
  return checked(std::move(keys), [](const x& read) -> std::string {
    return read.cooldown <= read.max_cooldown
               ? ""
               : "`cooldown` (" + show_duration(read.cooldown) + ") is above `max_cooldown` ("
                     + show_duration(read.max_cooldown) + ")";
  });
}

value<route_limits> limit_keys() {
  using x = route_limits;
  constexpr std::int64_t most = 1'000'000'000'000;
  return object<x>({
      optional<x>("concurrency", &x::concurrency, whole(1, most), "Calls under way."),
      optional<x>("requests_per_minute", &x::requests_per_minute, whole(1, most),
                  "Calls started in any minute."),
      optional<x>("tokens_per_minute", &x::tokens_per_minute, whole(1, most),
                  "Tokens of input and output in any minute."),
  });
}

value<capability_set> capabilities() {
  auto words = list_of(one_of<capability>({{"json_schema", capability::json_schema},
                                           {"tools", capability::tools},
                                           {"vision", capability::vision},
                                           {"prefill", capability::prefill}}));
  words = checked(std::move(words), [](std::vector<capability> all) -> std::string {
    std::ranges::sort(all);
    return std::ranges::adjacent_find(all) == all.end() ? "" : "names a capability twice";
  });
  words.schema += R"(,"default":["json_schema","tools","vision"])";
  return made(std::move(words), [](const std::vector<capability>& all) {
    capability_set out{.bits = 0};
    for (const auto x : all)
      out.bits |= static_cast<std::uint8_t>(x);
    return out;
  });
}

value<std::string> language() {
  return text_like(
      "a language code such as en or pt-BR", "^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$",
      [](std::string_view x) {
        const auto code = x.substr(0, x.find('-'));
        return code.size() >= 2 && code.size() <= 3 && x.size() <= 35 && !x.ends_with('-')
               && std::ranges::all_of(code, [](char c) { return c >= 'a' && c <= 'z'; });
      });
}

} // namespace

value<provider_config> provider_section() {
  using x = provider_config;
  using kind = provider_kind;
  return object<x>({
      required<x>("kind", &x::kind,
                  one_of<kind>({{"openai", kind::openai},
                                {"anthropic", kind::anthropic},
                                {"gemini", kind::gemini},
                                {"azure_openai", kind::azure_openai}}),
                  "The dialect it speaks."),
      required<x>("base_url", &x::base_url, base_url(),
                  "Scheme, host, port and path, for example https://api.openai.com/v1."),
      optional<x>("api_key", &x::api_key, secret(), "Write it as \"${NAME}\"; absent: none."),
      optional<x>("api_version", &x::api_version, text(),
                  "Of kind azure_openai: a date means the classic address; else the v1 API."),
      optional<x>("headers", &x::headers, headers(), "Sent with every call."),
      optional<x>("tls", authorities(), "How the provider proves who it is.",
                  [](x& out, provider_tls tls) { out.ca_file = std::move(tls.ca_file); }),
      optional<x>("connections", &x::connections, integer<std::size_t>(1, 100'000),
                  "Idle connections that are kept, over all threads."),
      optional<x>("trace", &x::trace, untraced(), "Whether `traceparent` may be sent on."),
  });
}

value<route_draft> route_section() {
  using x = route_draft;
  const auto in_config = [](auto field) {
    return [field](x & out) -> auto& { return out.config.*field; };
  };
  using c = route_config;
  return object<x>({
      required<x>("provider", &x::provider, name_of("provider"), "One of `providers`."),
      required<x>("model", in_config(&c::model), text(), "The model, as the provider calls it."),
      optional<x>("region", in_config(&c::region), text(),
                  "Free text, reported with every answer."),
      optional<x>("timeout", in_config(&c::timeout), timeouts(), "Limits on the time of one call."),
      optional<x>("price", in_config(&c::cost), prices(),
                  "US dollars per million tokens; absent: cost counts as 0."),
      optional<x>("context", in_config(&c::context), whole(1, tokens_max),
                  "Tokens that fit, input and output together."),
      optional<x>("max_output", in_config(&c::max_output), whole(1, tokens_max),
                  "Tokens it can answer with."),
      optional<x>("capabilities", in_config(&c::capabilities), capabilities(),
                  "What the model may be asked for; `prefill` only where it is listed."),
      optional<x>("languages", in_config(&c::languages), list_of(language()),
                  "Language codes; absent: any."),
      optional<x>("safety", in_config(&c::safety),
                  one_of<safety_level>({{"relaxed", safety_level::relaxed},
                                        {"standard", safety_level::standard},
                                        {"strict", safety_level::strict}}),
                  "Compared with a task's `safety.level`: relaxed < standard < strict."),
      optional<x>("limits", in_config(&c::limits), limit_keys(),
                  "What it may be asked for; absent: no limit."),
      optional<x>("breaker", in_config(&c::breaker), breaker_keys(),
                  "When the route is taken out of use and how it comes back."),
      optional<x>("retry_budget", in_config(&c::retry_budget), share(),
                  "Retries: the share of calls by which a bucket of 10 fills again, beside 1 per "
                  "second."),
      optional<x>("enabled", in_config(&c::enabled), boolean(), "Whether it may be used at all."),
  });
}

} // namespace hedgerow::config
