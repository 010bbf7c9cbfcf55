#include "contracts/punycode.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>

namespace hedgerow::punycode {
namespace {

// The parameters of RFC 3492 §5.
constexpr std::uint64_t base = 36;
constexpr std::uint64_t t_min = 1;
constexpr std::uint64_t t_max = 26;
constexpr std::uint64_t skew = 38;
constexpr std::uint64_t damp = 700;
constexpr std::uint64_t bias_at_first = 72;
constexpr std::uint64_t first_beyond = 0x80;
constexpr std::uint64_t character_max = 0x10ffff;

/// RFC 3492 §6.1.
std::uint64_t adapted(std::uint64_t delta, std::uint64_t points, bool is_first) {
  delta /= is_first ? damp : 2;
  delta += delta / points;
  std::uint64_t k = 0;
  for (; delta > (base - t_min) * t_max / 2; k += base)
    delta /= base - t_min;
  return k + (base - t_min + 1) * delta / (delta + skew);
}

std::uint64_t threshold(std::uint64_t k, std::uint64_t bias) {
  return k <= bias ? t_min : std::min(k - bias, t_max);
}

std::optional<std::uint64_t> digit_of(char c) {
  const char lower = static_cast<char>(c | 0x20);
  if (lower >= 'a' && lower <= 'z')
    return lower - 'a';
  if (c >= '0' && c <= '9')
    return c - '0' + 26;
  return std::nullopt;
}

char digit(std::uint64_t x) { return static_cast<char>(x < 26 ? 'a' + x : '0' + (x - 26)); }

/// Takes one variable-length integer.
std::optional<std::uint64_t> take_delta(std::string_view& text, std::uint64_t bias) {
  std::uint64_t out = 0;
  std::uint64_t weight = 1;
  for (auto k = base;; k += base) {
    const auto x = text.empty() ? std::nullopt : digit_of(text[0]);
    if (!x)
      return std::nullopt;
    text.remove_prefix(1);
    out += *x * weight;
    const auto t = threshold(k, bias);
    if (out > std::numeric_limits<std::uint32_t>::max())
      return std::nullopt;
    if (*x < t)
      return out;
    weight =
        std::min<std::uint64_t>(weight * (base - t), std::numeric_limits<std::uint32_t>::max());
  }
}

} // namespace

std::optional<std::u32string> decoded(std::string_view text) {
  std::u32string out;
  if (const auto hyphen = text.rfind('-'); hyphen != text.npos) {
    for (const char c : text.substr(0, hyphen))
      out += static_cast<unsigned char>(c);
    text.remove_prefix(hyphen + 1);
  }
  std::uint64_t n = first_beyond;
  std::uint64_t at = 0;
  auto bias = bias_at_first;
  bool is_first = true;
  while (!text.empty()) {
    const auto delta = take_delta(text, bias);
    if (!delta)
      return std::nullopt;
    const auto points = out.size() + 1;
    bias = adapted(*delta, points, is_first);
    is_first = false;
    at += *delta;
    n += at / points;
    at %= points;
    if (n > character_max)
      return std::nullopt;
    out.insert(out.begin() + static_cast<std::ptrdiff_t>(at++), static_cast<char32_t>(n));
  }
  return out;
}

std::string encoded(std::u32string_view label) {
  std::string out;
  for (const auto c : label)
    if (c < first_beyond)
      out += static_cast<char>(c);
  auto done = out.size();
  const auto basic = done;
  if (basic > 0)
    out += '-';
  std::uint64_t n = first_beyond;
  std::uint64_t delta = 0;
  auto bias = bias_at_first;
  while (done < label.size()) {
    std::uint64_t next = character_max;
    for (const auto c : label)
      if (c >= n)
        next = std::min<std::uint64_t>(next, c);
    delta += (next - n) * (done + 1);
    n = next;
    for (const auto c : label) {
      delta += c < n ? 1 : 0;
      if (c != n)
        continue;
      auto q = delta;
      for (auto k = base;; k += base) {
        const auto t = threshold(k, bias);
        if (q < t)
          break;
        out += digit(t + (q - t) % (base - t));
        q = (q - t) / (base - t);
      }
      out += digit(q);
      bias = adapted(delta, done + 1, done == basic);
      delta = 0;
      ++done;
    }
    ++delta;
    ++n;
  }
  return out;
}

} // namespace hedgerow::punycode
