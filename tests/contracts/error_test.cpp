#include "contracts/error.hpp"
#include "contracts/failure.hpp"

#include <catch2/catch.hpp>

#include <set>

using namespace hedgerow;

TEST_CASE("every error code has its name and one HTTP status", "[unit]") {
  struct row {
    errc code;
    const char* name;
    int status;
  };
  const row table[]{
      {errc::invalid_json, "invalid_json", 400},
      {errc::invalid_request, "invalid_request", 400},
      {errc::invalid_input, "invalid_input", 400},
      {errc::unauthorized, "unauthorized", 401},
      {errc::model_not_found, "model_not_found", 404},
      {errc::not_offered, "not_offered", 404},
      {errc::body_too_large, "body_too_large", 413},
      {errc::rate_limited, "rate_limited", 429},
      {errc::content_policy_violation, "content_policy_violation", 403},
      {errc::context_length_exceeded, "context_length_exceeded", 400},
      {errc::idempotency_key_reused, "idempotency_key_reused", 422},
      {errc::deadline_exceeded, "deadline_exceeded", 504},
      {errc::all_routes_failed, "all_routes_failed", 503},
      {errc::safety_unavailable, "safety_unavailable", 503},
      {errc::config_invalid, "config_invalid", 500},
  };
  for (const auto& [code, name, status] : table) {
    CAPTURE(name);
    CHECK(to_string(code) == name);
    CHECK(http_status(code) == status);
  }
}

TEST_CASE("a failure class is found by the name it gives itself", "[unit]") {
  std::set<std::string_view> names;
  for (const auto x : failure_classes) {
    CHECK(failure_class_of(to_string(x)) == x);
    names.insert(to_string(x));
  }
  CHECK(names.size() == failure_classes.size());
  CHECK(names.count("unknown") == 0);
  CHECK_FALSE(failure_class_of("Transport").has_value());
  CHECK_FALSE(failure_class_of("").has_value());
}
