#include "contracts/json.hpp"
#include "routes/complaint.hpp"
#include "routes/ending.hpp"
#include "routes/openai.hpp"
#include "routes/openai_classify.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

namespace hedgerow::openai {

namespace {

/// Whatever is not listed is unknown, and that is no success.
/// Sources: semantics.md §4.1, §4.6; `eos` is Together's word for a plain stop.
constexpr std::array finish_words{
    ending_word{"stop", ending::stop},
    ending_word{"eos", ending::stop},
    ending_word{"tool_calls", ending::tool_calls},
    ending_word{"function_call", ending::tool_calls}, // before tools were called tools
    ending_word{"length", ending::length},
    ending_word{"model_length", ending::context_full}, // Mistral
    ending_word{"content_filter", ending::policy},
    ending_word{"refusal", ending::policy},
    ending_word{"guardrail_intervened", ending::policy},         // gateways before Bedrock
    ending_word{"content_filtered", ending::policy},             // the same
    ending_word{"insufficient_system_resource", ending::broken}, // DeepSeek
    ending_word{"error", ending::broken},                        // Mistral, OpenRouter
    ending_word{"abort", ending::broken},                        // vLLM
    ending_word{"", ending::unnamed},                            // Snowflake
};

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
std::optional<std::string> words_of(const json::value& message) {
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

decoded read_message(const json::value& body, const json::value& message, ending end,
                     const http_reply& reply, const model_call& call) {
  completion x;
  x.model = json::find_text(body, "model");
  x.usage = usage_of(body);
  x.tool_calls = tool_calls_of(message, json::find_text(body, "id"));
  if (std::ranges::any_of(x.tool_calls, &std::string::empty, &tool_call::name))
    return failed(failure_class::contract, "tool call without a name", reply.status);
  auto text = words_of(message);
  if (!text && x.tool_calls.empty() && (end == ending::stop || end == ending::unnamed))
    return failed(failure_class::contract, "neither text nor a tool call", reply.status);
  x.text = std::move(text).value_or("");
  return ended(std::move(x), end, reply.status, call);
}

decoded read_choice(const json::value& body, const json::value& choice, const http_reply& reply,
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
    return broken_reply(reply.status, "no finish reason");
  const auto end = ending_of(finish_words, json::text_of(*named));
  const auto* message = json::find(choice, "message");
  if (end == ending::policy)
    return blocked("stopped by the provider's content filter");
  if (message == nullptr || !json::is_object(*message))
    return broken_reply(reply.status, "no message");
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

decoded decode(const http_reply& reply, const model_call& call,
               std::chrono::system_clock::time_point now) {
  const auto parsed = json::parse(reply.body);
  if (!is_success(reply.status))
    return classify(reply, parsed ? complaint_in(*parsed) : std::nullopt, now);
  if (!parsed)
    return broken_reply(reply.status, "a body that is no JSON");
  const auto* choices = json::find(*parsed, "choices");
  const bool some = choices != nullptr && choices->IsArray() && !choices->Empty();
  const auto* choice = some ? &(*choices)[0] : nullptr;
  if (const auto said = hidden_in(*parsed, choice))
    return classify(reply, said, now);
  if (choice == nullptr)
    return broken_reply(reply.status, "no choices");
  return read_choice(*parsed, *choice, reply, call);
}

} // namespace hedgerow::openai
