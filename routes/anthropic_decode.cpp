#include "contracts/json.hpp"
#include "routes/anthropic.hpp"
#include "routes/anthropic_classify.hpp"
#include "routes/complaint.hpp"
#include "routes/ending.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace hedgerow::anthropic {

namespace {

/// Source: semantics.md §4.2.
constexpr std::array stop_words{
    ending_word{"end_turn", ending::stop},
    ending_word{"stop_sequence", ending::stop},
    ending_word{"tool_use", ending::tool_calls},
    ending_word{"max_tokens", ending::length},
    ending_word{"model_context_window_exceeded", ending::context_full},
    ending_word{"refusal", ending::policy},
    ending_word{"guardrail_intervened", ending::policy}, // gateways before Bedrock
    ending_word{"content_filtered", ending::policy},     // the same
    ending_word{"pause_turn", ending::paused},
    ending_word{"compaction", ending::paused},
};

token_usage usage_of(const json::value& body) {
  const auto* usage = json::find(body, "usage");
  if (usage == nullptr)
    return {};
  token_usage x;
  x.cached_input = count_in(usage, "cache_read_input_tokens");
  x.input = count_in(usage, "input_tokens") + count_in(usage, "cache_creation_input_tokens")
            + x.cached_input;
  x.output = count_in(usage, "output_tokens");
  x.reasoning =
      std::min(count_in(json::find(*usage, "output_tokens_details"), "thinking_tokens"), x.output);
  return x;
}

tool_call call_of(const json::value& block, std::string_view reply_id, std::size_t index) {
  const auto id = json::find_text(block, "id");
  const auto* input = json::find(block, "input");
  tool_call x;
  x.id = id.empty() ? made_up_id(reply_id, index) : std::string{id};
  x.name = json::find_text(block, "name");
  // Where it is a text, it was put together from a stream and is no JSON.
  if (input != nullptr && input->IsString())
    x.arguments = json::text_of(*input);
  else
    x.arguments = input == nullptr || input->IsNull() ? "{}" : json::compact(*input);
  return x;
}

/// Blocks of other types are what Anthropic's own tools did.
void read_block(completion& to, const json::value& block, std::string_view reply_id) {
  const auto type = json::find_text(block, "type");
  if (type == "text")
    to.text += json::find_text(block, "text");
  else if (type == "tool_use")
    to.tool_calls.push_back(call_of(block, reply_id, to.tool_calls.size()));
  else if (type == "thinking")
    to.thoughts.push_back({thought::issuer::anthropic,
                           std::string{json::find_text(block, "thinking")},
                           std::string{json::find_text(block, "signature")}, false});
  else if (type == "redacted_thinking")
    to.thoughts.push_back(
        {thought::issuer::anthropic, {}, std::string{json::find_text(block, "data")}, true});
}

/// The class of the refusal is one of a few words of Anthropic's.
failure refusal_in(const json::value& body, int status) {
  const auto* details = json::find(body, "stop_details");
  const auto category =
      details == nullptr ? std::string_view{} : plain_word(json::find_text(*details, "category"));
  return failed(failure_class::policy,
                "the model refused"
                    + (category.empty() ? std::string{} : ": " + std::string{category}),
                status);
}

decoded read_message(const json::value& body, const json::value& content, int status,
                     const model_call& call) {
  const auto* named = json::find(body, "stop_reason");
  if (named == nullptr || !named->IsString())
    return broken_reply(status, "no stop reason");
  const auto end = ending_of(stop_words, json::text_of(*named));
  if (end == ending::policy)
    return refusal_in(body, status);
  completion x;
  x.model = json::find_text(body, "model");
  x.usage = usage_of(body);
  for (const auto& block : content.GetArray())
    read_block(x, block, json::find_text(body, "id"));
  if (std::ranges::any_of(x.tool_calls, &std::string::empty, &tool_call::name))
    return failed(failure_class::contract, "tool call without a name", status);
  if (content.Empty() && end == ending::stop)
    return failed(failure_class::contract, "neither text nor a tool call", status);
  return ended(std::move(x), end, status, call);
}

} // namespace

decoded decode(const http_reply& reply, const model_call& call,
               std::chrono::system_clock::time_point now) {
  const auto parsed = json::parse(reply.body);
  if (!is_success(reply.status))
    return classify(reply, parsed ? complaint_in(*parsed) : std::nullopt, now);
  if (!parsed)
    return broken_reply(reply.status, "a body that is no JSON");
  const auto* content = json::find(*parsed, "content");
  const bool some = content != nullptr && content->IsArray();
  if (const auto said = complaint_in(*parsed); said && (said->wrapped || !some))
    return classify(reply, said, now);
  if (!some)
    return broken_reply(reply.status, "no content");
  return read_message(*parsed, *content, reply.status, call);
}

} // namespace hedgerow::anthropic
