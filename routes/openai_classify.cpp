#include "routes/openai_classify.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <string>

namespace hedgerow::openai {

namespace {

/// Codes and types that say all, whatever the status. The origin is OpenAI unless it is named.
constexpr std::array words{
    known_word{"context_length_exceeded", meanings::too_long},
    known_word{"string_above_max_length", meanings::too_long},
    known_word{"exceed_context_size_error", meanings::too_long}, // llama.cpp
    known_word{"unsupported_value", meanings::capability},
    known_word{"unsupported_parameter", meanings::capability},
    known_word{"not_supported_error", meanings::capability}, // llama.cpp
    known_word{"content_policy_violation", meanings::policy},
    known_word{"content_filter", meanings::policy},
    known_word{"invalid_prompt", meanings::policy},
    known_word{"bio_policy", meanings::policy},
    known_word{"image_content_policy_violation", meanings::policy},
    known_word{"ResponsibleAIPolicyViolation", meanings::policy}, // Azure
    known_word{"tool_use_failed", meanings::contract},            // Groq
    known_word{"json_validate_failed", meanings::contract},       // Groq
    known_word{"insufficient_quota", meanings::quota},
    known_word{"credit_balance_exhausted", meanings::quota},
    known_word{"organization_spend_limit_exceeded", meanings::quota},
    known_word{"project_spend_limit_exceeded", meanings::quota},
    known_word{"organization_usage_limit_exceeded", meanings::quota},
    known_word{"rate_limit_exceeded", meanings::rate_limit},
    known_word{"rate_limit_error", meanings::rate_limit},
    known_word{"slow_down", meanings::rate_limit},
    known_word{"invalid_api_key", meanings::auth},
    known_word{"model_not_found", meanings::auth},
    known_word{"DeploymentNotFound", meanings::auth}, // Azure
    known_word{"NOT_FOUND", meanings::auth},          // Google
    known_word{"invalid_service_tier", meanings::auth},
    known_word{"data_residency_mismatch", meanings::auth},
    known_word{"server_error", meanings::transport},
    known_word{"server_is_overloaded", meanings::transport},
    known_word{"service_unavailable_error", meanings::transport},
    known_word{"overloaded_error", meanings::transport},
    known_word{"unavailable_error", meanings::transport}, // llama.cpp
};

/// Messages that are the only sign of a prompt too long: of DeepSeek, vLLM, Mistral, OpenRouter,
/// llama.cpp, LM Studio, and servers behind them. Source: semantics.md §4.10.
constexpr std::array prompt_too_long{
    known_message{"this model's maximum context length is", "", meanings::too_long},
    known_message{"this endpoint's maximum context length is", "", meanings::too_long},
    known_message{"prompt is too long", "", meanings::too_long},
    known_message{"input is too long", "", meanings::too_long},
    known_message{"too many tokens", "", meanings::too_long},
    known_message{"string too long. expected a string with maximum length", "", meanings::too_long},
    known_message{"prompt contains ", "too large for model", meanings::too_long},
    known_message{"the decoder prompt (length ", "longer than the maximum", meanings::too_long},
    known_message{"the request exceeds the available context size", "", meanings::too_long},
    known_message{"the number of tokens to keep from the initial prompt is greater than", "",
                  meanings::too_long},
};

/// Messages that name the model where no code does: Ollama and vLLM.
/// Source: semantics.md §4.6.
constexpr std::array model_missing{
    known_message{"model \"", "\" not found", meanings::auth},
    known_message{"model '", "' not found", meanings::auth},
    known_message{"the model `", "` does not exist", meanings::auth},
};

/// Google's address for this dialect refuses a key with a 400 and no code.
constexpr known_message key_refused{"api key not valid", "", meanings::auth};

/// Parameters that ask for a feature: another model may have it.
constexpr std::array<std::string_view, 6> feature_params{
    "response_format", "reasoning_effort",   "parallel_tool_calls",
    "tool_choice",     "web_search_options", "modalities",
};

template <class Range>
bool holds(const Range& range, std::string_view x) {
  return std::ranges::find(range, x) != std::end(range);
}

std::optional<meaning> by_words(const complaint& said) {
  for (std::string_view x : {std::string_view{said.inner_code}, std::string_view{said.code},
                             std::string_view{said.type}})
    if (const auto found = meaning_of(words, x))
      return found;
  return std::nullopt;
}

/// OpenAI and Groq call a request that can never fit the minute's allowance a rate limit.
bool beyond_any_wait(const complaint& said) {
  constexpr known_message oversized{"request too large", "tokens per min", meanings::too_long};
  return said.code == "rate_limit_exceeded" && oversized.matches(lower_case(said.message));
}

std::optional<meaning> by_message(int status, const complaint& said) {
  const auto message = lower_case(said.message);
  const auto says = [&](const known_message& x) { return x.matches(message); };
  if ((status == 400 || status == 413 || status == 422)
      && std::ranges::any_of(prompt_too_long, says))
    return meanings::too_long;
  if ((status == 404 && std::ranges::any_of(model_missing, says))
      || (status == 400 && says(key_refused)))
    return meanings::auth;
  return std::nullopt;
}

std::optional<meaning> by_param(int status, const complaint& said) {
  if (status != 400 && status != 404 && status != 422)
    return std::nullopt;
  if (said.param == "model")
    return meanings::auth;
  return said.code.empty() && holds(feature_params, said.param)
             ? std::optional{meanings::capability}
             : std::nullopt;
}

meaning by_status_here(int status, const std::optional<complaint>& said, bool hinted) {
  if (status == 402 && (hinted || (said && said->in_flight_budget)))
    return meanings::rate_limit;
  // Groq is out of capacity; Cohere, whose errors are flat, blocked the content.
  if (status == 498 && said && !said->wrapped)
    return meanings::policy;
  return by_status(status, said.has_value());
}

meaning read(int status, const std::optional<complaint>& said, bool hinted) {
  if (!said)
    return by_status_here(status, said, hinted);
  if (said->moderated)
    return meanings::policy;
  if (beyond_any_wait(*said))
    return meanings::too_long;
  if (const auto found = by_words(*said))
    return *found;
  if (const auto found = by_message(status, *said))
    return *found;
  if (const auto found = by_param(status, *said))
    return *found;
  return by_status_here(status, said, hinted);
}

} // namespace

failure classify(const http_reply& reply, const std::optional<complaint>& said,
                 std::chrono::system_clock::time_point now) {
  const auto hint = read_retry_hint(reply.headers, now);
  auto status = status_of(reply, said);
  // Inside a 2xx, in a stream say, the type stands for the status that could not be sent.
  if (is_success(reply.status) && said && said->status == 0
      && said->type == "invalid_request_error")
    status = 400;
  return classified(read(status, said, hint.has_value()), reply, said, hint);
}

} // namespace hedgerow::openai
