#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// The units that a configuration is written in, both ways.
namespace hedgerow::config {

using std::chrono::milliseconds;

/// `250ms`, `1.5s`, `2m`, `1h`, `7d`; at most ten years and no fraction of a millisecond.
std::optional<milliseconds> read_duration(std::string_view text);

/// `512B`, `64KiB`, `4MiB`, `1GiB`.
std::optional<std::uint64_t> read_bytes(std::string_view text);

/// `5%` as 0.05; at most `100%`.
std::optional<double> read_percent(std::string_view text);

/// `$0.02` as 0.02.
std::optional<double> read_money(std::string_view text);

/// `3x` as 3.
std::optional<double> read_multiple(std::string_view text);

/// `p95` as 0.95; more than p0 and less than p100.
std::optional<double> read_quantile(std::string_view text);

/// A plain decimal number, as YAML and JSON write it: `0.15`, `-2`, `1e3`.
std::optional<double> read_number(std::string_view text);

/// A whole number in decimal, without leading zeros.
std::optional<std::int64_t> read_integer(std::string_view text);

/// In the largest unit that needs no fraction.
std::string show_duration(milliseconds x);
std::string show_bytes(std::uint64_t x);
std::string show_share(double x);
std::string show_money(double x);
std::string show_multiple(double x);

/// Without trailing zeros.
std::string show_number(double x);

} // namespace hedgerow::config
