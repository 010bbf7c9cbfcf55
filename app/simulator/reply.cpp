#include "app/simulator/reply.hpp"

#include "app/simulator/openai.hpp"

#include <boost/beast/http/status.hpp>

#include <algorithm>
#include <cctype>

namespace hedgerow::simulated {

namespace {

std::string body_of(const behaviour& how, const asked& by) {
  if (const auto* said = std::get_if<answer>(&how.says))
    return openai::completion_body(*said, by);
  return openai::error_body(how.status, std::get<provider_error>(how.says));
}

std::string_view content_type_of(const behaviour& how) {
  if (const auto* raw = std::get_if<raw_body>(&how.says))
    return raw->content_type;
  return "application/json";
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

void append_head(std::string& out, const behaviour& how, std::size_t body_bytes, bool keep_alive) {
  namespace http = boost::beast::http;
  const auto reason = http::obsolete_reason(http::int_to_status(static_cast<unsigned>(how.status)));
  out.append("HTTP/1.1 ").append(std::to_string(how.status)).append(" ");
  out.append(reason.data(), reason.size()).append("\r\n");
  if (const auto type = content_type_of(how);
      !type.empty() && header(how.headers, "content-type").empty())
    append_field(out, "content-type", type);
  for (const auto& [name, value] : how.headers)
    append_field(out, name, value);
  append_field(out, "content-length", std::to_string(body_bytes));
  if (!keep_alive)
    append_field(out, "connection", "close");
  out.append("\r\n");
}

} // namespace

reply render(const behaviour& how, const asked& by) {
  // A recorded body can be large and is not copied twice.
  std::string made;
  std::string_view body;
  if (const auto* raw = std::get_if<raw_body>(&how.says)) {
    body = raw->bytes;
  } else {
    made = body_of(how, by);
    body = made;
  }
  reply out;
  out.bytes.reserve(256 + body.size());
  append_head(out.bytes, how, body.size(), by.keep_alive);
  out.head = out.bytes.size();
  out.bytes.append(body);
  return out;
}

} // namespace hedgerow::simulated
