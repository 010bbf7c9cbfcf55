#include "routes/gemini_classify.hpp"

#include "routes/classify.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string>

namespace hedgerow::gemini {

namespace {

/// Words of `google.rpc.Code`. What is left out has to be looked into.
constexpr std::array statuses{
    known_word{"FAILED_PRECONDITION", meanings::auth},
    known_word{"PERMISSION_DENIED", meanings::auth},
    known_word{"UNAUTHENTICATED", meanings::auth},
    known_word{"NOT_FOUND", meanings::auth},
    known_word{"UNIMPLEMENTED", meanings::capability},
    known_word{"INTERNAL", meanings::transport},
    known_word{"UNAVAILABLE", meanings::transport},
    known_word{"ABORTED", meanings::transport},
    known_word{"CANCELLED", meanings::transport},
    known_word{"DEADLINE_EXCEEDED", meanings::latency},
};

/// What hides behind INVALID_ARGUMENT: too long a prompt, and what we put in or another model
/// takes.
constexpr std::array messages{
    known_message{"the input token count", "exceeds the maximum number of tokens",
                  meanings::too_long},
    known_message{"invalid json payload received. unknown name", "", meanings::capability},
    known_message{"the specified schema produces a constraint", "too many states",
                  meanings::capability},
    known_message{"function call is missing a thought_signature", "", meanings::capability},
    known_message{"function calling with a response mime type", "", meanings::capability},
    known_message{"function calling is not enabled", "", meanings::capability},
    known_message{"developer instruction is not enabled", "", meanings::capability},
    known_message{"penalty is not enabled", "", meanings::capability},
    known_message{"json mode is not enabled", "", meanings::capability},
};

/// What Google says beside the message. Empty where it says nothing.
struct details {
  std::string_view reason;
  bool per_day = false;
  /// There is a quota that was exceeded.
  bool named_quota = false;
  std::optional<milliseconds> wait;
};

/// `37s` or `37.5s`.
std::optional<milliseconds> delay_in(std::string_view text) {
  double seconds = 0;
  const auto [stop, error] =
      std::from_chars(text.data(), text.data() + text.size(), seconds, std::chars_format::fixed);
  const bool whole = error == std::errc{} && stop + 1 == text.data() + text.size() && *stop == 's';
  if (!whole || !std::isfinite(seconds) || seconds < 0)
    return std::nullopt;
  const auto most = static_cast<double>(longest_hint.count());
  return milliseconds{static_cast<std::int64_t>(std::min(std::ceil(seconds * 1000), most))};
}

void read_quotas(details& to, const json::value& x) {
  const auto* violations = json::find(x, "violations");
  if (violations == nullptr || !violations->IsArray())
    return;
  for (const auto& each : violations->GetArray()) {
    const auto id = json::find_text(each, "quotaId");
    to.named_quota = to.named_quota || !id.empty();
    to.per_day = to.per_day || id.find("PerDay") != id.npos;
  }
}

/// The error itself; null: there is none. Some endpoints send a list around it.
const json::value* error_in(const json::value& body) {
  if (body.IsArray())
    return body.Empty() ? nullptr : json::find(body[0], "error");
  return json::find(body, "error");
}

details details_of(const json::value& body) {
  details out;
  const auto* error = error_in(body);
  if (error == nullptr)
    return out;
  if (const auto* first = json::at(*error, "/errors/0"))
    out.reason = json::find_text(*first, "reason");
  const auto* list = json::find(*error, "details");
  if (list == nullptr || !list->IsArray())
    return out;
  for (const auto& x : list->GetArray()) {
    const auto type = json::find_text(x, "@type");
    if (type.ends_with("google.rpc.ErrorInfo"))
      out.reason = json::find_text(x, "reason");
    else if (type.ends_with("google.rpc.QuotaFailure"))
      read_quotas(out, x);
    else if (type.ends_with("google.rpc.RetryInfo"))
      out.wait = delay_in(json::find_text(x, "retryDelay"));
  }
  return out;
}

/// Why the resources are exhausted: a day's, a minute's, the money, or those of all customers.
meaning exhausted(const details& more, std::string_view message) {
  if (more.per_day)
    return meanings::quota;
  if (more.wait || more.named_quota || more.reason == "rateLimitExceeded")
    return meanings::rate_limit;
  if (message.starts_with("you exceeded your current quota")
      || message.starts_with("your prepayment credits are depleted"))
    return meanings::quota;
  return message.starts_with("resource exhausted") || message.starts_with("resource has been")
             ? meanings::transport
             : meanings::rate_limit;
}

std::optional<meaning> invalid(const details& more, std::string_view message) {
  if (more.reason.starts_with("API_KEY_"))
    return meanings::auth;
  const auto found =
      std::ranges::find_if(messages, [&](const known_message& x) { return x.matches(message); });
  return found == messages.end() ? std::nullopt : std::optional{found->means};
}

meaning read(int status, const complaint& said, const details& more) {
  const auto message = lower_case(said.message);
  if (said.type == "RESOURCE_EXHAUSTED" || status == 429)
    return exhausted(more, message);
  if (said.type == "INVALID_ARGUMENT" || status == 400)
    if (const auto found = invalid(more, message))
      return *found;
  if (const auto found = meaning_of(statuses, said.type))
    return *found;
  return by_status(status, true);
}

} // namespace

failure classify(const http_reply& reply, const json::value& body,
                 std::chrono::system_clock::time_point now) {
  const auto said = complaint_in(body);
  const auto status = status_of(reply, said);
  if (!said)
    return classified(by_status(status, false), reply, said, read_retry_hint(reply.headers, now));
  const auto more = details_of(body);
  const auto means = read(status, *said, more);
  auto hint = read_retry_hint(reply.headers, now);
  // The delay says when the minute is over, which does not help when the day's share is gone.
  if (!hint && more.wait && means.kind != failure_class::quota)
    hint = retry_hint{*more.wait, "retryDelay"};
  return classified(means, reply, said, hint);
}

} // namespace hedgerow::gemini
