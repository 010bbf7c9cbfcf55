#include "contracts/json.hpp"
#include "routes/classify.hpp"
#include "routes/complaint.hpp"
#include "routes/ending.hpp"
#include "routes/gemini.hpp"
#include "routes/gemini_classify.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace hedgerow::gemini {

namespace {

/// Source: semantics.md §4.3.
constexpr std::array finish_words{
    ending_word{"STOP", ending::stop},
    ending_word{"MAX_TOKENS", ending::limit},
    ending_word{"SAFETY", ending::policy},
    ending_word{"PROHIBITED_CONTENT", ending::policy},
    ending_word{"BLOCKLIST", ending::policy},
    ending_word{"SPII", ending::policy},
    ending_word{"MODEL_ARMOR", ending::policy},
    ending_word{"IMAGE_SAFETY", ending::policy},
    ending_word{"IMAGE_PROHIBITED_CONTENT", ending::policy},
    ending_word{"RECITATION", ending::policy},
    ending_word{"IMAGE_RECITATION", ending::policy},
    ending_word{"LANGUAGE", ending::language},
    ending_word{"MALFORMED_FUNCTION_CALL", ending::contract},
    ending_word{"UNEXPECTED_TOOL_CALL", ending::contract},
    ending_word{"TOO_MANY_TOOL_CALLS", ending::contract},
};

token_usage usage_of(const json::value& body) {
  const auto* usage = json::find(body, "usageMetadata");
  token_usage x;
  x.input = count_in(usage, "promptTokenCount") + count_in(usage, "toolUsePromptTokenCount");
  x.cached_input = count_in(usage, "cachedContentTokenCount");
  x.reasoning = count_in(usage, "thoughtsTokenCount");
  x.output = count_in(usage, "candidatesTokenCount") + x.reasoning;
  return x;
}

/// Collects what the parts of a candidate say.
class reader {
public:
  reader(completion& to, std::string_view reply_id) : to_{to}, reply_id_{reply_id} {}

  void read(const json::value& part) {
    const std::string signature{json::find_text(part, "thoughtSignature")};
    if (const auto* call = json::find(part, "functionCall"))
      add_call(*call, signature);
    else if (const auto* text = json::find(part, "text"))
      add_text(part, *text, signature);
    else
      other_ = other_ || json::is_object(part);
  }

  /// Whether there is anything in the answer.
  bool found() const { return other_ || !to_.text.empty() || !to_.tool_calls.empty(); }

private:
  void add_call(const json::value& call, const std::string& signature) {
    const auto id = json::find_text(call, "id");
    const auto* args = json::find(call, "args");
    tool_call x;
    x.id = id.empty() ? made_up_id(reply_id_, to_.tool_calls.size()) : std::string{id};
    x.name = json::find_text(call, "name");
    x.arguments = args == nullptr || args->IsNull() ? "{}" : json::compact(*args);
    x.signature = signature;
    to_.tool_calls.push_back(std::move(x));
  }

  void add_text(const json::value& part, const json::value& text, const std::string& signature) {
    const auto words = text.IsString() ? json::text_of(text) : std::string_view{};
    const auto* thinks = json::find(part, "thought");
    const bool is_thought = thinks != nullptr && thinks->IsTrue();
    if (!is_thought)
      to_.text += words;
    if (is_thought || !signature.empty())
      to_.thoughts.push_back(
          {thought::issuer::gemini, std::string{is_thought ? words : ""}, signature, false});
  }

  completion& to_;
  std::string_view reply_id_;
  bool other_ = false;
};

/// Whether Google blocked the prompt. A reason that is not known is one all the same.
bool prompt_blocked(const json::value& body) {
  const auto* reason = json::at(body, "/promptFeedback/blockReason");
  return reason != nullptr && reason->IsString() && reason->GetStringLength() > 0;
}

bool rated_as_blocked(const json::value& candidate) {
  const auto* ratings = json::find(candidate, "safetyRatings");
  return ratings != nullptr && ratings->IsArray()
         && std::ranges::any_of(ratings->GetArray(), [](const json::value& x) {
              const auto* hit = json::find(x, "blocked");
              return hit != nullptr && hit->IsTrue();
            });
}

decoded read_candidate(const json::value& body, const json::value& candidate, int status,
                       const model_call& call) {
  if (rated_as_blocked(candidate))
    return failed(failure_class::policy, "stopped by the provider's content filter", status);
  const auto* named = json::find(candidate, "finishReason");
  if (named == nullptr || !named->IsString())
    return broken_reply(status, "no finish reason");
  const auto end = ending_of(finish_words, json::text_of(*named));
  completion x;
  x.model = json::find_text(body, "modelVersion");
  x.usage = usage_of(body);
  reader read{x, json::find_text(body, "responseId")};
  const auto* parts = json::at(candidate, "/content/parts");
  if (parts != nullptr && parts->IsArray())
    for (const auto& part : parts->GetArray())
      read.read(part);
  if (end == ending::stop && !read.found())
    return failed(failure_class::contract, "neither text nor a tool call", status);
  if (end == ending::stop
      && std::ranges::any_of(x.tool_calls, &std::string::empty, &tool_call::name))
    return failed(failure_class::contract, "tool call without a name", status);
  return ended(std::move(x), end, status, call);
}

} // namespace

decoded decode(const http_reply& reply, const model_call& call,
               std::chrono::system_clock::time_point now) {
  const auto parsed = json::parse(reply.body);
  const json::value nothing;
  if (!is_success(reply.status))
    return classify(reply, parsed ? *parsed : nothing, now);
  if (!parsed)
    return broken_reply(reply.status, "a body that is no JSON");
  if (prompt_blocked(*parsed))
    return failed(failure_class::policy, "the provider blocked the prompt", reply.status);
  const auto* candidates = json::find(*parsed, "candidates");
  const bool some = candidates != nullptr && candidates->IsArray() && !candidates->Empty();
  if (const auto said = complaint_in(*parsed); said && (said->wrapped || !some))
    return classify(reply, *parsed, now);
  if (!some)
    return broken_reply(reply.status, "no candidates");
  return read_candidate(*parsed, (*candidates)[0], reply.status, call);
}

} // namespace hedgerow::gemini
