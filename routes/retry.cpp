#include "routes/retry.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace hedgerow {

namespace {

using namespace std::chrono;

constexpr double full_bucket = 10;
constexpr double refill_per_second = 1;

std::string_view trimmed(std::string_view x) {
  const auto first = x.find_first_not_of(" \t");
  if (first == std::string_view::npos)
    return {};
  return x.substr(first, x.find_last_not_of(" \t") - first + 1);
}

/// Never above the cap, whatever was sent.
milliseconds capped(double ms) {
  return milliseconds{static_cast<std::int64_t>(
      std::min(std::ceil(ms), static_cast<double>(longest_hint.count())))};
}

/// `12` or `0.5`; no sign, no exponent, no `nan`, nothing behind it.
std::optional<double> decimal(std::string_view text) {
  if (text.empty() || text.front() < '0' || text.front() > '9')
    return std::nullopt;
  double value = 0;
  const auto end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value, std::chars_format::fixed);
  if (error != std::errc{} || stop != end || !std::isfinite(value))
    return std::nullopt;
  return value;
}

/// The wait in a header that counts units of `unit_ms`.
std::optional<milliseconds> counted(const http_headers& fields, std::string_view name,
                                    double unit_ms) {
  const auto value = decimal(trimmed(header(fields, name)));
  return value ? std::optional{capped(*value * unit_ms)} : std::nullopt;
}

/// The server's clock is the one its date was written by, if it told us the time.
std::optional<milliseconds> dated(const http_headers& fields, system_clock::time_point now) {
  const auto server_now = parse_http_date(trimmed(header(fields, "date")), now);
  const auto from = server_now ? system_clock::time_point{*server_now} : now;
  if (from == system_clock::time_point{})
    return std::nullopt;
  const auto until = parse_http_date(trimmed(header(fields, "retry-after")), from);
  if (!until)
    return std::nullopt;
  return std::clamp(ceil<milliseconds>(*until - from), milliseconds{0}, longest_hint);
}

} // namespace

std::optional<retry_hint> read_retry_hint(const http_headers& fields,
                                          system_clock::time_point now) {
  for (std::string_view name : {"retry-after-ms", "x-ms-retry-after-ms"})
    if (const auto wait = counted(fields, name, 1))
      return retry_hint{*wait, name};
  if (const auto wait = counted(fields, "retry-after", 1000))
    return retry_hint{*wait, "retry-after"};
  if (const auto wait = dated(fields, now))
    return retry_hint{*wait, "retry-after"};
  return std::nullopt;
}

milliseconds full_jitter(milliseconds base, milliseconds cap, int n, double random) {
  const auto grown = std::ldexp(static_cast<double>(base.count()), std::clamp(n, 0, 62));
  const auto most = std::min(grown, static_cast<double>(cap.count()));
  return milliseconds{static_cast<std::int64_t>(random * most)};
}

void retry_budget::deposit(time_point now) {
  tokens_ = std::min(full_bucket, refilled(now) + share_);
  last_ = std::max(last_, now);
}

bool retry_budget::withdraw(time_point now) {
  const auto tokens = refilled(now);
  if (tokens < 1)
    return false;
  tokens_ = tokens - 1;
  last_ = std::max(last_, now);
  return true;
}

double retry_budget::level(time_point now) const { return refilled(now) / full_bucket; }

double retry_budget::refilled(time_point now) const {
  const duration<double> gone = std::max(now, last_) - last_;
  return std::min(full_bucket, tokens_ + gone.count() * refill_per_second);
}

} // namespace hedgerow
