#include "routes/openai_classify.hpp"

#include "routes/retry.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <initializer_list>
#include <span>

namespace hedgerow::openai {

namespace {

/// What a code, a type or a status stands for.
struct meaning {
  failure_class kind = failure_class::transport;
  failure_scope scope = failure_scope::traffic_class;
  bool too_long = false;
};

constexpr meaning transport{failure_class::transport};
constexpr meaning rate_limit{failure_class::rate_limit};
constexpr meaning quota{failure_class::quota, failure_scope::route};
constexpr meaning latency{failure_class::latency};
constexpr meaning contract{failure_class::contract};
constexpr meaning capability{failure_class::capability};
constexpr meaning too_long{failure_class::capability, failure_scope::traffic_class, true};
constexpr meaning policy{failure_class::policy};
constexpr meaning invalid_request{failure_class::invalid_request};
constexpr meaning auth{failure_class::auth, failure_scope::route};
constexpr meaning unlisted{failure_class::auth, failure_scope::unlisted};

struct word {
  std::string_view text;
  meaning means;
};

/// Codes and types that say all, whatever the status. The origin is OpenAI unless it is named.
constexpr std::array words{
    word{"context_length_exceeded", too_long},
    word{"string_above_max_length", too_long},
    word{"exceed_context_size_error", too_long}, // llama.cpp
    word{"unsupported_value", capability},
    word{"unsupported_parameter", capability},
    word{"not_supported_error", capability}, // llama.cpp
    word{"content_policy_violation", policy},
    word{"content_filter", policy},
    word{"invalid_prompt", policy},
    word{"bio_policy", policy},
    word{"image_content_policy_violation", policy},
    word{"ResponsibleAIPolicyViolation", policy}, // Azure
    word{"tool_use_failed", contract},            // Groq
    word{"json_validate_failed", contract},       // Groq
    word{"insufficient_quota", quota},
    word{"credit_balance_exhausted", quota},
    word{"organization_spend_limit_exceeded", quota},
    word{"project_spend_limit_exceeded", quota},
    word{"organization_usage_limit_exceeded", quota},
    word{"rate_limit_exceeded", rate_limit},
    word{"rate_limit_error", rate_limit},
    word{"slow_down", rate_limit},
    word{"invalid_api_key", auth},
    word{"model_not_found", auth},
    word{"DeploymentNotFound", auth}, // Azure
    word{"invalid_service_tier", auth},
    word{"data_residency_mismatch", auth},
    word{"server_error", transport},
    word{"server_is_overloaded", transport},
    word{"service_unavailable_error", transport},
    word{"overloaded_error", transport},
    word{"unavailable_error", transport}, // llama.cpp
};

/// Starts of messages that are the only sign of a prompt too long (DeepSeek, vLLM, and servers
/// behind them). Lower case. Source: semantics.md §4.10.
constexpr std::array<std::string_view, 4> too_long_starts{
    "this model's maximum context length is",
    "prompt is too long",
    "input is too long",
    "too many tokens",
};

/// Starts and ends of messages that name the model where no code does: Ollama and vLLM.
/// Lower case. Source: semantics.md §4.6.
struct frame {
  std::string_view start;
  std::string_view part;
};

constexpr std::array model_missing{
    frame{"model \"", "\" not found"},
    frame{"model '", "' not found"},
    frame{"the model `", "` does not exist"},
};

/// Parameters that ask for a feature: another model may have it.
constexpr std::array<std::string_view, 6> feature_params{
    "response_format", "reasoning_effort",   "parallel_tool_calls",
    "tool_choice",     "web_search_options", "modalities",
};

template <class Range>
bool holds(const Range& range, std::string_view x) {
  return std::ranges::find(range, x) != std::end(range);
}

std::string lower(std::string_view x) {
  std::string out{x};
  std::ranges::transform(out, out.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

std::optional<meaning> meaning_of(std::string_view text) {
  const auto found = std::ranges::find(words, text, &word::text);
  return found == words.end() ? std::nullopt : std::optional{found->means};
}

std::optional<meaning> by_words(const complaint& said) {
  for (std::string_view x : {std::string_view{said.inner_code}, std::string_view{said.code},
                             std::string_view{said.type}})
    if (const auto found = meaning_of(x))
      return found;
  return std::nullopt;
}

/// OpenAI and Groq call a request that can never fit the minute's allowance a rate limit.
bool beyond_any_wait(const complaint& said) {
  const auto message = lower(said.message);
  return said.code == "rate_limit_exceeded" && message.starts_with("request too large")
         && message.find("tokens per min") != std::string::npos;
}

std::optional<meaning> by_message(int status, const complaint& said) {
  const auto message = lower(said.message);
  const auto starts = [&](std::string_view x) { return message.starts_with(x); };
  const auto names_model = [&](const frame& x) {
    return message.starts_with(x.start) && message.find(x.part) != std::string::npos;
  };
  if ((status == 400 || status == 413 || status == 422)
      && std::ranges::any_of(too_long_starts, starts))
    return too_long;
  if (status == 404 && std::ranges::any_of(model_missing, names_model))
    return auth;
  return std::nullopt;
}

std::optional<meaning> by_param(int status, const complaint& said) {
  if (status != 400 && status != 404 && status != 422)
    return std::nullopt;
  if (said.param == "model")
    return auth;
  return said.code.empty() && holds(feature_params, said.param) ? std::optional{capability}
                                                                : std::nullopt;
}

/// The last resort. An unreadable refusal says nothing of the caller: it may be a proxy's.
meaning by_status(int status, const std::optional<complaint>& said, bool hinted) {
  switch (status) {
  case 400:
  case 405:
  case 406:
  case 411:
  case 415:
  case 422:
    return said ? invalid_request : unlisted;
  case 404:
    return invalid_request;
  case 401:
  case 403:
  case 407:
  case 410:
    return auth;
  case 402:
    return hinted || (said && said->in_flight_budget) ? rate_limit : quota;
  case 408:
  case 504:
  case 524:
    return latency;
  case 413:
  case 414:
  case 431:
    return too_long;
  case 429:
    return rate_limit;
  case 451:
    return policy;
  case 498: // Groq is out of capacity; Cohere, whose errors are flat, blocked the content.
    return said && !said->wrapped ? policy : transport;
  case 409:
  case 421:
  case 425:
  case 499:
    return transport;
  default:
    return status >= 500 ? transport : unlisted;
  }
}

meaning read(int status, const std::optional<complaint>& said, bool hinted) {
  if (!said)
    return by_status(status, said, hinted);
  if (said->moderated)
    return policy;
  if (beyond_any_wait(*said))
    return too_long;
  if (const auto found = by_words(*said))
    return *found;
  if (const auto found = by_message(status, *said))
    return *found;
  if (const auto found = by_param(status, *said))
    return *found;
  return by_status(status, said, hinted);
}

bool is_success(int status) { return status >= 200 && status < 300; }

/// The status to judge by: an error inside a 2xx may name its own, else the provider is at fault.
int status_of(const http_reply& reply, const std::optional<complaint>& said) {
  if (!is_success(reply.status))
    return reply.status;
  return said && said->status >= 400 ? said->status : 502;
}

std::string reason_of(const http_reply& reply, const std::optional<complaint>& said) {
  auto reason =
      (is_success(reply.status) ? "error inside HTTP " : "HTTP ") + std::to_string(reply.status);
  if (!said)
    return reason + " without an error that can be read";
  const auto code = shown(said->inner_code.empty() ? said->code : said->inner_code);
  const auto type = shown(said->type);
  if (!type.empty() && type != code)
    reason.append(" ").append(type);
  if (!code.empty())
    reason.append(" ").append(code);
  return reason;
}

/// A string or an integer as text, everything else empty.
std::string scalar(const json::value& x, std::string_view name) {
  const auto* found = json::find(x, name);
  if (found == nullptr)
    return {};
  if (found->IsString())
    return std::string{json::text_of(*found)};
  return found->IsInt() ? std::to_string(found->GetInt()) : std::string{};
}

int status_in(std::string_view text) {
  int status = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), status);
  const bool whole = error == std::errc{} && stop == text.data() + text.size();
  return whole && status >= 100 && status < 600 ? status : 0;
}

std::optional<complaint> nested_in(const json::value& metadata) {
  const auto raw = json::parse(json::find_text(metadata, "raw"));
  return raw ? complaint_in(*raw) : std::nullopt;
}

/// Reads `error`, an object; or the body itself if its members stand there.
complaint read_object(const json::value& x, bool wrapped) {
  const auto* metadata = json::find(x, "metadata");
  if (metadata != nullptr)
    if (auto nested = nested_in(*metadata))
      return *nested;
  complaint said;
  said.wrapped = wrapped;
  said.code = scalar(x, "code");
  said.type = json::find_text(x, "type");
  said.param = json::find_text(x, "param");
  said.message = json::find_text(x, "message");
  const auto named = status_in(scalar(x, "status"));
  said.status = named != 0 ? named : status_in(said.code);
  if (const auto* inner = json::find(x, "innererror"))
    said.inner_code = scalar(*inner, "code");
  if (metadata == nullptr)
    return said;
  const auto* reasons = json::find(*metadata, "reasons");
  said.moderated = (reasons != nullptr && reasons->IsArray())
                   || json::find(*metadata, "flagged_input") != nullptr;
  said.in_flight_budget =
      json::find_text(*metadata, "limit_source") == "openrouter_in_flight_budget";
  return said;
}

/// xAI, Ollama and others: the error is a string, its code beside it.
complaint read_string(const json::value& whole, const json::value& error) {
  complaint said;
  said.wrapped = true;
  said.code = scalar(whole, "code");
  said.status = status_in(said.code);
  said.message = json::text_of(error);
  return said;
}

} // namespace

std::optional<complaint> complaint_in(const json::value& whole) {
  if (whole.IsArray())
    return whole.Empty() || !json::is_object(whole[0]) ? std::nullopt : complaint_in(whole[0]);
  const auto* error = json::find(whole, "error");
  if (error != nullptr && json::is_object(*error) && !error->ObjectEmpty())
    return read_object(*error, true);
  if (error != nullptr && error->IsString() && error->GetStringLength() > 0)
    return read_string(whole, *error);
  for (std::string_view name : {"message", "detail"})
    if (json::find(whole, name) != nullptr)
      return read_object(whole, false);
  return std::nullopt;
}

failure classify(const http_reply& reply, const std::optional<complaint>& said,
                 std::chrono::system_clock::time_point now) {
  const auto hint = read_retry_hint(reply.headers, now);
  auto means = read(status_of(reply, said), said, hint.has_value());
  // Whoever asks for an hour or more means an allowance, not a pause.
  if (means.kind == failure_class::rate_limit && hint && hint->wait >= longest_hint)
    means = quota;
  failure x;
  x.kind = means.kind;
  x.scope = means.scope;
  x.too_long = means.too_long;
  x.reason = reason_of(reply, said);
  x.status = reply.status;
  if (hint) {
    x.retry_after = hint->wait;
    x.hint = hint->source;
  }
  x.final_for_route = same_name(header(reply.headers, "x-should-retry"), "false");
  return x;
}

std::string_view shown(std::string_view x) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'
           || c == '-' || c == '.';
  };
  return x.size() <= 40 && std::ranges::all_of(x, plain) ? x : std::string_view{};
}

} // namespace hedgerow::openai
