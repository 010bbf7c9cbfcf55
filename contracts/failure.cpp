#include "contracts/failure.hpp"

#include <algorithm>

namespace hedgerow {

std::string_view to_string(failure_class x) {
  switch (x) {
  case failure_class::transport:
    return "transport";
  case failure_class::rate_limit:
    return "rate_limit";
  case failure_class::quota:
    return "quota";
  case failure_class::latency:
    return "latency";
  case failure_class::contract:
    return "contract";
  case failure_class::capability:
    return "capability";
  case failure_class::policy:
    return "policy";
  case failure_class::invalid_request:
    return "invalid_request";
  case failure_class::auth:
    return "auth";
  }
  return "unknown";
}

std::optional<failure_class> failure_class_of(std::string_view name) {
  const auto called = [name](failure_class x) { return to_string(x) == name; };
  const auto i = std::ranges::find_if(failure_classes, called);
  return i == failure_classes.end() ? std::nullopt : std::optional{*i};
}

} // namespace hedgerow
