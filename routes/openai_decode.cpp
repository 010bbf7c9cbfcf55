#include "contracts/json.hpp"
#include "routes/openai.hpp"
#include "routes/openai_classify.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

namespace hedgerow::openai {

namespace {

/// What the provider's word for the end of an answer means.
enum class ending { stop, tool_calls, length, context_full, policy, broken, unnamed, unknown };

struct finish_word {
  std::string_view text;
  ending means;
};

/// Whatever is not listed is unknown, and that is no success.
/// Sources: semantics.md §4.1, §4.6; `eos` is Together's word for a plain stop.
constexpr std::array finish_words{
    finish_word{"stop", ending::stop},
    finish_word{"eos", ending::stop},
    finish_word{"tool_calls", ending::tool_calls},
    finish_word{"function_call", ending::tool_calls}, // before tools were called tools
    finish_word{"length", ending::length},
    finish_word{"model_length", ending::context_full}, // Mistral
    finish_word{"content_filter", ending::policy},
    finish_word{"refusal", ending::policy},
    finish_word{"insufficient_system_resource", ending::broken}, // DeepSeek
    finish_word{"error", ending::broken},                        // Mistral, OpenRouter
    finish_word{"abort", ending::broken},                        // vLLM
    finish_word{"", ending::unnamed},                            // Snowflake
};

using answer = std::variant<completion, failure>;

failure failed(failure_class kind, std::string reason, int status) {
  failure x;
  x.kind = kind;
  x.reason = std::move(reason);
  x.status = status;
  return x;
}

failure broken_reply(const http_reply& reply, std::string_view what) {
  return failed(failure_class::transport,
                "HTTP " + std::to_string(reply.status) + " with " + std::string{what},
                reply.status);
}

/// Whether a filter of Azure's stopped the text or did not run, which is no pass either.
bool filtered(const json::value& holder) {
  const auto* results = json::find(holder, "content_filter_results");
  if (results == nullptr || !json::is_object(*results))
    return false;
  if (const auto* error = json::find(*results, "error"); error != nullptr && !error->IsNull())
    return true;
  return std::ranges::any_of(results->GetObject(), [](const auto& x) {
    const auto* hit = json::find(x.value, "filtered");
    return hit != nullptr && hit->IsTrue();
  });
}

bool prompt_filtered(const json::value& body) {
  const auto* results = json::find(body, "prompt_filter_results");
  return results != nullptr && results->IsArray()
         && std::ranges::any_of(results->GetArray(), filtered);
}

/// Whether OpenAI's inline moderation ended in an error: then nothing vouches for the text.
bool unmoderated(const json::value& body) {
  const auto* moderation = json::find(body, "moderation");
  if (moderation == nullptr)
    return false;
  constexpr std::array<std::string_view, 2> sides{"input", "output"};
  return std::ranges::any_of(sides, [moderation](std::string_view side) {
    const auto* result = json::find(*moderation, side);
    return result != nullptr && json::find_text(*result, "type") == "error";
  });
}

std::int64_t count_in(const json::value* x, std::string_view name) {
  const auto* found = x == nullptr ? nullptr : json::find(*x, name);
  if (found == nullptr || !json::is_number(*found))
    return 0;
  return static_cast<std::int64_t>(std::clamp(json::to_double(*found), 0.0, 1e15));
}

token_usage usage_of(const json::value& body) {
  const auto* usage = json::find(body, "usage");
  if (usage == nullptr)
    return {};
  const auto* input = json::find(*usage, "prompt_tokens_details");
  const auto* output = json::find(*usage, "completion_tokens_details");
  token_usage x;
  x.input = count_in(usage, "prompt_tokens");
  x.output = count_in(usage, "completion_tokens");
  x.cached_input = std::max(count_in(input, "cached_tokens"),
                            count_in(usage, "prompt_cache_hit_tokens")); // DeepSeek
  x.reasoning = count_in(output, "reasoning_tokens");
  // xAI counts reasoning beside the completion; its total shows that.
  if (x.reasoning > 0 && count_in(usage, "total_tokens") == x.input + x.output + x.reasoning)
    x.output += x.reasoning;
  return x;
}

/// FNV-1a, for ids that are missing: the same reply gives the same ids, another gives others.
std::string made_up_id(std::string_view reply_id, std::size_t index) {
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

/// Arguments are JSON text; some servers send the value itself.
std::string arguments_of(const json::value& function) {
  const auto* x = json::find(function, "arguments");
  if (x == nullptr || x->IsNull())
    return {};
  return x->IsString() ? std::string{json::text_of(*x)} : json::compact(*x);
}

std::vector<tool_call> tool_calls_of(const json::value& message, std::string_view reply_id) {
  std::vector<tool_call> calls;
  const auto add = [&](std::string_view id, const json::value* function) {
    tool_call x;
    x.id = id.empty() ? made_up_id(reply_id, calls.size()) : std::string{id};
    if (function != nullptr) {
      x.name = json::find_text(*function, "name");
      x.arguments = arguments_of(*function);
    }
    calls.push_back(std::move(x));
  };
  const auto* listed = json::find(message, "tool_calls");
  if (listed != nullptr && listed->IsArray())
    for (const auto& x : listed->GetArray())
      add(json::find_text(x, "id"), json::find(x, "function"));
  const auto* legacy = json::find(message, "function_call");
  if (calls.empty() && legacy != nullptr && !json::find_text(*legacy, "name").empty())
    add({}, legacy);
  return calls;
}

bool refuses(const json::value& message) {
  const auto* content = json::find(message, "content");
  const auto is_refusal = [](const json::value& x) {
    return json::find_text(x, "type") == "refusal";
  };
  return !json::find_text(message, "refusal").empty()
         || (content != nullptr && content->IsArray()
             && std::ranges::any_of(content->GetArray(), is_refusal));
}

/// The text of a list of parts; thinking and references are no part of the answer (Mistral).
std::string joined(const json::value& parts) {
  std::string text;
  for (const auto& x : parts.GetArray())
    if (json::find_text(x, "type") == "text")
      text += json::find_text(x, "text");
  return text;
}

/// The words of the answer; nothing if there is explicitly no content. Content that is missing
/// altogether is empty, which the validator judges.
std::optional<std::string> text_of(const json::value& message) {
  const auto* content = json::find(message, "content");
  if (content == nullptr)
    return std::string{};
  if (content->IsString())
    return std::string{json::text_of(*content)};
  if (content->IsArray())
    return joined(*content);
  // A spoken answer has its words beside the sound.
  const auto* audio = json::find(message, "audio");
  const auto said = audio == nullptr ? std::string_view{} : json::find_text(*audio, "transcript");
  return said.empty() ? std::nullopt : std::optional<std::string>{said};
}

bool wants_form(const prompt& ask) {
  using choice = tool_choice::kind;
  return ask.format.what != output_format::kind::text
         || (ask.choice
             && (ask.choice->what == choice::required || ask.choice->what == choice::named));
}

/// Whether the caller's own limit, and no other, ended the text.
bool cut_by_caller(const completion& x, const model_call& call) {
  const auto own = call.ask->params.max_tokens;
  if (!own || wants_form(*call.ask) || !x.tool_calls.empty())
    return false;
  const bool lowest = !call.max_tokens || *call.max_tokens >= *own;
  return lowest && (x.usage.output == 0 || x.usage.output + 1 >= *own);
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

failure truncated(const http_reply& reply, bool context_full) {
  auto x = failed(failure_class::capability,
                  context_full ? "truncated: the context is full" : "truncated", reply.status);
  x.too_long = context_full;
  return x;
}

/// Everything read, only the end is to be judged.
answer ended(completion x, ending end, const http_reply& reply, const model_call& call) {
  switch (end) {
  case ending::unnamed:
    if (!looks_whole(x, call))
      return broken_reply(reply, "no finish reason");
    [[fallthrough]];
  case ending::stop:
    x.finish = x.tool_calls.empty() ? finish_reason::stop : finish_reason::tool_calls;
    return x;
  case ending::tool_calls:
    if (x.tool_calls.empty())
      return failed(failure_class::contract, "announced a tool call and made none", reply.status);
    x.finish = finish_reason::tool_calls;
    return x;
  case ending::length:
    if (!cut_by_caller(x, call))
      return truncated(reply, false);
    x.finish = finish_reason::length;
    return x;
  case ending::context_full:
    return truncated(reply, true);
  case ending::policy:
    return failed(failure_class::policy, "stopped by the provider's content filter", reply.status);
  case ending::broken:
    return broken_reply(reply, "a finish reason that is an error");
  case ending::unknown:
    break;
  }
  return failed(failure_class::capability, "unknown finish reason", reply.status);
}

answer read_message(const json::value& body, const json::value& message, ending end,
                    const http_reply& reply, const model_call& call) {
  completion x;
  x.model = json::find_text(body, "model");
  x.usage = usage_of(body);
  x.tool_calls = tool_calls_of(message, json::find_text(body, "id"));
  if (std::ranges::any_of(x.tool_calls, &std::string::empty, &tool_call::name))
    return failed(failure_class::contract, "tool call without a name", reply.status);
  auto text = text_of(message);
  if (!text && x.tool_calls.empty() && (end == ending::stop || end == ending::unnamed))
    return failed(failure_class::contract, "neither text nor a tool call", reply.status);
  x.text = std::move(text).value_or("");
  return ended(std::move(x), end, reply, call);
}

answer read_choice(const json::value& body, const json::value& choice, const http_reply& reply,
                   const model_call& call) {
  const auto blocked = [&reply](std::string_view why) {
    return failed(failure_class::policy, std::string{why}, reply.status);
  };
  if (unmoderated(body))
    return blocked("the provider's moderation failed");
  if (filtered(choice) || prompt_filtered(body))
    return blocked("stopped by the provider's content filter");
  const auto* named = json::find(choice, "finish_reason");
  if (named == nullptr || !named->IsString())
    return broken_reply(reply, "no finish reason");
  const auto found = std::ranges::find(finish_words, json::text_of(*named), &finish_word::text);
  const auto end = found == finish_words.end() ? ending::unknown : found->means;
  const auto* message = json::find(choice, "message");
  if (end == ending::policy)
    return blocked("stopped by the provider's content filter");
  if (message == nullptr || !json::is_object(*message))
    return broken_reply(reply, "no message");
  if (refuses(*message))
    return blocked("the model refused");
  return read_message(body, *message, end, reply, call);
}

/// A complaint beside or instead of the answer. A bare `message` is one only where no answer is.
std::optional<complaint> hidden_in(const json::value& body, const json::value* choice) {
  if (auto said = complaint_in(body); said && (said->wrapped || choice == nullptr))
    return said;
  if (choice == nullptr)
    return std::nullopt;
  auto said = complaint_in(*choice); // OpenRouter
  return said && said->wrapped ? said : std::nullopt;
}

} // namespace

answer decode(const http_reply& reply, const model_call& call,
              std::chrono::system_clock::time_point now) {
  const auto parsed = json::parse(reply.body);
  if (reply.status < 200 || reply.status >= 300)
    return classify(reply, parsed ? complaint_in(*parsed) : std::nullopt, now);
  if (!parsed)
    return broken_reply(reply, "a body that is no JSON");
  const auto* choices = json::find(*parsed, "choices");
  const bool some = choices != nullptr && choices->IsArray() && !choices->Empty();
  const auto* choice = some ? &(*choices)[0] : nullptr;
  if (const auto said = hidden_in(*parsed, choice))
    return classify(reply, said, now);
  if (choice == nullptr)
    return broken_reply(reply, "no choices");
  return read_choice(*parsed, *choice, reply, call);
}

} // namespace hedgerow::openai
