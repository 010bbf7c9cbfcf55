#include "app/rehearse/trace.hpp"

#include "app/config/fields.hpp"
#include "app/config/units.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace hedgerow {

namespace {

constexpr double micro = 1e6;

std::optional<int> digits(std::string_view text) {
  int out = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && stop == text.data() + text.size() ? std::optional{out}
                                                                   : std::nullopt;
}

/// `2023-11-16 18:17:03.9799600` in seconds since 1970.
std::optional<double> seconds_of_date(std::string_view x) {
  constexpr std::size_t until_minutes = 17;
  if (x.size() < until_minutes + 2 || x[4] != '-' || x[7] != '-' || (x[10] != ' ' && x[10] != 'T')
      || x[13] != ':' || x[16] != ':')
    return std::nullopt;
  const auto year = digits(x.substr(0, 4));
  const auto month = digits(x.substr(5, 2));
  const auto day = digits(x.substr(8, 2));
  const auto hour = digits(x.substr(11, 2));
  const auto minute = digits(x.substr(14, 2));
  const auto second = config::read_number(x.substr(until_minutes + (x[until_minutes] == '0')));
  if (!year || !month || !day || !hour || !minute || !second)
    return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year},
                                         std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok() || *hour > 23 || *minute > 59 || *second < 0 || *second > 61)
    return std::nullopt;
  const auto days = std::chrono::sys_days{date}.time_since_epoch().count();
  return days * 86400.0 + *hour * 3600 + *minute * 60 + *second;
}

std::optional<double> seconds_of(std::string_view text) {
  const auto plain = config::read_number(text);
  return plain ? plain : seconds_of_date(text);
}

std::string_view trimmed(std::string_view x) {
  while (!x.empty() && (x.front() == ' ' || x.front() == '"'))
    x.remove_prefix(1);
  while (!x.empty() && (x.back() == ' ' || x.back() == '\r' || x.back() == '"'))
    x.remove_suffix(1);
  return x;
}

error wrong(std::size_t line, std::string what) {
  return {errc::config_invalid, "line " + std::to_string(line) + " " + std::move(what), {}};
}

/// The three columns of a line; fewer if it has fewer.
std::vector<std::string_view> columns(std::string_view line) {
  std::vector<std::string_view> out;
  for (std::size_t from = 0; out.size() < 3 && from <= line.size();) {
    const auto comma = std::min(line.find(',', from), line.size());
    out.push_back(trimmed(line.substr(from, comma - from)));
    from = comma + 1;
  }
  return out;
}

} // namespace

result<std::vector<traced_request>> parse_trace(std::string_view text) {
  std::vector<traced_request> out;
  std::optional<double> first;
  std::size_t number = 0;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    if (trimmed(line).empty())
      continue;
    const auto x = columns(line);
    if (x.size() < 3)
      return wrong(number, "needs three columns: time, input tokens, output tokens");
    const auto at = seconds_of(x[0]);
    if (!at && number == 1)
      continue; // The names of the columns.
    if (!at)
      return wrong(number, "does not begin with a time, as a date or in seconds");
    const auto input = config::read_integer(x[1]);
    const auto output = config::read_integer(x[2]);
    if (!input || !output || *input < 0 || *output < 0)
      return wrong(number, "needs whole numbers of tokens in its second and third column");
    if (!first)
      first = *at;
    const microseconds since{std::llround((*at - *first) * micro)};
    if (since < (out.empty() ? microseconds{0} : out.back().at))
      return wrong(number, "comes before the line above it; sort the file by time");
    out.push_back({since, *input, *output});
  }
  if (out.empty())
    return error{errc::config_invalid, "holds no request", {}};
  return out;
}

result<std::vector<traced_request>> load_trace(const std::filesystem::path& file) {
  const auto text = config::bytes_of_file(file);
  if (!text)
    return error{errc::config_invalid, "`" + file.string() + "` cannot be read", {}};
  auto out = parse_trace(*text);
  if (!out)
    return error{errc::config_invalid, "`" + file.string() + "`: " + out.error().message, {}};
  return out;
}

} // namespace hedgerow
