#include "routes/http.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace hedgerow {

namespace {

using namespace std::chrono;

constexpr std::array<std::string_view, 12> months{
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
};

char lower(char x) { return x >= 'A' && x <= 'Z' ? static_cast<char>(x - 'A' + 'a') : x; }

/// What is left of a date; every `take` that does not match marks it broken.
struct cursor {
  std::string_view rest;
  bool good = true;

  void take(std::string_view what) {
    good = good && rest.starts_with(what);
    rest.remove_prefix(good ? what.size() : 0);
  }

  int number(std::size_t digits) {
    const auto end = rest.data() + std::min(digits, rest.size());
    int value = 0;
    const auto [stop, error] = std::from_chars(rest.data(), end, value);
    good = good && digits <= rest.size() && error == std::errc{} && stop == end && value >= 0;
    rest.remove_prefix(good ? digits : 0);
    return value;
  }

  unsigned month_name() {
    const auto found = std::ranges::find(months, rest.substr(0, 3));
    good = good && found != months.end();
    rest.remove_prefix(good ? 3 : 0);
    return good ? static_cast<unsigned>(found - months.begin()) + 1 : 0;
  }

  seconds time_of_day() {
    const auto hour = number(2);
    take(":");
    const auto minute = number(2);
    take(":");
    const auto second = number(2);
    good = good && hour < 24 && minute < 60 && second <= 60; // 60 is a leap second.
    return hours{hour} + minutes{minute} + seconds{second};
  }
};

std::optional<sys_seconds> moment(const cursor& read, int y, unsigned m, int d, seconds time) {
  const year_month_day date{year{y}, month{m}, day{static_cast<unsigned>(d)}};
  if (!read.good || !read.rest.empty() || !date.ok())
    return std::nullopt;
  return sys_seconds{sys_days{date}} + time;
}

/// `06 Nov 1994 08:49:37 GMT`, behind the weekday.
std::optional<sys_seconds> fixdate(cursor read) {
  const auto d = read.number(2);
  read.take(" ");
  const auto m = read.month_name();
  read.take(" ");
  const auto y = read.number(4);
  read.take(" ");
  const auto time = read.time_of_day();
  read.take(" GMT");
  return moment(read, y, m, d, time);
}

/// A date that would lie more than 50 years ahead is of the century before (RFC 9110 §5.6.7).
int with_century(int two_digits, system_clock::time_point now) {
  const auto current = static_cast<int>(year_month_day{floor<days>(now)}.year());
  const auto guess = current / 100 * 100 + two_digits;
  return guess > current + 50 ? guess - 100 : guess;
}

/// `06-Nov-94 08:49:37 GMT`, behind the weekday.
std::optional<sys_seconds> rfc850(cursor read, system_clock::time_point now) {
  const auto d = read.number(2);
  read.take("-");
  const auto m = read.month_name();
  read.take("-");
  const auto y = with_century(read.number(2), now);
  read.take(" ");
  const auto time = read.time_of_day();
  read.take(" GMT");
  return moment(read, y, m, d, time);
}

/// `Nov  6 08:49:37 1994`, behind the weekday.
std::optional<sys_seconds> asctime(cursor read) {
  const auto m = read.month_name();
  read.take(" ");
  const bool padded = read.rest.starts_with(' ');
  read.take(padded ? " " : "");
  const auto d = read.number(padded ? 1 : 2);
  read.take(" ");
  const auto time = read.time_of_day();
  read.take(" ");
  const auto y = read.number(4);
  return moment(read, y, m, d, time);
}

} // namespace

std::string_view header(const http_headers& fields, std::string_view name) {
  const auto named = [name](const auto& field) { return same_name(field.first, name); };
  const auto found = std::ranges::find_if(fields, named);
  return found == fields.end() ? std::string_view{} : std::string_view{found->second};
}

bool same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

std::optional<sys_seconds> parse_http_date(std::string_view text, system_clock::time_point now) {
  const auto comma = text.find(", ");
  if (comma == 3)
    return fixdate({text.substr(5)});
  if (comma != std::string_view::npos)
    return rfc850({text.substr(comma + 2)}, now);
  return text.size() > 4 && text[3] == ' ' ? asctime({text.substr(4)}) : std::nullopt;
}

} // namespace hedgerow
