#include "app/gateway/reply.hpp"

#include "contracts/json.hpp"

namespace hedgerow {

namespace {

/// OpenAI's own name for an error of this status.
std::string_view openai_type(int status) {
  switch (status) {
  case 401:
    return "authentication_error";
  case 403:
    return "permission_error";
  case 429:
    return "rate_limit_error";
  case 504:
    return "timeout_error";
  default:
    return status >= 500 ? "api_error" : "invalid_request_error";
  }
}

void append_param(std::string& out, const error& problem) {
  if (problem.param.empty())
    out += "null";
  else
    json::append_quoted(out, problem.param);
}

} // namespace

reply error_reply(surface on, const error& problem, std::string_view id) {
  return error_reply(on, problem, id, http_status(problem.code));
}

reply error_reply(surface on, const error& problem, std::string_view id, int status) {
  reply out{.status = status};
  auto& body = out.body;
  body = R"({"error":{"code":)";
  json::append_quoted(body, to_string(problem.code));
  body += R"(,"message":)";
  json::append_quoted(body, problem.message);
  if (on == surface::openai) {
    body += R"(,"type":)";
    json::append_quoted(body, openai_type(status));
    body += R"(,"param":)";
    append_param(body, problem);
  } else if (!problem.param.empty()) {
    body += R"(,"param":)";
    append_param(body, problem);
  }
  body += '}';
  if (!id.empty()) {
    body += R"(,"id":)";
    json::append_quoted(body, id);
  }
  body += '}';
  return out;
}

} // namespace hedgerow
