#include "contracts/json_number.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace hedgerow::json {
namespace {

/// Decimals of up to so many digits survive the way into a double and back.
constexpr std::size_t double_digits_max = 15;
constexpr std::size_t exponent_digits_max = 15;

/// The parts of a JSON number; `whole` and `fraction` are digits.
struct parts {
  bool negative = false;
  std::string_view whole;
  std::string_view fraction;
  std::int64_t exponent = 0;
  bool is_plain = false;
};

std::string_view take_digits(std::string_view& text) {
  const auto n = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto out = text.substr(0, n);
  text.remove_prefix(n);
  return out;
}

bool take(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text[0]) == any_of.npos)
    return false;
  text.remove_prefix(1);
  return true;
}

std::optional<std::int64_t> take_exponent(std::string_view& text) {
  const bool below = take(text, "-");
  if (!below)
    take(text, "+");
  const auto digits = take_digits(text);
  std::int64_t out = 0;
  if (digits.empty() || digits.size() > exponent_digits_max)
    return std::nullopt;
  std::from_chars(digits.data(), digits.data() + digits.size(), out);
  return below ? -out : out;
}

/// Follows the grammar of RFC 8259 §6.
std::optional<parts> split(std::string_view text) {
  parts out;
  out.negative = take(text, "-");
  out.whole = take_digits(text);
  if (out.whole.empty() || (out.whole.size() > 1 && out.whole[0] == '0'))
    return std::nullopt;
  out.is_plain = text.empty();
  if (take(text, ".")) {
    out.fraction = take_digits(text);
    if (out.fraction.empty())
      return std::nullopt;
  }
  if (take(text, "eE")) {
    const auto exponent = take_exponent(text);
    if (!exponent)
      return std::nullopt;
    out.exponent = *exponent;
  }
  return text.empty() ? std::optional{out} : std::nullopt;
}

decimal normal(const parts& x) {
  decimal out{.negative = x.negative, .digits = std::string{x.whole}, .exponent = x.exponent};
  out.digits += x.fraction;
  out.exponent -= static_cast<std::int64_t>(x.fraction.size());
  const auto last = out.digits.find_last_not_of('0');
  if (last == out.digits.npos)
    return {};
  out.exponent += static_cast<std::int64_t>(out.digits.size() - last - 1);
  out.digits.resize(last + 1);
  out.digits.erase(0, out.digits.find_first_not_of('0'));
  return out;
}

template <class Integer>
std::string_view written(Integer x, char (&room)[32]) {
  return {room, static_cast<std::size_t>(std::to_chars(room, room + sizeof room, x).ptr - room)};
}

decimal decimal_of_text(std::string_view text) { return normal(*split(text)); }

decimal decimal_of_double(double x) {
  // Only the scientific form has the shortest digits: the fixed one fills up with those of the
  // double's binary value.
  char room[32];
  const auto end = std::to_chars(room, room + sizeof room, x, std::chars_format::scientific).ptr;
  return decimal_of_text({room, static_cast<std::size_t>(end - room)});
}

template <class Integer>
std::optional<Integer> integer_in(std::string_view text) {
  Integer out = 0;
  const auto done = std::from_chars(text.data(), text.data() + text.size(), out);
  return done.ec == std::errc{} ? std::optional{out} : std::nullopt;
}

/// Where the first digit stands: 0.01 has -1, 10 has 2.
std::int64_t magnitude(const decimal& x) {
  return x.exponent + static_cast<std::int64_t>(x.digits.size());
}

int compare_magnitudes(const decimal& a, const decimal& b) {
  if (a.digits.empty() || b.digits.empty())
    return static_cast<int>(!a.digits.empty()) - static_cast<int>(!b.digits.empty());
  if (magnitude(a) != magnitude(b))
    return magnitude(a) < magnitude(b) ? -1 : 1;
  return a.digits.compare(b.digits);
}

