#include "app/simulator/gemini.hpp"
#include "app/simulator/words.hpp"
#include "contracts/json.hpp"

namespace hedgerow::simulated::gemini {

namespace {

struct usual_words {
  std::string_view message;
  std::string_view status;
};

usual_words usual_error(int status) {
  switch (status) {
  case 401:
    return {"The request has no valid credentials.", "UNAUTHENTICATED"};
  case 403:
    return {"The caller does not have permission.", "PERMISSION_DENIED"};
  case 404:
    return {"The model is not found.", "NOT_FOUND"};
  case 409:
    return {"The operation was aborted.", "ABORTED"};
  case 429:
    return {"Resource exhausted. Please try again later.", "RESOURCE_EXHAUSTED"};
  case 499:
    return {"The operation was cancelled.", "CANCELLED"};
  case 503:
    return {"The model is overloaded. Please try again later.", "UNAVAILABLE"};
  case 504:
    return {"The deadline passed before the operation was complete.", "DEADLINE_EXCEEDED"};
  default:
    return status < 500 ? usual_words{"The request is invalid.", "INVALID_ARGUMENT"}
                        : usual_words{"An internal error has occurred.", "INTERNAL"};
  }
}

/// `,{"@type":…` of one detail, to be filled and closed.
std::string detail(std::string_view type) {
  return R"(,{"@type":"type.googleapis.com/google.rpc.)" + std::string{type} + "\"";
}

/// 37s, and 1.5s.
std::string seconds_of(milliseconds x) {
  auto out = std::to_string(x.count() / 1000);
  if (const auto rest = x.count() % 1000; rest != 0)
    out.append(".").append(std::to_string(1000 + rest).substr(1));
  return out + "s";
}

/// A quota has a name such as GenerateRequestsPerMinutePerProjectPerModel; a reason does not.
std::string code_detail(const provider_error& why) {
  if (why.code.find("Per") != why.code.npos) {
    auto out = detail("QuotaFailure") + R"(,"violations":[{"quotaId":)";
    json::append_quoted(out, why.code);
    return out + "}]}";
  }
  auto out = detail("ErrorInfo");
  append_member(out, "reason", why.code);
  return out + R"(,"domain":"googleapis.com"})";
}

std::string details_of(const provider_error& why) {
  std::string out;
  if (!why.code.empty())
    out += code_detail(why);
  if (!why.param.empty()) {
    out += detail("BadRequest") + R"(,"fieldViolations":[{"field":)";
    json::append_quoted(out, why.param);
    out += "}]}";
  }
  if (why.retry_delay) {
    out += detail("RetryInfo");
    append_member(out, "retryDelay", seconds_of(*why.retry_delay));
    out += "}";
  }
  return out;
}

} // namespace

std::string error_body(int status, const provider_error& why) {
  const auto usual = usual_error(status);
  auto out = R"({"error":{"code":)" + std::to_string(status);
  append_member(out, "message", why.message.empty() ? usual.message : why.message);
  append_member(out, "status", why.type.empty() ? usual.status : why.type);
  if (const auto details = details_of(why); !details.empty())
    out.append(R"(,"details":[)").append(details, 1).append("]");
  return out + "}}";
}

} // namespace hedgerow::simulated::gemini
