#include "contracts/json_compare.hpp"

#include "contracts/json_number.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace hedgerow::json {
namespace {

using wide = unsigned __int128;

bool is_whole(const value& x) { return x.IsInt64() || x.IsUint64(); }

/// Up to this integers and doubles are the same numbers.
constexpr double same_max = 9007199254740992.0;

/// A number as `digits` times ten to the `exponent`; the sign does not matter for multiples.
struct short_decimal {
  std::uint64_t digits = 0;
  int exponent = 0;
};

short_decimal short_form(double x) {
  char text[32];
  const auto end =
      std::to_chars(text, text + sizeof text, std::fabs(x), std::chars_format::scientific).ptr;
  short_decimal out;
  const auto* c = text;
  for (bool fraction = false; c != end && *c != 'e'; ++c) {
    if (*c == '.') {
      fraction = true;
      continue;
    }
    out.digits = out.digits * 10 + static_cast<std::uint64_t>(*c - '0');
    out.exponent -= fraction ? 1 : 0;
  }
  const auto* sign = c == end ? end : c + 1;
  int power = 0;
  std::from_chars(sign != end && *sign == '+' ? sign + 1 : sign, end, power);
  out.exponent += power;
  return out;
}

short_decimal short_form(const value& x) {
  if (x.IsUint64())
    return {.digits = x.GetUint64()};
  if (x.IsInt64())
    return {.digits = std::uint64_t{0} - static_cast<std::uint64_t>(x.GetInt64())};
  return short_form(x.GetDouble());
}

/// (`a` times ten to the `power`) modulo `by`.
std::uint64_t shifted_modulo(std::uint64_t a, int power, std::uint64_t by) {
  wide rest = a % by;
  for (; power > 0 && rest != 0; --power)
    rest = rest * 10 % by;
  return static_cast<std::uint64_t>(rest);
}

std::size_t mix(std::size_t seed, std::size_t x) {
  return seed ^ (x + 0x9e3779b97f4a7c15 + (seed << 6) + (seed >> 2));
}

using members = std::span<const value::Member*>;

/// The members of an object by name, and those of one name in their order.
class sorted_members {
public:
  explicit sorted_members(const value& x) {
    const std::size_t n = x.MemberCount();
    if (n > few_.size())
      many_.resize(n);
    all_ = n > few_.size() ? members{many_} : members{few_}.first(n);
    std::ranges::transform(x.GetObject(), all_.begin(), [](const auto& m) { return &m; });
    std::ranges::sort(all_, {}, [](const auto* m) { return std::pair{text_of(m->name), m}; });
  }

  members all() const { return all_; }

private:
  std::array<const value::Member*, 32> few_;
  std::vector<const value::Member*> many_;
  members all_;
};

bool equal_objects(const value& a, const value& b) {
  if (a.MemberCount() != b.MemberCount())
    return false;
  const auto same = [](const auto* x, const auto* y) {
    return text_of(x->name) == text_of(y->name) && equal(x->value, y->value);
  };
  return std::ranges::equal(sorted_members{a}.all(), sorted_members{b}.all(), same);
}

} // namespace

bool is_integral(const value& x) {
  if (is_decimal(x))
    return decimal_of(x).exponent >= 0;
  return is_whole(x) || (x.IsDouble() && std::trunc(x.GetDouble()) == x.GetDouble());
}

std::partial_ordering compare_numbers(const value& a, const value& b) {
  if (a.IsInt64() && b.IsInt64())
    return a.GetInt64() <=> b.GetInt64();
  if (a.IsUint64() && b.IsUint64())
    return a.GetUint64() <=> b.GetUint64();
  if (is_whole(a) && is_whole(b)) // One is below zero, the other above what int64 holds.
    return a.IsInt64() ? std::partial_ordering::less : std::partial_ordering::greater;
  // Rounding keeps the order, so only numbers with the same double need a closer look.
  const auto x = to_double(a);
  const auto y = to_double(b);
  if (x != y || (a.IsDouble() && b.IsDouble()))
    return x <=> y;
  const auto plain = !is_decimal(a) && !is_decimal(b) && std::fabs(x) < same_max;
  return plain ? std::partial_ordering::equivalent : compare(decimal_of(a), decimal_of(b)) <=> 0;
}

bool is_multiple(const value& x, const value& step) {
  if (is_decimal(x) || is_decimal(step))
    return is_multiple(decimal_of(x), decimal_of(step));
  const auto a = short_form(x);
  const auto b = short_form(step);
  if (a.digits == 0)
    return true;
  if (a.exponent >= b.exponent)
    return shifted_modulo(a.digits, a.exponent - b.exponent, b.digits) == 0;
  wide unit = b.digits;
  for (int i = a.exponent; i < b.exponent; ++i) {
    unit *= 10;
    if (unit > a.digits)
      return false;
  }
  return a.digits % unit == 0;
}

bool equal(const value& a, const value& b) {
  if (is_number(a) || is_number(b))
    return is_number(a) && is_number(b) && std::is_eq(compare_numbers(a, b));
  if (a.GetType() != b.GetType())
    return false;
  if (a.IsString())
    return text_of(a) == text_of(b);
  if (a.IsArray())
    return a.Size() == b.Size() && std::equal(a.Begin(), a.End(), b.Begin(), equal);
  return !a.IsObject() || equal_objects(a, b);
}

std::size_t hash(const value& x) {
  const auto seed = static_cast<std::size_t>(x.GetType()) + 1;
  if (is_number(x)) // Adding 0.0 makes one of the two zeros.
    return mix(static_cast<std::size_t>(rapidjson::kNumberType),
               std::hash<double>{}(to_double(x) + 0.0));
  if (x.IsString())
    return mix(seed, std::hash<std::string_view>{}(text_of(x)));
  std::size_t sum = seed;
  if (x.IsArray())
    for (const auto& item : x.GetArray())
      sum = mix(sum, hash(item));
  if (x.IsObject()) // A sum, because the order of members must not matter.
    for (const auto& member : x.GetObject())
      sum += mix(std::hash<std::string_view>{}(text_of(member.name)), hash(member.value));
  return sum;
}

std::size_t weight(const value& x) {
  std::size_t sum = 1 + (x.IsString() ? x.GetStringLength() / 64 : 0);
  if (x.IsArray())
    for (const auto& item : x.GetArray())
      sum += weight(item);
  if (x.IsObject())
    for (const auto& member : x.GetObject())
      sum += member.name.GetStringLength() / 64 + weight(member.value);
  return sum;
}

} // namespace hedgerow::json
