#pragma once

#include "contracts/json.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

/// Numbers as JSON writes them: decimals of any length. Most fit a 64 bit integer or are what the
/// shortest text of a double says; the rest keep their own text.
namespace hedgerow::json {

/// A number that fits nothing else, as it was written. It views the text it was read from.
struct decimal_text {
  std::string_view text;
};

/// The plainest form that holds a number exactly.
using number_form = std::variant<std::int64_t, std::uint64_t, double, decimal_text>;

/// Reads all of `text` as a JSON number. Nothing if it is none, is too large for a double, or has
/// an exponent of more than 15 digits.
std::optional<number_form> read_number(std::string_view text);

/// `form` as a value; a text is copied.
value made_number(const number_form& form, document::AllocatorType& memory);

/// A number as a sign, digits and a power of ten: of one number there is only one such form.
struct decimal {
  bool negative = false;
  /// Without zeros at either end; empty: zero.
  std::string digits;
  /// Of the last digit.
  std::int64_t exponent = 0;

  bool operator==(const decimal&) const = default;
};

/// The exact value of the number `x`; a double stands for its shortest text.
decimal decimal_of(const value& x);

/// The sign of `a - b`.
int compare(const decimal& a, const decimal& b);

/// Whether `x` is `step` times an integer. Takes time in proportion to the product of their digits.
/// Requires: `step` is not zero.
bool is_multiple(const decimal& x, const decimal& step);

} // namespace hedgerow::json
