#include "actors/request.hpp"

namespace hedgerow {

std::string_view to_string(outcome x) {
  switch (x) {
  case outcome::answered:
    return "answered";
  case outcome::degraded:
    return "degraded";
  case outcome::blocked:
    return "blocked";
  case outcome::rejected:
    return "rejected";
  case outcome::failed:
    return "failed";
  case outcome::cancelled:
    return "cancelled";
  }
  return "unknown";
}

} // namespace hedgerow