std::optional<number_form> inexact(std::string_view text, const parts& x) {
  double near = 0;
  const auto done = std::from_chars(text.data(), text.data() + text.size(), near);
  if (done.ec == std::errc{} && std::isnormal(near)
      && x.whole.size() + x.fraction.size() <= double_digits_max)
    return near;
  const auto exact = normal(x);
  if (exact.digits.empty())
    return x.negative ? -0.0 : 0.0;
  if (done.ec == std::errc{})
    return decimal_of_double(near) == exact ? number_form{near} : decimal_text{text};
  if (magnitude(exact) > 0)
    return std::nullopt;
  return decimal_text{text};
}

/// `rest` times ten plus `digit`, modulo `by`; all in decimal digits, `rest` with leading zeros.
void shift_in(std::string& rest, char digit, const std::string& by) {
  std::copy(rest.begin() + 1, rest.end(), rest.begin());
  rest.back() = digit;
  const auto padded = rest.size() - by.size();
  const auto fits = [&] {
    return rest.find_first_not_of('0') < padded || rest.compare(padded, by.size(), by) >= 0;
  };
  while (fits()) {
    int borrow = 0;
    for (auto i = rest.size(); i-- > 0;) {
      const auto less = borrow + (i >= padded ? by[i - padded] - '0' : 0);
      const auto left = rest[i] - '0' - less;
      borrow = left < 0 ? 1 : 0;
      rest[i] = static_cast<char>('0' + left + 10 * borrow);
    }
  }
}

} // namespace

std::optional<number_form> read_number(std::string_view text) {
  const auto x = split(text);
  if (!x)
    return std::nullopt;
  if (x->is_plain) {
    if (const auto small = integer_in<std::int64_t>(text))
      return *small;
    if (const auto large = integer_in<std::uint64_t>(text); large && !x->negative)
      return *large;
  }
  return inexact(text, *x);
}

value made_number(const number_form& form, document::AllocatorType& memory) {
  const auto* kept = std::get_if<decimal_text>(&form);
  if (kept == nullptr) {
    if (const auto* x = std::get_if<std::int64_t>(&form))
      return value{*x};
    if (const auto* x = std::get_if<std::uint64_t>(&form))
      return value{*x};
    return value{std::get<double>(form)};
  }
  value text{kept->text.data(), static_cast<rapidjson::SizeType>(kept->text.size()), memory};
  value out{rapidjson::kObjectType};
  out.AddMember(value{rapidjson::StringRef(decimal_mark, sizeof decimal_mark - 1)}, text, memory);
  return out;
}

decimal decimal_of(const value& x) {
  char room[32];
  if (is_decimal(x))
    return decimal_of_text(decimal_digits(x));
  if (x.IsInt64())
    return decimal_of_text(written(x.GetInt64(), room));
  return x.IsUint64() ? decimal_of_text(written(x.GetUint64(), room))
                      : decimal_of_double(x.GetDouble());
}

int compare(const decimal& a, const decimal& b) {
  if (a.negative != b.negative)
    return a.negative ? -1 : 1;
  const auto order = compare_magnitudes(a, b);
  return a.negative ? -order : order;
}

bool is_multiple(const decimal& x, const decimal& step) {
  if (x.digits.empty())
    return true;
  if (x.exponent < step.exponent) // The last digit of `x` is no zero, so ten does not divide it.
    return false;
  std::string rest(step.digits.size() + 1, '0');
  for (const char digit : x.digits)
    shift_in(rest, digit, step.digits);
  // Zeros at the end of `x` matter only for the twos and fives in `step`, of which there are fewer
  // than four for each of its digits.
  const auto zeros = std::min<std::int64_t>(x.exponent - step.exponent,
                                            4 * static_cast<std::int64_t>(step.digits.size()));
  for (std::int64_t i = 0; i < zeros; ++i)
    shift_in(rest, '0', step.digits);
  return rest.find_first_not_of('0') == rest.npos;
}

double to_double(const value& x) {
  if (!is_decimal(x))
    return x.GetDouble();
  const auto text = decimal_digits(x);
  double out = 0; // What is too near to zero leaves it.
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out;
}

} // namespace hedgerow::json
