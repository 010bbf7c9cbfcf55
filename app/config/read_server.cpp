#include "app/config/parts.hpp"
#include "app/config/units.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>

namespace hedgerow::config {

namespace {

std::optional<listen_address> read_address(const std::string& text) {
  auto colon = text.rfind(':');
  if (colon == std::string::npos)
    return std::nullopt;
  auto host = text.substr(0, colon);
  auto port = read_integer(text.substr(colon + 1));
  if (host.size() > 2 && host.front() == '[' && host.back() == ']')
    host = host.substr(1, host.size() - 2);
  if (host == "localhost")
    host = "127.0.0.1";
  boost::system::error_code bad;
  boost::asio::ip::make_address(host, bad);
  if (bad || !port || *port < 0 || *port > 65535)
    return std::nullopt;
  return listen_address{host, static_cast<std::uint16_t>(*port)};
}

void address(section& in, std::string_view key, listen_address& out, std::string_view doc) {
  std::string text;
  in.text(key, text, doc);
  if (text.empty())
    return;
  if (auto read = read_address(text))
    out = *read;
  else
    in.error(key, "`" + text + "` is not an address; write it like 127.0.0.1:8080 or [::1]:8080");
}

bool is_loopback(const listen_address& x) {
  return boost::asio::ip::make_address(x.host).is_loopback();
}

void read_limits(section in, server_limits& out) {
  in.bytes("body", out.body, "The largest body of a call.");
  in.bytes("headers", out.headers, "The largest header of a call.");
  in.duration("header_timeout", out.header_timeout, "How long a header may take to arrive.");
  in.duration("idle", out.idle, "How long a connection may say nothing.");
  auto connections = static_cast<std::int64_t>(out.connections);
  auto in_flight = static_cast<std::int64_t>(out.in_flight);
  in.integer("connections", connections, 1, 1'000'000, "Connections that are open at once.");
  in.integer("in_flight", in_flight, 1, 1'000'000,
             "Requests under way at once; one more is a 429.");
  out.connections = static_cast<std::size_t>(connections);
  out.in_flight = static_cast<std::size_t>(in_flight);
  in.close();
}

void read_tls(section in, std::optional<tls_files>& out) {
  tls_files files;
  in.text("certificate", files.certificate, "PEM file with the certificate chain.");
  in.text("key", files.key, "PEM file with the private key.");
  in.require("certificate");
  in.require("key");
  in.close();
  if (in.present())
    out = files;
}

bool is_digest(const std::string& x) {
  return x.size() == 64 && x.find_first_not_of("0123456789abcdef") == std::string::npos;
}

caller_config read_caller(section& in) {
  caller_config out;
  in.text("name", out.name, "Names the caller in logs and metrics.");
  in.text("key_sha256", out.key_sha256, "SHA-256 of the key, 64 lower-case hex digits.");
  in.text("segment", out.segment, "The segment its requests are counted in.");
  in.texts("tasks", out.tasks, "The tasks it may use; absent: all.");
  auto budget = in.child("budget", "What it may spend.");
  double money = -1;
  std::int64_t rate = 0;
  budget.money("cost_per_day", money, "USD a day (UTC).");
  budget.integer("requests_per_minute", rate, 1, 100'000'000, "Requests a minute.");
  budget.close();
  if (money >= 0)
    out.budget.cost_per_day = money;
  if (rate > 0)
    out.budget.requests_per_minute = rate;
  std::int64_t status = out.exhausted_status;
  in.integer("exhausted_status", status, 400, 599, "Status when no route is left: 503, or 406.");
  if (status != 503 && status != 406)
    in.error("exhausted_status", "has to be 503, or 406 for clients that ignore x-should-retry");
  out.exhausted_status = static_cast<int>(status);
  in.require("name");
  in.require("key_sha256");
  in.close();
  if (!out.key_sha256.empty() && !is_digest(out.key_sha256))
    in.error("key_sha256", "has to be the SHA-256 of a key as 64 lower-case hex digits");
  return out;
}

void read_callers(section& server, std::vector<caller_config>& out) {
  const auto* list = server.raw("callers", R"("type":"array","items":{"type":"object"})",
                                "Who may call, by key; absent: everybody, on loopback only.");
  if (!list)
    return;
  if (!list->is_sequence() || list->items.empty()) {
    server.error("callers", "has to be a list of callers; leave it out to admit everybody");
    return;
  }
  for (std::size_t i = 0; i < list->items.size(); ++i) {
    section one{server.all(), &list->items[i], "server.callers[" + std::to_string(i) + "]",
                nullptr};
    if (!one.present())
      continue;
    out.push_back(read_caller(one));
    auto same = [&](auto& x) { return x.name == out.back().name; };
    if (std::count_if(out.begin(), out.end(), same) > 1)
      one.error("name", "`" + out.back().name + "` is the name of another caller, too");
  }
}

} // namespace

void read_server(section& file, configuration& out) {
  auto in = file.child("server", "The gateway itself.");
  auto& x = out.server;
  address(in, "listen", x.listen, "Where callers connect.");
  address(in, "admin", x.admin, "Where operators connect; a listener of its own.");
  in.text("admin_token", x.admin_token, "What operators show; empty: admin has to be on loopback.");
  std::int64_t threads = x.threads;
  in.integer("threads", threads, 0, 1024, "0: one per core.");
  x.threads = static_cast<unsigned>(threads);
  in.duration("drain", x.drain, "How long what is in flight may take after SIGTERM.",
              milliseconds{0});
  read_limits(in.child("limits", "What one caller cannot exceed."), x.limits);
  read_tls(in.child("tls", "Absent: plain HTTP."), x.tls);
  read_callers(in, x.callers);
  auto hooks = in.child("webhooks", "How callers are told of what was queued.");
  hooks.text("secret", x.webhooks.secret, "Signs webhooks.");
  hooks.texts("allow", x.webhooks.allow, "Hosts that may be told.");
  hooks.close();
  in.close();
  if (x.admin_token.empty() && !is_loopback(x.admin))
    in.error("admin", "is not on loopback, so `server.admin_token` has to be set");
  if (x.callers.empty() && !is_loopback(x.listen))
    in.error("listen", "is not on loopback, so `server.callers` has to be set");
}

void read_store(section& file, configuration& out) {
  const auto* x =
      file.raw("store", R"("type":["object","string"])", "Where what was promised is kept.");
  if (!x)
    return;
  if (x->is_scalar()) {
    if (x->text == "memory")
      out.store.what = store_config::kind::memory;
    else
      file.error("store",
                 shown(*x) + " is not known; write `memory`, `{ path: … }` or `{ url: … }`");
    return;
  }
  section in{file.all(), x, "store", nullptr};
  in.text("path", out.store.path, "A SQLite file.");
  in.text("url", out.store.url, "A PostgreSQL database.");
  in.text("key", out.store.key, "Encrypts kept prompts.");
  in.close();
  if (!out.store.url.empty()) {
    out.store.what = store_config::kind::postgresql;
    if (find(*x, "path"))
      in.error("path", "cannot stand beside `url`; choose one");
  }
}

void read_log(section& file, configuration& out) {
  auto in = file.child("log", "What is written down.");
  static const std::vector<std::string_view> levels{"trace", "debug", "info",
                                                    "warn",  "error", "off"};
  if (auto i = in.choice("level", levels, "The least important line that is written."))
    out.log.level = levels[*i];
  if (auto i = in.choice("format", {"text", "json"}, "Lines for people or for machines."))
    out.log.as = *i == 0 ? log_config::format::text : log_config::format::json;
  in.text("file", out.log.file, "`-`: standard error.");
  in.flag("prompts", out.log.prompts, "Whether prompts and outputs may be logged.");
  in.close();
  if (out.log.prompts)
    in.error("prompts", "is not built yet; prompts and outputs are never logged");
}

} // namespace hedgerow::config
