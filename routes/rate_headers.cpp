#include "routes/rate_headers.hpp"

#include <array>
#include <charconv>
#include <string>
#include <string_view>

namespace hedgerow {
namespace {

using namespace std::chrono;

constexpr milliseconds longest_reset = hours{24};

std::optional<std::int64_t> count_in(std::string_view text) {
  std::int64_t out = 0;
  const auto end = text.data() + text.size();
  const auto [stop, wrong] = std::from_chars(text.data(), end, out);
  if (wrong != std::errc{} || stop != end || out < 0)
    return std::nullopt;
  return out;
}

struct unit {
  std::string_view name;
  double ms = 0;
};

/// The longer name of two with one beginning comes first.
constexpr std::array units{unit{"ms", 1},  unit{"us", 1e-3}, unit{"ns", 1e-6},
                           unit{"s", 1e3}, unit{"m", 60e3},  unit{"h", 3600e3}};

/// As Go writes a duration: `6m0s`, `20ms`, `1h2m3.5s`.
std::optional<milliseconds> go_duration(std::string_view text) {
  double sum = 0;
  if (text.empty())
    return std::nullopt;
  while (!text.empty()) {
    double figure = 0;
    const auto [stop, wrong] =
        std::from_chars(text.data(), text.data() + text.size(), figure, std::chars_format::fixed);
    if (wrong != std::errc{} || figure < 0)
      return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
    const auto* of = units.begin();
    while (of != units.end() && !text.starts_with(of->name))
      ++of;
    if (of == units.end())
      return std::nullopt;
    text.remove_prefix(of->name.size());
    sum += figure * of->ms;
  }
  if (!(sum <= static_cast<double>(longest_reset.count())))
    return std::nullopt;
  return ceil<milliseconds>(duration<double, std::milli>{sum});
}

std::optional<int> digits(std::string_view text, std::size_t at, std::size_t n) {
  const auto found = text.size() < at + n ? std::nullopt : count_in(text.substr(at, n));
  return found ? std::optional{static_cast<int>(*found)} : std::nullopt;
}

/// `2025-07-29T15:41:24Z`, also with a fraction, which is passed over: the only zone in use is UTC.
std::optional<sys_seconds> utc_time(std::string_view text) {
  if (text.size() < 20 || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':'
      || text[16] != ':' || !text.ends_with('Z'))
    return std::nullopt;
  const auto y = digits(text, 0, 4), mo = digits(text, 5, 2), d = digits(text, 8, 2);
  const auto h = digits(text, 11, 2), mi = digits(text, 14, 2), s = digits(text, 17, 2);
  if (!y || !mo || !d || !h || !mi || !s || *h > 23 || *mi > 59 || *s > 60)
    return std::nullopt;
  const year_month_day day{year{*y}, month(static_cast<unsigned>(*mo)),
                           std::chrono::day(static_cast<unsigned>(*d))};
  if (!day.ok())
    return std::nullopt;
  return sys_days{day} + hours{*h} + minutes{*mi} + seconds{*s};
}

std::optional<milliseconds> time_until(std::string_view text, const http_headers& fields,
                                       system_clock::time_point now) {
  const auto at = utc_time(text);
  if (!at)
    return std::nullopt;
  const auto server_now = parse_http_date(header(fields, "date"), now);
  const auto from = server_now ? system_clock::time_point{*server_now} : now;
  const auto wait = ceil<milliseconds>(system_clock::time_point{*at} - from);
  if (wait > longest_reset)
    return std::nullopt;
  return std::max(wait, milliseconds{0});
}

std::optional<rate_left> whole(std::optional<std::int64_t> limit,
                               std::optional<std::int64_t> remaining,
                               std::optional<milliseconds> reset_in) {
  if (!limit || !remaining || !reset_in || *limit == 0 || *remaining > *limit)
    return std::nullopt;
  return rate_left{*limit, *remaining, *reset_in};
}

std::optional<rate_left> of_openai(const http_headers& fields, std::string_view what) {
  const auto field = [&](std::string_view part) {
    return header(fields, "x-ratelimit-" + std::string{part} + '-' + std::string{what});
  };
  return whole(count_in(field("limit")), count_in(field("remaining")), go_duration(field("reset")));
}

std::optional<rate_left> of_anthropic(const http_headers& fields, std::string_view what,
                                      system_clock::time_point now) {
  const auto field = [&](std::string_view part) {
    return header(fields, "anthropic-ratelimit-" + std::string{what} + '-' + std::string{part});
  };
  return whole(count_in(field("limit")), count_in(field("remaining")),
               time_until(field("reset"), fields, now));
}

double share_left(const rate_left& x) {
  return static_cast<double>(x.remaining) / static_cast<double>(x.limit);
}

} // namespace

rates_left read_rate_headers(const http_headers& fields, system_clock::time_point now) {
  rates_left out{of_openai(fields, "requests"), of_openai(fields, "tokens")};
  if (!out.requests)
    out.requests = of_anthropic(fields, "requests", now);
  for (const std::string_view what : {"tokens", "input-tokens", "output-tokens"})
    if (const auto found = of_anthropic(fields, what, now);
        found && (!out.tokens || share_left(*found) < share_left(*out.tokens)))
      out.tokens = found;
  return out;
}

} // namespace hedgerow
