#pragma once

#include "contracts/ecma_property.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace hedgerow::ecma {

inline constexpr std::string_view any_character = R"([\x{0}-\x{10ffff}])";
inline constexpr std::string_view no_character = R"([^\x{0}-\x{10ffff}])";

bool is_digit(char c);
bool is_letter(char c);
bool is_surrogate(char32_t c);

/// `c` as RE2 has it, whatever it would mean by itself.
std::string escaped(char32_t c);

/// What is left of a regular expression, and what was wrong with it so far. Reads characters,
/// escapes and classes; internal to the translation.
class reader {
public:
  /// One character, or a set of them.
  struct member {
    std::optional<char32_t> character;
    character_set set;
  };

  explicit reader(std::string_view text) : rest_{text} {}

  std::string_view rest() const { return rest_; }
  bool at_end() const { return rest_.empty(); }

  /// Why this is no regular expression; empty: it may be one.
  const std::string& failure() const { return failed_; }

  /// What RE2 has no counterpart for; empty: nothing.
  const std::string& beyond() const { return beyond_; }

  void fail(std::string_view why);
  void go_beyond(std::string_view what);

  /// Goes back to what `rest` said before.
  void go_back(std::string_view rest) { rest_ = rest; }

  /// Takes `text` if it comes next.
  bool take(std::string_view text);

  /// The next byte. Requires: not at the end.
  char take_one();

  /// The next character. Requires: not at the end.
  char32_t take_character();

  /// What a backslash, which has been taken, means inside a class, and mostly outside too.
  /// Requires: not at the end.
  member take_escape();

  /// The rest of a class, whose bracket has been taken, as RE2 has it.
  std::string take_class();

private:
  character_set take_property(bool negated);
  char32_t take_character_escape();
  char32_t take_hex(std::size_t digits);
  char32_t take_unicode_escape();
  member take_class_member();
  void add(std::string& inside, const member& x);
  void add_range(std::string& inside, const member& first, const member& last);
  std::string complement(const std::string& members);

  std::string_view rest_;
  std::string failed_;
  std::string beyond_;
};

} // namespace hedgerow::ecma
