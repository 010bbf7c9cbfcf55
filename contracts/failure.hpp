#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hedgerow {

/// Why an attempt went wrong. Every decision about what to do next keys off this.
enum class failure_class : std::uint8_t {
  transport,       ///< Refused, reset, DNS, TLS, 5xx, overloaded, a broken reply.
  rate_limit,      ///< A 429 that waiting cures.
  quota,           ///< Money or a daily allowance is used up; waiting does not help soon.
  latency,         ///< Too slow: connect, first token, stall or total.
  contract,        ///< The model's output breaks the contract.
  capability,      ///< This model cannot: context too long, truncated, unsupported feature.
  policy,          ///< Content filter, safety block or refusal. Never routed around.
  invalid_request, ///< The caller's own mistake.
  auth,            ///< 401, 403, unknown model, bad configuration of ours.
};

inline constexpr std::array failure_classes{
    failure_class::transport, failure_class::rate_limit,      failure_class::quota,
    failure_class::latency,   failure_class::contract,        failure_class::capability,
    failure_class::policy,    failure_class::invalid_request, failure_class::auth,
};

/// The name used in trails, metrics and configuration.
std::string_view to_string(failure_class x);

/// The class called `name`, if there is one.
std::optional<failure_class> failure_class_of(std::string_view name);

/// How much of a route a failure says something about.
enum class failure_scope : std::uint8_t {
  traffic_class, ///< Only the kind of traffic the attempt belonged to.
  route,         ///< All of the route: refused, DNS, TLS, auth, quota.
  unlisted,      ///< An unlisted 4xx: the route's, once three different requests in a row met it.
};

/// The classified bad end of an attempt.
struct failure {
  failure_class kind = failure_class::transport;
  /// One short sentence for the trail, without prompt, output or key.
  std::string reason;
  /// HTTP status of the provider; 0 where there was none.
  int status = 0;
  /// How long the provider asked us to wait.
  std::optional<std::chrono::milliseconds> retry_after = std::nullopt;
  /// Which hint `retry_after` was read from, for the trail: `retry-after-ms`, `retry-after`, …
  std::string_view hint = {};
  failure_scope scope = failure_scope::traffic_class;
  /// The provider said that this call must not be repeated (`x-should-retry: false`).
  bool final_for_route = false;
  /// Of `capability`: the request does not fit the model's context.
  bool too_long = false;
};

} // namespace hedgerow
