// The sections `server`, `store` and `log`.

#include "app/config/sections.hpp"
#include "app/config/values.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>

namespace hedgerow::config {

namespace {

constexpr milliseconds day = std::chrono::hours{24};

std::optional<listen_address> address_of(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == text.npos)
    return std::nullopt;
  const auto port = read_integer(text.substr(colon + 1));
  auto host = std::string{text.substr(0, colon)};
  if (host.starts_with('[') && host.ends_with(']'))
    host = host.substr(1, host.size() - 2);
  else if (host.find(':') != host.npos)
    return std::nullopt; // IPv6 without brackets: where would the port begin?
  if (host == "localhost")
    host = "127.0.0.1";
  boost::system::error_code problem;
  boost::asio::ip::make_address(host, problem);
  if (problem || !port || *port < 0 || *port > 65535)
    return std::nullopt;
  return listen_address{host, static_cast<std::uint16_t>(*port)};
}

value<listen_address> address() {
  auto written = text_like("an address such as 127.0.0.1:8080 or [::1]:8080", "^.+:[0-9]{1,5}$",
                           [](std::string_view x) { return address_of(x).has_value(); });
  auto type = made(std::move(written), [](const std::string& x) { return *address_of(x); });
  type.show = [](const listen_address& x) {
    const auto is_v6 = x.host.find(':') != std::string::npos;
    return '"' + (is_v6 ? "[" + x.host + "]" : x.host) + ":" + std::to_string(x.port) + '"';
  };
  return type;
}

value<server_limits> limits() {
  using x = server_limits;
  constexpr std::size_t kib = 1024;
  constexpr std::size_t gib = kib * kib * kib;
  return object<x>({
      optional<x>("body", &x::body, bytes(kib, gib), "The largest body of a call."),
      optional<x>("headers", &x::headers, bytes(kib, kib * kib),
                  "The largest header of a call, all fields together."),
      optional<x>("header_timeout", &x::header_timeout, duration(milliseconds{10}, day),
                  "How long a header may take to arrive."),
      optional<x>("idle", &x::idle, duration(milliseconds{10}, day),
                  "How long a connection may say nothing."),
      optional<x>("connections", &x::connections, integer<std::size_t>(1, 1'000'000),
                  "Connections that are open at once."),
      optional<x>("in_flight", &x::in_flight, integer<std::size_t>(1, 1'000'000),
                  "Requests under way at once; one more is refused."),
  });
}

value<tls_files> certificates() {
  using x = tls_files;
  return object<x>({
      required<x>("certificate", &x::certificate, readable_file(), "PEM file with the chain."),
      required<x>("key", &x::key, readable_file(), "PEM file with the private key."),
  });
}

bool is_digest(std::string_view x) {
  return x.size() == 64 && x.find_first_not_of("0123456789abcdef") == x.npos;
}

value<caller_budget> spending() {
  using x = caller_budget;
  return object<x>({
      optional<x>("cost_per_day", &x::cost_per_day, money(), "US dollars a day (UTC)."),
      optional<x>("requests_per_minute", &x::requests_per_minute, whole(1, 1'000'000'000),
                  "Requests a minute."),
  });
}

value<caller_config> caller() {
  using x = caller_config;
  auto status = one_of<int>({{"503", 503}, {"406", 406}});
  status.schema = R"("enum":[503,406])";
  status.show = [](const int& code) { return std::to_string(code); };
  return object<x>({
      required<x>("name", &x::name,
                  text_like("a name of letters, digits, `_`, `.` and `-`",
                            "^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$", is_name),
                  "Names the caller in logs and metrics."),
      required<x>("key_sha256", &x::key_sha256,
                  text_like("the SHA-256 of a key as 64 lower-case hexadecimal digits",
                            "^[0-9a-f]{64}$", is_digest),
                  "SHA-256 of the caller's key, 64 lower-case hexadecimal digits."),
      optional<x>("segment", &x::segment, text(), "The segment its requests are counted in."),
      optional<x>("tasks", &x::tasks, list_of(name_of("task")),
                  "The tasks it may use; absent: all."),
      optional<x>("budget", &x::budget, spending(), "What it may spend; absent: no limit."),
      optional<x>("exhausted_status", &x::exhausted_status, std::move(status),
                  "HTTP status when no route is left; 406 for clients that ignore "
                  "x-should-retry."),
  });
}

/// Nobody at all is never meant, so that an empty list is an error.
value<std::vector<caller_config>> callers() {
  return checked(list_of(caller()), [](const std::vector<caller_config>& all) -> std::string {
    if (all.empty())
      return "lists nobody; leave it out to admit everybody on loopback, or add a caller";
    for (auto i = all.begin(); i != all.end(); ++i) {
      const auto is_same = [&](const caller_config& x) {
        return x.name == i->name || x.key_sha256 == i->key_sha256;
      };
      if (std::any_of(all.begin(), i, is_same))
        return ticked(i->name) + " has the name or the key of a caller before it";
    }
    return {};
  });
}

value<webhook_config> webhooks() {
  using x = webhook_config;
  return object<x>({
      optional<x>("secret", &x::secret, secret(), "Signs webhooks."),
      optional<x>("allow", &x::allow, list_of(text()), "Hosts that may be called."),
  });
}

} // namespace

value<server_config> server_section() {
  using x = server_config;
  return object<x>({
      optional<x>("listen", &x::listen, address(),
                  "Where callers connect; port 0: any that is free."),
      optional<x>("admin", &x::admin, address(), "Where operators connect; a listener of its own."),
      optional<x>("admin_token", &x::admin_token, secret(),
                  "What operators show; empty: admin has to be on loopback. Absent: "
                  "${HEDGEROW_ADMIN_TOKEN:-}."),
      optional<x>("threads", &x::threads, integer<unsigned>(0, 1024), "0: one per core."),
      optional<x>("drain", &x::drain, duration(milliseconds{0}, day),
                  "On SIGTERM: how long what is in flight may take."),
      optional<x>("limits", &x::limits, limits(), "What no caller can exceed."),
      optional<x>("tls", &x::tls, certificates(), "Absent: plain HTTP."),
      optional<x>("callers", &x::callers, callers(),
                  "Who may call, by key; absent: everybody, on loopback only."),
      optional<x>("webhooks", &x::webhooks, webhooks(), "How callers are told of what was queued."),
  });
}

value<store_config> store_section() {
  using x = store_config;
  using kind = store_config::kind;
  auto url = text_like(
      "a URL such as postgresql://host/name", "^postgres(ql)?://.+", [](std::string_view text) {
        return text.starts_with("postgresql://") || text.starts_with("postgres://");
      });
  const auto to_postgresql = [](x& out, std::string text) {
    out.what = kind::postgresql;
    out.url = std::move(text);
  };
  auto mapping = object<x>({
      optional<x>("path", &x::path, text(), "A SQLite file."),
      optional<x>("url", std::move(url), "A PostgreSQL database.", to_postgresql),
      optional<x>("key", &x::key, secret(), "Encrypts what is kept."),
  });
  auto schema = R"("anyOf":[{"const":"memory"},{)" + mapping.schema + "}]";
  auto read = [inside = std::move(mapping.read)](reader& in, const place& at) -> std::optional<x> {
    if (at.what.is_scalar() && at.what.text == "memory")
      return x{.what = kind::memory, .path = {}, .url = {}, .key = {}};
    if (!at.what.is_mapping()) {
      report_wrong(in, at, "`memory`, { path: FILE } or { url: postgresql://… }");
      return std::nullopt;
    }
    if (find(at.what, "path") != nullptr && find(at.what, "url") != nullptr)
      in.error(at, "has both `path` and `url`; keep one");
    return inside(in, at);
  };
  return {std::move(read), std::move(schema)};
}

value<log_config> log_section() {
  using x = log_config;
  std::vector<choice<std::string>> levels;
  for (const auto* level : {"trace", "debug", "info", "warn", "error", "off"})
    levels.push_back({level, level});
  auto prompts = boolean();
  prompts.schema = R"("const":false)";
  prompts.read = [read = prompts.read](reader& in, const place& at) {
    auto wanted = read(in, at);
    if (wanted.value_or(false)) {
      in.error(at, "`prompts: true` is not built yet; prompts and outputs are never logged");
      wanted = std::nullopt;
    }
    return wanted;
  };
  return object<x>({
      optional<x>("level", &x::level, one_of(std::move(levels)),
                  "The least important line that is written."),
      optional<x>("format", &x::as,
                  one_of<x::format>({{"text", x::format::text}, {"json", x::format::json}}),
                  "Lines for people or for machines."),
      optional<x>("file", &x::file, text(), "A file, or `-` for standard error."),
      optional<x>("prompts", &x::prompts, std::move(prompts),
                  "Whether prompts and outputs may be logged."),
  });
}

} // namespace hedgerow::config
