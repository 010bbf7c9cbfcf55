#include "routes/classify.hpp"

#include <string>

namespace hedgerow {

namespace {

std::string reason_of(const http_reply& reply, const std::optional<complaint>& said) {
  auto reason =
      (is_success(reply.status) ? "error inside HTTP " : "HTTP ") + std::to_string(reply.status);
  if (!said)
    return reason + " without an error that can be read";
  const auto code = plain_word(said->inner_code.empty() ? said->code : said->inner_code);
  const auto type = plain_word(said->type);
  if (!type.empty() && type != code)
    reason.append(" ").append(type);
  if (!code.empty())
    reason.append(" ").append(code);
  return reason;
}

} // namespace

meaning by_status(int status, bool readable) {
  switch (status) {
  case 400:
  case 405:
  case 406:
  case 411:
  case 415:
  case 422:
    return readable ? meanings::invalid_request : meanings::unlisted;
  case 404:
    return meanings::invalid_request;
  case 401:
  case 403:
  case 407:
  case 410:
    return meanings::auth;
  case 402:
    return meanings::quota;
  case 408:
  case 504:
  case 524:
    return meanings::latency;
  case 413:
  case 414:
  case 431:
    return meanings::too_long;
  case 429:
    return meanings::rate_limit;
  case 451:
    return meanings::policy;
  case 409:
  case 421:
  case 425:
  case 498:
  case 499:
    return meanings::transport;
  default:
    return status >= 500 ? meanings::transport : meanings::unlisted;
  }
}

int status_of(const http_reply& reply, const std::optional<complaint>& said) {
  if (!is_success(reply.status))
    return reply.status;
  return said && said->status >= 400 ? said->status : 502;
}

failure classified(meaning means, const http_reply& reply, const std::optional<complaint>& said,
                   const std::optional<retry_hint>& hint) {
  // Whoever asks for an hour or more means an allowance, not a pause.
  if (means.kind == failure_class::rate_limit && hint && hint->wait >= longest_hint)
    means = meanings::quota;
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

} // namespace hedgerow
