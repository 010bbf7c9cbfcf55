#include "app/config/units.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <system_error>

namespace hedgerow::config {

namespace {

struct time_unit {
  std::string_view name;
  std::int64_t milliseconds;
};

/// Largest first, as `show_duration` wants it.
constexpr std::array time_units{
    time_unit{"d", 86'400'000}, time_unit{"h", 3'600'000}, time_unit{"m", 60'000},
    time_unit{"s", 1000},       time_unit{"ms", 1},
};

struct byte_unit {
  std::string_view name;
  std::uint64_t bytes;
};

constexpr std::array byte_units{
    byte_unit{"GiB", 1u << 30},
    byte_unit{"MiB", 1u << 20},
    byte_unit{"KiB", 1u << 10},
    byte_unit{"B", 1},
};

constexpr double longest = 3650.0 * 86'400'000;

/// `12` or `1.5`: no sign, no exponent.
std::optional<double> plain_of(std::string_view text) {
  const auto dot = text.find('.');
  const auto is_digits = [](std::string_view x) {
    return !x.empty() && x.size() <= 15 && x.find_first_not_of("0123456789") == x.npos;
  };
  if (!is_digits(text.substr(0, dot)) || (dot != text.npos && !is_digits(text.substr(dot + 1))))
    return std::nullopt;
  return read_number(text);
}

/// The number before `unit`, if `text` ends in that.
std::optional<double> before(std::string_view text, std::string_view unit) {
  if (!text.ends_with(unit))
    return std::nullopt;
  return plain_of(text.substr(0, text.size() - unit.size()));
}

} // namespace

std::optional<milliseconds> read_duration(std::string_view text) {
  for (const auto& unit : time_units) {
    const auto amount = before(text, unit.name);
    if (!amount)
      continue;
    const auto exact = *amount * static_cast<double>(unit.milliseconds);
    if (exact > longest || std::abs(exact - std::round(exact)) > 1e-6)
      return std::nullopt;
    return milliseconds{static_cast<std::int64_t>(std::llround(exact))};
  }
  return std::nullopt;
}

std::optional<std::uint64_t> read_bytes(std::string_view text) {
  constexpr std::uint64_t most = std::uint64_t{1} << 50;
  for (const auto& unit : byte_units) {
    if (!text.ends_with(unit.name))
      continue;
    const auto amount = read_integer(text.substr(0, text.size() - unit.name.size()));
    if (!amount || *amount < 0 || static_cast<std::uint64_t>(*amount) > most / unit.bytes)
      return std::nullopt;
    return static_cast<std::uint64_t>(*amount) * unit.bytes;
  }
  return std::nullopt;
}

std::optional<double> read_percent(std::string_view text) {
  const auto percent = before(text, "%");
  return percent && *percent <= 100 ? std::optional{*percent / 100} : std::nullopt;
}

std::optional<double> read_money(std::string_view text) {
  return text.starts_with('$') ? plain_of(text.substr(1)) : std::nullopt;
}

std::optional<double> read_multiple(std::string_view text) { return before(text, "x"); }

std::optional<double> read_quantile(std::string_view text) {
  if (!text.starts_with('p'))
    return std::nullopt;
  const auto percent = plain_of(text.substr(1));
  return percent && *percent > 0 && *percent < 100 ? std::optional{*percent / 100} : std::nullopt;
}

std::optional<double> read_number(std::string_view text) {
  double x = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), x);
  if (problem != std::errc{} || end != text.data() + text.size() || !std::isfinite(x))
    return std::nullopt;
  return x;
}

std::optional<std::int64_t> read_integer(std::string_view text) {
  const auto digits = text.substr(text.starts_with('-') ? 1 : 0);
  if (digits.starts_with('0') && digits.size() > 1)
    return std::nullopt;
  std::int64_t x = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), x);
  if (problem != std::errc{} || end != text.data() + text.size())
    return std::nullopt;
  return x;
}

std::string show_duration(milliseconds x) {
  for (const auto& unit : time_units)
    if (x.count() != 0 && x.count() % unit.milliseconds == 0)
      return std::to_string(x.count() / unit.milliseconds) + std::string{unit.name};
  return "0ms";
}

std::string show_bytes(std::uint64_t x) {
  for (const auto& unit : byte_units)
    if (x != 0 && x % unit.bytes == 0)
      return std::to_string(x / unit.bytes) + std::string{unit.name};
  return "0B";
}

std::string show_share(double x) { return show_number(std::round(x * 1e8) / 1e6) + "%"; }

std::string show_money(double x) {
  std::array<char, 64> room{};
  const auto [end, problem] =
      std::to_chars(room.data(), room.data() + room.size(), x, std::chars_format::fixed);
  return "$" + (problem == std::errc{} ? std::string{room.data(), end} : std::string{"?"});
}

std::string show_multiple(double x) { return show_number(x) + "x"; }

std::string show_number(double x) {
  std::array<char, 64> room{};
  const auto [end, problem] = std::to_chars(room.data(), room.data() + room.size(), x);
  return problem == std::errc{} ? std::string{room.data(), end} : std::string{"?"};
}

} // namespace hedgerow::config
