#pragma once

#include "routes/breaker.hpp"
#include "routes/limiter.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hedgerow {

/// The dialect a provider speaks.
enum class provider_kind : std::uint8_t { openai, anthropic, gemini, azure_openai, in_process };

std::string_view to_string(provider_kind x);

/// Where models are called and with which credentials.
struct provider_config {
  std::string name;
  provider_kind kind = provider_kind::openai;
  /// Scheme, host, optional port and path prefix, no slash at the end.
  std::string base_url;
  /// A secret: never logged, never in a message.
  std::string api_key;
  /// Azure's `api-version`.
  std::string api_version;
  /// Sent with every call.
  std::vector<std::pair<std::string, std::string>> headers;
  /// PEM file of the authorities to trust instead of the system's; empty: the system's.
  std::string ca_file;
  /// Connections kept open, over all threads.
  std::size_t connections = 64;
  /// Whether `traceparent` may be sent on.
  bool trace = false;
};

/// USD per million tokens.
struct price {
  double input = 0;
  double cached_input = 0;
  double output = 0;
};

/// How strict a route's own safety is, compared with what a task asks for.
enum class safety_level : std::uint8_t { relaxed, standard, strict };

std::string_view to_string(safety_level x);

/// What a model may be asked for; a set of bits.
enum class capability : std::uint8_t { json_schema = 1, tools = 2, vision = 4, prefill = 8 };

struct capability_set {
  std::uint8_t bits = 1 | 2 | 4; // all but prefill

  bool has(capability x) const { return (bits & static_cast<std::uint8_t>(x)) != 0; }
};

/// Limits on the time of one call. The smallest that applies wins.
struct call_timeouts {
  std::chrono::milliseconds connect{2000};
  /// Streams: to the first content.
  std::chrono::milliseconds first_token{10000};
  /// Streams: between two pieces of content.
  std::chrono::milliseconds stall{10000};
  std::chrono::milliseconds total{30000};
};

/// One way to call one model: provider, model, region, limits, price and capabilities.
/// Read once at load, constant afterwards.
struct route_config {
  std::string name;
  provider_config provider;
  std::string model;
  /// Free text, reported with every answer.
  std::string region;
  call_timeouts timeout;
  price cost;
  /// Tokens of input and output together; 0: unknown.
  std::int64_t context = 0;
  /// Tokens; 0: unknown.
  std::int64_t max_output = 0;
  capability_set capabilities;
  /// Language codes; empty: any.
  std::vector<std::string> languages;
  safety_level safety = safety_level::standard;
  route_limits limits;
  breaker_config breaker;
  /// The share of calls by which the bucket of retries refills, see `retry_budget`.
  double retry_budget = 0.2;
  bool enabled = true;
};

/// Whether what is remembered of one is true of the other: the same provider, address and model.
bool same_route(const route_config& x, const route_config& y);

/// USD that `usage` costs at `x`.
double cost_of(const price& x, std::int64_t input, std::int64_t cached_input, std::int64_t output);

} // namespace hedgerow
