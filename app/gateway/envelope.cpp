#include "app/gateway/envelope.hpp"

#include "contracts/json.hpp"

#include <array>
#include <charconv>

namespace hedgerow {

namespace {

using std::chrono::microseconds;

void key(std::string& out, std::string_view name) {
  if (!out.empty() && out.back() != '{' && out.back() != '[')
    out += ',';
  out += '"';
  out += name;
  out += "\":";
}

void text(std::string& out, std::string_view name, std::string_view value) {
  key(out, name);
  json::append_quoted(out, value);
}

void text_or_null(std::string& out, std::string_view name, std::string_view value) {
  key(out, name);
  if (value.empty())
    out += "null";
  else
    json::append_quoted(out, value);
}

void raw(std::string& out, std::string_view name, std::string_view value) {
  key(out, name);
  out += value;
}

void flag(std::string& out, std::string_view name, bool value) {
  raw(out, name, value ? "true" : "false");
}

void number(std::string& out, std::string_view name, std::int64_t value) {
  raw(out, name, std::to_string(value));
}

/// `x` with `decimals` digits behind the point.
std::string fixed(double x, int decimals) {
  std::array<char, 384> room; // The largest double has 309 digits before its point.
  const auto end =
      std::to_chars(room.data(), room.data() + room.size(), x, std::chars_format::fixed, decimals)
          .ptr;
  return {room.data(), end};
}

std::string in_ms(microseconds x) { return fixed(static_cast<double>(x.count()) / 1000, 3); }

void append_violations(std::string& out, const std::vector<violation>& all) {
  key(out, "violations");
  out += '[';
  for (const auto& x : all) {
    out += out.back() == '[' ? "{" : ",{";
    text(out, "pointer", x.pointer);
    text(out, "keyword", x.keyword);
    text(out, "message", x.message);
    out += '}';
  }
  out += ']';
}

void append_changes(std::string& out, const std::vector<change>& all) {
  key(out, "changes");
  out += '[';
  for (const auto& x : all) {
    out += out.back() == '[' ? "{" : ",{";
    text(out, "pointer", x.pointer);
    text(out, "kind", to_string(x.kind));
    text(out, "message", x.message);
    out += '}';
  }
  out += ']';
}

void append_usage(std::string& out, const token_usage& x) {
  key(out, "usage");
  out += '{';
  number(out, "input_tokens", x.input);
  number(out, "output_tokens", x.output);
  out += '}';
}

void append_tool_calls(std::string& out, const std::vector<tool_call>& all) {
  key(out, "tool_calls");
  out += '[';
  for (const auto& x : all) {
    out += out.back() == '[' ? "{" : ",{";
    text(out, "id", x.id);
    text(out, "name", x.name);
    text(out, "arguments", x.arguments);
    out += '}';
  }
  out += ']';
}

void append_step(std::string& out, const trail_entry& x) {
  out += '{';
  raw(out, "t_ms", in_ms(x.at));
  text(out, "event", to_string(x.event));
  if (!x.route.empty())
    text(out, "route", x.route);
  if (x.attempt > 0)
    number(out, "attempt", x.attempt);
  if (x.kind)
    text(out, "kind", to_string(*x.kind));
  if (!x.result.empty())
    text(out, "result", x.result);
  if (!x.reason.empty())
    text(out, "reason", x.reason);
  if (x.status > 0)
    number(out, "status", x.status);
  if (x.cost)
    raw(out, "cost_usd", plain_decimal(*x.cost));
  if (x.usage)
    append_usage(out, *x.usage);
  if (x.wait)
    number(out, "wait_ms", x.wait->count());
  if (!x.violations.empty())
    append_violations(out, x.violations);
  if (!x.changes.empty())
    append_changes(out, x.changes);
  out += '}';
}

void append_trail(std::string& out, const trail& steps) {
  key(out, "trail");
  out += '[';
  for (const auto& x : steps) {
    if (out.back() != '[')
      out += ',';
    append_step(out, x);
  }
  out += ']';
}

void append_output(std::string& out, const answer& x) {
  auto has_output = x.ended == outcome::answered || x.ended == outcome::degraded;
  raw(out, "value", has_output && x.is_json ? std::string_view{x.what.text} : "null");
  if (has_output)
    text(out, "text", x.what.text);
  else
    raw(out, "text", "null");
  append_tool_calls(out, x.what.tool_calls);
}

void append_degraded(std::string& out, const answer& x) {
  key(out, "degraded");
  if (!x.degraded) {
    out += "null";
    return;
  }
  out += '{';
  text(out, "kind", x.degraded->kind);
  text(out, "reason", x.degraded->reason);
  text(out, "message", x.degraded->message);
  out += '}';
}

std::string_view spelled(bool x) { return x ? "true" : "false"; }

} // namespace

void append_envelope(std::string& out, const answer& x, bool facts_only) {
  text(out, "id", x.id);
  text(out, "task", x.task);
  text(out, "outcome", to_string(x.ended));
  if (!facts_only)
    append_output(out, x);
  text_or_null(out, "route", x.route);
  text_or_null(out, "provider", x.provider);
  text_or_null(out, "model", x.model);
  text_or_null(out, "region", x.region);
  number(out, "attempts", x.attempts);
  number(out, "retries", x.retries);
  flag(out, "fallback", x.fallback);
  flag(out, "hedged", x.hedged);
  flag(out, "repaired", x.repaired);
  if (!x.resumed.empty())
    text(out, "resumed", x.resumed);
  append_degraded(out, x);
  append_violations(out, x.violations);
  append_changes(out, x.changes);
  append_usage(out, x.usage);
  raw(out, "cost_usd", plain_decimal(x.cost));
  raw(out, "latency_ms", in_ms(x.latency));
  if (!x.steps.empty())
    append_trail(out, x.steps);
}

void append_openai_usage(std::string& out, const token_usage& x) {
  out += R"(,"usage":{"prompt_tokens":)" + std::to_string(x.input) + R"(,"completion_tokens":)"
         + std::to_string(x.output) + R"(,"total_tokens":)" + std::to_string(x.input + x.output)
         + R"(,"prompt_tokens_details":{"cached_tokens":)" + std::to_string(x.cached_input)
         + R"(},"completion_tokens_details":{"reasoning_tokens":)" + std::to_string(x.reasoning)
         + "}}";
}

void add_fact_headers(header_lines& out, const answer& x, microseconds spent) {
  add_known_headers(out, x);
  const auto overhead = in_ms(x.overhead + std::max(spent - x.latency, microseconds{0}));
  out.add("x-hedgerow-outcome", to_string(x.ended));
  out.add("x-hedgerow-repaired", spelled(x.repaired));
  if (x.degraded)
    out.add("x-hedgerow-degraded", x.degraded->kind);
  out.add("x-hedgerow-cost-usd", plain_decimal(x.cost));
  out.add("x-hedgerow-latency-ms", in_ms(spent));
  out.add("x-hedgerow-overhead-ms", overhead);
  out.add("x-litellm-response-cost", plain_decimal(x.cost));
  out.add("x-litellm-overhead-duration-ms", overhead);
}

void add_known_headers(header_lines& out, const answer& x) {
  out.add("x-hedgerow-request-id", x.id);
  // Where the SDKs of OpenAI and Anthropic look for it.
  out.add("x-request-id", x.id);
  out.add("request-id", x.id);
  if (!x.task.empty())
    out.add("x-hedgerow-task", x.task);
  if (!x.route.empty()) {
    out.add("x-hedgerow-route", x.route);
    out.add("x-hedgerow-model", x.model);
    out.add("x-hedgerow-provider", x.provider);
    if (!x.region.empty())
      out.add("x-hedgerow-region", x.region);
  }
  out.add("x-hedgerow-attempts", std::to_string(x.attempts));
  out.add("x-hedgerow-retries", std::to_string(x.retries));
  out.add("x-hedgerow-fallback", spelled(x.fallback));
  out.add("x-hedgerow-hedged", spelled(x.hedged));
  out.add("x-litellm-call-id", x.id);
  if (!x.model.empty())
    out.add("x-litellm-model-id", x.model);
  out.add("x-litellm-attempted-retries", std::to_string(x.retries));
  out.add("x-litellm-attempted-fallbacks", std::to_string(x.fallbacks));
}

std::string plain_decimal(double x) { return fixed(x, 8); }

} // namespace hedgerow
