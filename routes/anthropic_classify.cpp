#include "routes/anthropic_classify.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace hedgerow::anthropic {

namespace {

constexpr std::string_view spend_limit = "enforced_spend_limit_reached";

constexpr std::array words{
    known_word{"authentication_error", meanings::auth},
    known_word{"permission_error", meanings::auth},
    known_word{"billing_error", meanings::quota},
    known_word{"not_found_error", meanings::auth},
    known_word{"conflict_error", meanings::transport},
    known_word{"request_too_large", meanings::too_long},
    known_word{"rate_limit_error", meanings::rate_limit},
    known_word{"api_error", meanings::transport},
    known_word{"timeout_error", meanings::latency},
    known_word{"overloaded_error", meanings::transport},
};

/// What hides behind `invalid_request_error`. The second half names what we put in or what another
/// model takes.
constexpr std::array messages{
    known_message{"prompt is too long", "", meanings::too_long},
    known_message{"input is too long", "", meanings::too_long},
    known_message{"input length and `max_tokens` exceed context limit", "", meanings::too_long},
    known_message{"your credit balance is too low", "", meanings::quota},
    known_message{"you have reached your specified", "usage limit", meanings::quota},
    known_message{"this model does not support", "", meanings::capability},
    known_message{"max_tokens: ", "maximum allowed number of output tokens", meanings::capability},
    known_message{"the compiled grammar is too large", "", meanings::capability},
    known_message{"output_config.", "", meanings::capability},
    known_message{"tools.", ".strict", meanings::capability},
    known_message{"`temperature`", "", meanings::capability},
    known_message{"`top_p`", "", meanings::capability},
};

std::optional<meaning> by_message(const complaint& said) {
  if (said.type != "invalid_request_error")
    return std::nullopt;
  const auto message = lower_case(said.message);
  const auto found =
      std::ranges::find_if(messages, [&](const known_message& x) { return x.matches(message); });
  return found == messages.end() ? std::nullopt : std::optional{found->means};
}

meaning read(int status, const std::optional<complaint>& said) {
  if (!said)
    return by_status(status, false);
  if (said->inner_code == spend_limit)
    return meanings::quota;
  if (const auto found = meaning_of(words, said->type))
    return *found;
  if (const auto found = by_message(*said))
    return *found;
  return said->type == "invalid_request_error" ? meanings::invalid_request
                                               : by_status(status, true);
}

/// A spend limit comes without a hint and lasts until the month is over.
std::optional<retry_hint> hint_of(const http_reply& reply, const std::optional<complaint>& said,
                                  std::chrono::system_clock::time_point now) {
  auto hint = read_retry_hint(reply.headers, now);
  if (!hint && said && said->inner_code == spend_limit)
    hint = retry_hint{longest_hint, spend_limit};
  return hint;
}

} // namespace

failure classify(const http_reply& reply, const std::optional<complaint>& said,
                 std::chrono::system_clock::time_point now) {
  return classified(read(status_of(reply, said), said), reply, said, hint_of(reply, said, now));
}

} // namespace hedgerow::anthropic
