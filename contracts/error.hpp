#pragma once

#include <boost/system/result.hpp>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace hedgerow {

/// What a caller is told when there is no answer. The names are part of the protocol.
enum class errc : std::uint8_t {
  invalid_json,
  invalid_request,
  invalid_input,
  unauthorized,
  model_not_found,
  not_offered,
  body_too_large,
  rate_limited,
  content_policy_violation,
  context_length_exceeded,
  idempotency_key_reused,
  deadline_exceeded,
  all_routes_failed,
  safety_unavailable,
  config_invalid, ///< Never reaches a caller: a policy or schema that does not hold together.
};

/// The code as callers see it, for example `model_not_found`.
std::string_view to_string(errc x);

/// The HTTP status that goes with the code on the native surface. The OpenAI and Anthropic surfaces
/// answer `content_policy_violation` with 400 instead of 403.
int http_status(errc x);

/// An expected failure of ours: says what is wrong and where.
struct error {
  errc code = errc::invalid_request;
  /// One sentence: what is wrong and what to do about it.
  std::string message;
  /// The member or parameter it is about, empty if none.
  std::string param;
};

template <class T>
using result = boost::system::result<T, error>;

/// Called by `result::value()` on an error, which is a bug of the one who calls it.
[[noreturn]] inline void throw_exception_from_error(const error& x, const boost::source_location&) {
  throw std::logic_error(x.message);
}

} // namespace hedgerow
