#include "app/gateway/native_surface.hpp"

#include "app/gateway/chat_messages.hpp"
#include "app/gateway/envelope.hpp"
#include "app/gateway/members.hpp"
#include "contracts/json.hpp"

namespace hedgerow::native {

namespace {

/// What rules see where the caller gave messages only: the last thing the user said.
std::string last_user_text(const prompt& x) {
  for (auto i = x.messages.rbegin(); i != x.messages.rend(); ++i) {
    if (i->from != role::user)
      continue;
    std::string out;
    for (const auto& p : i->parts)
      if (p.what == part::kind::text)
        out += p.text;
    return out;
  }
  return {};
}

result<void> read_input(const json::value& body, request& out) {
  const auto* input = json::find(body, "input");
  if (!input)
    return {};
  out.input_is_json = !input->IsString();
  out.input = input->IsString() ? std::string{json::text_of(*input)} : json::compact(*input);
  return {};
}

result<void> read_messages(const json::value& body, request& out) {
  const auto* input = json::find(body, "input");
  if (const auto* messages = json::find(body, "messages"); messages && !messages->IsNull()) {
    auto read = read_chat_messages(*messages);
    if (!read)
      return read.error();
    out.ask.messages = std::move(*read);
    if (!input)
      out.input = last_user_text(out.ask);
    return {};
  }
  if (!input)
    return wrong("Give 'input' or 'messages': nothing is asked.", "input");
  message only{.from = role::user};
  only.parts.push_back({.text = out.input});
  out.ask.messages.push_back(std::move(only));
  return {};
}

result<void> read_rest(const json::value& body, request& out) {
  if (const auto* x = json::find(body, "segment"); x && !x->IsNull()) {
    if (!x->IsString())
      return wrong("'segment' must be a string.", "segment");
    out.segment = json::text_of(*x);
  }
  if (const auto* x = json::find(body, "deadline_ms"); x && !x->IsNull()) {
    if (!x->IsInt64() || x->GetInt64() <= 0)
      return wrong("'deadline_ms' must be a positive whole number of milliseconds.", "deadline_ms");
    out.deadline = milliseconds{x->GetInt64()};
  }
  if (const auto* x = json::find(body, "idempotency_key"); x && !x->IsNull())
    return wrong("Idempotency keys are not offered yet; leave 'idempotency_key' out.",
                 "idempotency_key");
  return {};
}

int status_of(const answer& x) {
  switch (x.ended) {
  case outcome::answered:
  case outcome::degraded:
    return 200;
  default: // `blocked` is 403, or 503 where the safety check could not be made.
    return x.problem ? http_status(x.problem->code) : 503;
  }
}

} // namespace

result<caller_request> read(std::string_view task, std::string_view body) {
  auto parsed = json::parse(body);
  if (!parsed)
    return parsed.error();
  if (!json::is_object(*parsed))
    return wrong("The body must be a JSON object.", {});
  caller_request read;
  auto& out = read.what;
  out.task = task;
  for (auto* step : {read_input, read_messages, read_rest})
    if (auto done = step(*parsed, out); !done)
      return done.error();
  if (auto done = read_flag(*parsed, "stream", read.streams); !done)
    return done.error();
  return read;
}

reply write(const answer& x) {
  reply out{.status = status_of(x)};
  out.body.reserve(1024 + 2 * x.what.text.size());
  out.body = "{";
  append_envelope(out.body, x, false);
  if (x.problem) {
    out.body += R"(,"error":{"code":)";
    json::append_quoted(out.body, to_string(x.problem->code));
    out.body += R"(,"message":)";
    json::append_quoted(out.body, x.problem->message);
    if (!x.problem->param.empty()) {
      out.body += R"(,"param":)";
      json::append_quoted(out.body, x.problem->param);
    }
    out.body += '}';
  }
  out.body += '}';
  return out;
}

} // namespace hedgerow::native
