#include "app/gateway/front.hpp"

#include "app/gateway/anthropic_surface.hpp"
#include "app/gateway/envelope.hpp"
#include "app/gateway/native_surface.hpp"
#include "app/gateway/openai_surface.hpp"
#include "contracts/json.hpp"

#include <array>
#include <charconv>

namespace hedgerow {

namespace {

constexpr std::string_view tasks_path = "/v1/tasks/";

/// What a well-meaning client may try, and the call to use instead.
struct not_offered {
  std::string_view path;
  std::string_view instead;
};

constexpr std::array elsewhere{
    not_offered{"/v1/responses", "POST /v1/chat/completions (in the Vercel SDK: openai.chat(…))"},
    not_offered{"/v1/messages/count_tokens", "POST /v1/messages, whose answer counts tokens"},
    not_offered{"/v1/completions", "POST /v1/chat/completions"},
    not_offered{"/v1/embeddings", "POST /v1/tasks/{task}"},
    not_offered{"/v1/requests", "the answer to the request itself"},
};

reply plain(std::string_view body) {
  return {.status = 200, .headers = {}, .body = std::string{body}};
}

reply wrong_method(surface on, std::string_view allowed) {
  auto out = error_reply(
      on, {errc::invalid_request, "Use " + std::string{allowed} + " for this path.", {}}, {}, 405);
  out.headers.add("allow", allowed);
  return out;
}

reply no_such_path(std::string_view path) {
  const auto on = path.starts_with("/v1/messages") ? surface::anthropic : surface::openai;
  for (const auto& x : elsewhere)
    if (path.starts_with(x.path))
      return error_reply(
          on,
          {errc::not_offered,
           std::string{x.path} + " is not offered; use " + std::string{x.instead} + ".",
           {}},
          {});
  return error_reply(
      on,
      {errc::not_offered,
       "There is nothing at this path. The calls are POST /v1/chat/completions, "
       "POST /v1/messages, POST /v1/tasks/{task}, GET /v1/models, GET /healthz and GET /readyz.",
       {}},
      {});
}

std::string_view key_in(const incoming& x) {
  auto bearer = header(x.headers, "authorization");
  constexpr std::string_view scheme = "Bearer ";
  if (bearer.size() > scheme.size() && (bearer[0] == 'B' || bearer[0] == 'b')
      && bearer.substr(1, scheme.size() - 1) == scheme.substr(1))
    return bearer.substr(scheme.size());
  return header(x.headers, "x-api-key");
}

std::optional<std::int64_t> whole_number(std::string_view x) {
  std::int64_t out = 0;
  auto [end, bad] = std::from_chars(x.data(), x.data() + x.size(), out);
  if (bad != std::errc{} || end != x.data() + x.size() || out <= 0)
    return std::nullopt;
  return out;
}

/// The caller's own time limit. An SDK says it in seconds; it is answered a second before that.
std::optional<milliseconds> deadline_in(const incoming& x) {
  if (auto ms = whole_number(header(x.headers, "x-request-timeout-ms")))
    return milliseconds{*ms};
  for (auto name : {"x-stainless-read-timeout", "x-stainless-timeout"})
    if (auto seconds = whole_number(header(x.headers, name)); seconds && *seconds > 1)
      return milliseconds{1000 * std::min<std::int64_t>(*seconds - 1, 86'400)};
  return std::nullopt;
}

reply too_many(surface on, std::string message, milliseconds wait) {
  auto out = error_reply(on, {errc::rate_limited, std::move(message), {}}, {});
  auto seconds = std::chrono::ceil<std::chrono::seconds>(wait).count();
  out.headers.add("retry-after", std::to_string(std::max<std::int64_t>(seconds, 1)));
  out.headers.add("retry-after-ms", std::to_string(wait.count()));
  return out;
}

milliseconds to_midnight() {
  auto now = std::chrono::system_clock::now();
  return std::chrono::ceil<milliseconds>(std::chrono::ceil<std::chrono::days>(now) - now);
}

std::int64_t unix_seconds() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

result<caller_request> read_body(surface on, std::string_view task, std::string_view body) {
  switch (on) {
  case surface::openai:
    return openai_surface::read(body);
  case surface::anthropic:
    return anthropic_surface::read(body);
  case surface::native:
    break;
  }
  return native::read(task, body);
}

reply written(const asked& what, const answer& x) {
  switch (what.on) {
  case surface::openai:
    return openai_surface::write(x, unix_seconds(), what.wants_format);
  case surface::anthropic:
    return anthropic_surface::write(x, what.wants_format);
  case surface::native:
    break;
  }
  return native::write(x);
}

void append_ladder(std::string& out, const task& x) {
  out += R"("ladder":[)";
  for (const auto& r : x.ladder) {
    out += out.back() == '[' ? "" : ",";
    if (const auto* model = std::get_if<model_rung>(&r)) {
      out += R"({"route":)";
      json::append_quoted(out, model->route);
      out += R"(,"as":)";
      json::append_quoted(out, to_string(model->as));
      out += '}';
    } else {
      out += std::holds_alternative<rules_rung>(r) ? R"({"rules":true})" : R"({"message":true})";
    }
  }
  out += ']';
}

bool wants_format(const task& of, const request& x) {
  return x.form || (of.must && of.must->format != contract::form::text);
}

} // namespace

front::front(engine& serve, const server_config& config) : engine_{serve} { reconfigure(config); }

void front::reconfigure(const server_config& config) {
  auto before = door_.load();
  auto next = std::make_shared<door>();
  next->known = std::make_shared<callers>(config.callers, before ? before->known.get() : nullptr);
  next->limits = config.limits;
  door_.store(std::move(next));
}

std::variant<reply, asked> front::look_at(incoming x) {
  auto target = std::string_view{x.target};
  auto path = target.substr(0, target.find('?'));
  auto query = path.size() < target.size() ? target.substr(path.size() + 1) : std::string_view{};
  if (path == "/healthz")
    return plain(R"({"status":"up"})");
  if (path == "/readyz")
    return draining_ ? reply{.status = 503, .headers = {}, .body = R"({"status":"draining"})"}
                     : plain(R"({"status":"ready"})");
  if (path == "/v1/models")
    return x.method == "GET" ? models(x) : wrong_method(surface::openai, "GET");
  if (path == "/v1/chat/completions")
    return x.method == "POST" ? take(x, surface::openai, {}, query)
                              : wrong_method(surface::openai, "POST");
  if (path == "/v1/messages")
    return x.method == "POST" ? take(x, surface::anthropic, {}, query)
                              : wrong_method(surface::anthropic, "POST");
  if (path.starts_with(tasks_path) && path.size() > tasks_path.size())
    return x.method == "POST" ? take(x, surface::native, path.substr(tasks_path.size()), query)
                              : wrong_method(surface::native, "POST");
  return no_such_path(path);
}

std::variant<std::shared_ptr<known_caller>, reply> front::identify(const incoming& x, surface on) {
  auto known = door_.load()->known;
  if (known->open_to_all())
    return std::shared_ptr<known_caller>{};
  auto key = key_in(x);
  auto who = known->find(key);
  if (who)
    return who;
  return error_reply(
      on,
      {errc::unauthorized,
       key.empty() ? "A key is missing: send it as 'Authorization: Bearer <key>' or 'x-api-key'."
                   : "The key is not known.",
       {}},
      {});
}

std::variant<reply, asked> front::take(incoming& x, surface on, std::string_view task_name,
                                       std::string_view query) {
  auto who = identify(x, on);
  if (auto* refused = std::get_if<reply>(&who))
    return std::move(*refused);
  auto& caller = std::get<std::shared_ptr<known_caller>>(who);

  auto read = read_body(on, task_name, x.body);
  if (!read)
    return error_reply(on, read.error(), {});
  auto rules = engine_.rules();
  const auto& task_asked = read->what.task;
  auto of = rules->tasks.find(task_asked);
  if (of == rules->tasks.end() || (caller && !caller->may_use(task_asked)))
    return error_reply(on,
                       {errc::model_not_found,
                        "There is no task called '" + task_asked.substr(0, 80)
                            + "' for this caller; GET /v1/models lists those there are.",
                        on == surface::native ? "task" : "model"},
                       {});
  if (caller) {
    if (caller->rate)
      if (auto wait = caller->rate->refuse(std::chrono::steady_clock::now()))
        return too_many(on, "This caller's requests per minute are used up.", *wait);
    const auto& most = caller->config.budget.cost_per_day;
    if (most && caller->spending.today(std::chrono::system_clock::now()) >= *most)
      return too_many(on, "This caller's budget for today (UTC) is used up.", to_midnight());
  }
  auto taken = in_flight_->fetch_add(1, std::memory_order_relaxed);
  in_flight_permit permit{in_flight_};
  if (taken >= door_.load()->limits.in_flight)
    return too_many(on, "Too many requests are in flight; the limit is 'server.limits.in_flight'.",
                    milliseconds{1000});

  asked out{.what = std::move(read->what), .on = on, .caller = caller, .permit = std::move(permit)};
  out.wants_format = wants_format(of->second, out.what);
  if (read->streams)
    out.stream = stream_form{.on = on,
                             .wants_usage = read->wants_usage,
                             .wants_format = out.wants_format,
                             .created = unix_seconds()};
  if (caller) {
    out.what.caller = caller->config.name;
    if (out.what.segment.empty())
      out.what.segment = caller->config.segment;
  }
  if (auto own = deadline_in(x))
    out.what.deadline = std::min(*own, out.what.deadline.value_or(*own));
  out.what.wants_trail = query.find("trail=1") != std::string_view::npos;
  return out;
}

reply front::conclude(const asked& what, const answer& x, std::chrono::microseconds spent) {
  auto out = written(what, x);
  add_fact_headers(out.headers, x, spent);
  if (out.status >= 500)
    out.headers.add("x-should-retry", "false");
  if (x.ended == outcome::failed) {
    if (x.retry_after) {
      auto wait = std::chrono::ceil<std::chrono::seconds>(*x.retry_after).count();
      out.headers.add("retry-after", std::to_string(std::max<std::int64_t>(wait, 1)));
    }
    if (what.caller && what.caller->config.exhausted_status != 503)
      out.status = what.caller->config.exhausted_status;
  }
  settle(what, x);
  return out;
}

void front::settle(const asked& what, const answer& x) {
  if (what.caller)
    what.caller->spending.add(x.cost, std::chrono::system_clock::now());
}

reply front::models(const incoming& x) {
  auto who = identify(x, surface::openai);
  if (auto* refused = std::get_if<reply>(&who))
    return std::move(*refused);
  const auto& caller = std::get<std::shared_ptr<known_caller>>(who);
  auto rules = engine_.rules();
  reply out;
  out.body = R"({"object":"list","data":[)";
  for (const auto& [name, of] : rules->tasks) {
    if (caller && !caller->may_use(name))
      continue;
    out.body += out.body.back() == '[' ? "" : ",";
    out.body += R"({"id":)";
    json::append_quoted(out.body, name);
    out.body += R"(,"object":"model","created":0,"owned_by":"hedgerow","hedgerow":{"capability":)";
    json::append_quoted(out.body, to_string(of.capability));
    out.body += ',';
    append_ladder(out.body, of);
    out.body += "}}";
  }
  out.body += "]}";
  return out;
}

} // namespace hedgerow
