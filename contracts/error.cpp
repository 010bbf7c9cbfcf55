#include "contracts/error.hpp"

namespace hedgerow {

std::string_view to_string(errc x) {
  switch (x) {
  case errc::invalid_json:
    return "invalid_json";
  case errc::invalid_request:
    return "invalid_request";
  case errc::invalid_input:
    return "invalid_input";
  case errc::unauthorized:
    return "unauthorized";
  case errc::model_not_found:
    return "model_not_found";
  case errc::not_offered:
    return "not_offered";
  case errc::body_too_large:
    return "body_too_large";
  case errc::rate_limited:
    return "rate_limited";
  case errc::content_policy_violation:
    return "content_policy_violation";
  case errc::context_length_exceeded:
    return "context_length_exceeded";
  case errc::idempotency_key_reused:
    return "idempotency_key_reused";
  case errc::deadline_exceeded:
    return "deadline_exceeded";
  case errc::all_routes_failed:
    return "all_routes_failed";
  case errc::safety_unavailable:
    return "safety_unavailable";
  case errc::config_invalid:
    return "config_invalid";
  }
  return "unknown";
}

int http_status(errc x) {
  switch (x) {
  case errc::invalid_json:
  case errc::invalid_request:
  case errc::invalid_input:
  case errc::context_length_exceeded:
    return 400;
  case errc::unauthorized:
    return 401;
  case errc::content_policy_violation:
    return 403;
  case errc::model_not_found:
  case errc::not_offered:
    return 404;
  case errc::body_too_large:
    return 413;
  case errc::idempotency_key_reused:
    return 422;
  case errc::rate_limited:
    return 429;
  case errc::all_routes_failed:
  case errc::safety_unavailable:
    return 503;
  case errc::deadline_exceeded:
    return 504;
  case errc::config_invalid:
    return 500;
  }
  return 500;
}

} // namespace hedgerow
