#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

/// Small steps through the text of a format.
namespace hedgerow::formats {

inline bool is_digit(char c) { return c >= '0' && c <= '9'; }
inline bool is_letter(char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }
inline bool is_alphanumeric(char c) { return is_letter(c) || is_digit(c); }
inline bool is_hex(char c) { return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f'); }

/// What is left of a text.
class reader {
public:
  explicit reader(std::string_view text) : rest_{text} {}

  bool at_end() const { return rest_.empty(); }
  std::string_view rest() const { return rest_; }

  /// Takes one character of `any_of`, if there is one.
  bool take(std::string_view any_of) {
    if (rest_.empty() || any_of.find(rest_[0]) == any_of.npos)
      return false;
    rest_.remove_prefix(1);
    return true;
  }

  /// Takes as many characters as `is_one` accepts.
  template <class Predicate>
  std::string_view take_while(Predicate is_one) {
    std::size_t n = 0;
    while (n < rest_.size() && is_one(rest_[n]))
      ++n;
    const auto out = rest_.substr(0, n);
    rest_.remove_prefix(n);
    return out;
  }

  /// Takes a number of exactly two digits that is at most `most`.
  std::optional<int> take_two(int most) {
    if (rest_.size() < 2 || !is_digit(rest_[0]) || !is_digit(rest_[1]))
      return std::nullopt;
    const int out = (rest_[0] - '0') * 10 + (rest_[1] - '0');
    rest_.remove_prefix(2);
    return out <= most ? std::optional{out} : std::nullopt;
  }

private:
  std::string_view rest_;
};

} // namespace hedgerow::formats
