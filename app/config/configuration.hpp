#pragma once

#include "actors/policy.hpp"
#include "contracts/contract.hpp"
#include "routes/route_config.hpp"
#include "routes/transport/proxy.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

/// The configuration file, read and checked; the defaults are those of config.md.
namespace hedgerow {

using std::chrono::milliseconds;

/// Where a listener binds: `127.0.0.1:8080`, `[::1]:8080`; port 0 lets the system choose.
struct listen_address {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
};

struct server_limits {
  std::size_t body = 4u << 20;     ///< Bytes.
  std::size_t headers = 16u << 10; ///< Bytes, all header fields of one call together.
  milliseconds header_timeout{5000};
  milliseconds idle{60000};
  std::size_t connections = 10000;
  std::size_t in_flight = 4096;
};

/// PEM files.
struct tls_files {
  std::string certificate;
  std::string key;
};

/// What one caller may spend.
struct caller_budget {
  std::optional<double> cost_per_day; ///< USD.
  std::optional<std::int64_t> requests_per_minute;
};

/// Who may call, by key.
struct caller_config {
  std::string name;
  /// SHA-256 of the key, 64 lower-case hex digits.
  std::string key_sha256;
  std::string segment;
  /// The tasks this caller may use; empty: all.
  std::vector<std::string> tasks;
  caller_budget budget;
  /// The status for a request whose routes are exhausted; 503, or 406 for clients that retry 5xx
  /// whatever they are told.
  int exhausted_status = 503;
};

struct webhook_config {
  std::string secret;
  std::vector<std::string> allow;
};

struct server_config {
  listen_address listen{"127.0.0.1", 8080};
  listen_address admin{"127.0.0.1", 8081};
  std::string admin_token;
  /// 0: one per core.
  unsigned threads = 0;
  milliseconds drain{20000};
  server_limits limits;
  std::optional<tls_files> tls;
  std::vector<caller_config> callers;
  webhook_config webhooks;
};

struct store_config {
  enum class kind : std::uint8_t { memory, sqlite, postgresql };

  kind what = kind::sqlite;
  std::string path = "hedgerow.db";
  std::string url;
  std::string key;
};

struct log_config {
  enum class format : std::uint8_t { text, json };

  std::string level = "info";
  format as = format::text;
  /// `-`: standard error.
  std::string file = "-";
  bool prompts = false;
};

/// A whole file.
struct configuration {
  server_config server;
  store_config store;
  log_config log;
  std::map<std::string, provider_config, std::less<>> providers;
  std::map<std::string, route_config, std::less<>> routes;
  std::map<std::string, std::shared_ptr<const contract>, std::less<>> contracts;
  std::map<std::string, task, std::less<>> tasks;
  /// The environment's word, for what was read from a file.
  http_proxies proxies;
};

} // namespace hedgerow
