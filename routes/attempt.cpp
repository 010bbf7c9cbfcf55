#include "routes/attempt.hpp"

namespace hedgerow {

std::string_view to_string(attempt_kind x) {
  switch (x) {
  case attempt_kind::primary:
    return "primary";
  case attempt_kind::retry:
    return "retry";
  case attempt_kind::hedge:
    return "hedge";
  case attempt_kind::fallback:
    return "fallback";
  case attempt_kind::reask:
    return "reask";
  case attempt_kind::stronger:
    return "stronger";
  case attempt_kind::longer_context:
    return "longer_context";
  case attempt_kind::probe:
    return "probe";
  case attempt_kind::shadow:
    return "shadow";
  }
  return "primary";
}

} // namespace hedgerow
