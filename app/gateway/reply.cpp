#include "app/gateway/reply.hpp"

#include "contracts/json.hpp"

#include <algorithm>
#include <cstddef>

namespace hedgerow {

namespace {

/// What a reply with all its facts has.
constexpr std::size_t usual_header_bytes = 1024;

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

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

/// Anthropic's own name for an error of this status.
std::string_view anthropic_type(int status) {
  switch (status) {
  case 404:
    return "not_found_error";
  case 413:
    return "request_too_large";
  default:
    return openai_type(status);
  }
}

reply anthropic_error(const error& problem, std::string_view id, int status) {
  reply out{.status = status};
  out.body = R"({"type":"error","error":{"type":)";
  json::append_quoted(out.body, anthropic_type(status));
  out.body += R"(,"message":)";
  json::append_quoted(out.body, problem.message);
  out.body += R"(,"code":)";
  json::append_quoted(out.body, to_string(problem.code));
  if (!problem.param.empty()) {
    out.body += R"(,"param":)";
    json::append_quoted(out.body, problem.param);
  }
  // The SDK looks for this, and then sends the whole conversation.
  if (problem.param == "thread")
    out.body += R"(,"details":{"error_code":"thread_unsupported_request"})";
  out.body += '}';
  if (!id.empty()) {
    out.body += R"(,"request_id":)";
    json::append_quoted(out.body, id);
  }
  out.body += '}';
  return out;
}

void append_param(std::string& out, const error& problem) {
  if (problem.param.empty())
    out += "null";
  else
    json::append_quoted(out, problem.param);
}

} // namespace

void header_lines::add(std::string_view name, std::string_view value) {
  if (bytes_.empty())
    bytes_.reserve(usual_header_bytes);
  bytes_ += name;
  bytes_ += ": ";
  const auto begin = static_cast<std::ptrdiff_t>(bytes_.size());
  bytes_ += value;
  std::replace_if(bytes_.begin() + begin, bytes_.end(), is_control, '?');
  bytes_ += "\r\n";
}

reply error_reply(surface on, const error& problem, std::string_view id) {
  return error_reply(on, problem, id, http_status(problem.code));
}

reply error_reply(surface on, const error& problem, std::string_view id, int status) {
  if (on == surface::anthropic)
    return anthropic_error(problem, id, status);
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
