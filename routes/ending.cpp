#include "routes/ending.hpp"

#include <utility>

namespace hedgerow {

namespace {

bool wants_form(const prompt& ask) {
  using choice = tool_choice::kind;
  return ask.format.what != output_format::kind::text
         || (ask.choice
             && (ask.choice->what == choice::required || ask.choice->what == choice::named));
}

/// Whether the caller's own limit, and no other, ended the text. `named`: some limit of the call
/// did; else the count of tokens has to show that.
bool cut_by_caller(const completion& x, const model_call& call, bool named) {
  const auto own = call.ask->params.max_tokens;
  if (!own || wants_form(*call.ask) || !x.tool_calls.empty())
    return false;
  const bool lowest = !call.max_tokens || *call.max_tokens >= *own;
  return lowest && (named || x.usage.output == 0 || x.usage.output + 1 >= *own);
}

/// A reply of a provider that names no reason is whole if it holds something and no limit was near.
bool looks_whole(const completion& x, const model_call& call) {
  const auto own = call.ask->params.max_tokens;
  const auto below = [&](std::optional<std::int64_t> most) {
    return !most || x.usage.output < *most;
  };
  return x.usage.output > 0 && (!x.text.empty() || !x.tool_calls.empty()) && below(own)
         && below(call.max_tokens);
}

failure truncated(int status, bool context_full) {
  auto x = failed(failure_class::capability,
                  context_full ? "truncated: the context is full" : "truncated", status);
  x.too_long = context_full;
  return x;
}

decoded stopped(completion x) {
  x.finish = x.tool_calls.empty() ? finish_reason::stop : finish_reason::tool_calls;
  return x;
}

} // namespace

failure failed(failure_class kind, std::string reason, int status) {
  failure x;
  x.kind = kind;
  x.reason = std::move(reason);
  x.status = status;
  return x;
}

failure broken_reply(int status, std::string_view what) {
  return failed(failure_class::transport,
                "HTTP " + std::to_string(status) + " with " + std::string{what}, status);
}

decoded ended(completion x, ending end, int status, const model_call& call) {
  switch (end) {
  case ending::stop:
    return stopped(std::move(x));
  case ending::unnamed:
    if (looks_whole(x, call))
      return stopped(std::move(x));
    return broken_reply(status, "no finish reason");
  case ending::tool_calls:
    if (x.tool_calls.empty())
      return failed(failure_class::contract, "announced a tool call and made none", status);
    return stopped(std::move(x));
  case ending::length:
  case ending::limit:
    if (!cut_by_caller(x, call, end == ending::limit))
      return truncated(status, false);
    x.finish = finish_reason::length;
    return x;
  case ending::context_full:
    return truncated(status, true);
  case ending::policy:
    return failed(failure_class::policy, "stopped by the provider's content filter", status);
  case ending::contract:
    return failed(failure_class::contract, "a tool call that the provider could not read", status);
  case ending::language:
    return failed(failure_class::capability, "a language that the model does not speak", status);
  case ending::paused:
    return failed(failure_class::capability, "paused: only its provider could go on", status);
  case ending::broken:
    return broken_reply(status, "a finish reason that is an error");
  case ending::unknown:
    break;
  }
  return failed(failure_class::capability, "unknown finish reason", status);
}

std::int64_t count_in(const json::value* x, std::string_view name) {
  const auto* found = x == nullptr ? nullptr : json::find(*x, name);
  if (found == nullptr || !json::is_number(*found))
    return 0;
  return static_cast<std::int64_t>(std::clamp(json::to_double(*found), 0.0, 1e15));
}

std::string made_up_id(std::string_view reply_id, std::size_t index) {
  // FNV-1a.
  std::uint64_t hash = 0xcbf29ce484222325u;
  const auto mix = [&hash](unsigned char x) { hash = (hash ^ x) * 0x100000001b3u; };
  std::ranges::for_each(reply_id, mix);
  mix(static_cast<unsigned char>(index));
  mix(static_cast<unsigned char>(index >> 8));
  std::string id = "call_";
  for (int shift = 60; shift >= 0; shift -= 4)
    id += "0123456789abcdef"[(hash >> shift) & 15];
  return id;
}

} // namespace hedgerow
