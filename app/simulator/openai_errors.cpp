#include "app/simulator/openai.hpp"
#include "contracts/json.hpp"

#include <utility>

namespace hedgerow::simulated::openai {

namespace {

void append_text_or_null(std::string& out, std::string_view text) {
  if (text.empty())
    out.append("null");
  else
    json::append_quoted(out, text);
}

} // namespace

provider_error usual_error(int status) {
  switch (status) {
  case 400:
    return {"The request is invalid.", "invalid_request_error", "", ""};
  case 401:
    return {"Incorrect API key provided.", "invalid_request_error", "invalid_api_key", ""};
  case 403:
    return {"This key has no access to the model.", "permission_error", "", ""};
  case 404:
    return {"The model does not exist.", "invalid_request_error", "model_not_found", ""};
  case 429:
    return {"Rate limit reached.", "rate_limit_error", "rate_limit_exceeded", ""};
  case 503:
    return {"The engine is overloaded.", "service_unavailable_error", "server_is_overloaded", ""};
  default:
    return {"The server had an error.", status < 500 ? "invalid_request_error" : "server_error", "",
            ""};
  }
}

rejection wrong_path(std::string_view method, std::string_view path) {
  auto message = "Invalid URL (" + std::string{method} + " " + std::string{path} + ")";
  return {404, {std::move(message), "invalid_request_error", "unknown_url", ""}};
}

std::string error_body(int status, const provider_error& why) {
  const auto usual = usual_error(status);
  std::string out = R"({"error":{"message":)";
  json::append_quoted(out, why.message.empty() ? usual.message : why.message);
  out.append(R"(,"type":)");
  append_text_or_null(out, why.type.empty() ? usual.type : why.type);
  out.append(R"(,"param":)");
  append_text_or_null(out, why.param);
  out.append(R"(,"code":)");
  // A code of the script's own must not be paired with another error's; a type may be shared.
  const bool of_script = !why.code.empty() || !why.type.empty();
  append_text_or_null(out, of_script ? why.code : usual.code);
  out.append("}}");
  return out;
}

} // namespace hedgerow::simulated::openai
