#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace hedgerow::repairs {

/// What a piece of text stands for.
enum class role : std::uint8_t { key, member, item, root };

/// Where a string stands.
struct surroundings {
  role as = role::root;
  /// A closing parenthesis ends what is around it.
  bool in_parentheses = false;
  /// Containers that are open around it.
  std::size_t depth = 0;
};

/// A string as it was read.
struct string_reading {
  /// Its characters, escapes resolved; may hold bytes that are no UTF-8.
  std::string value;
  /// The offset behind it.
  std::size_t end = 0;
  /// What was wrong with it, as a sentence; null: nothing.
  const char* mended = nullptr;
  /// No quote ends it: the text was read to its end before it was cut.
  bool ran_out = false;
  /// It holds what no writer of JSON would produce: a broken `\u` or a control character.
  bool suspect = false;
};

/// Reads the string whose opening quote is at `at`.
///
/// A quote ends a string only if what follows it can follow a string there; other quotes are taken
/// as part of the text, because models forget to escape them. Where the quote that ends it is
/// missing, a string ends before the member that follows, else before the closers that end the
/// text, else with the text.
string_reading read_string(std::string_view text, std::size_t at, surroundings around);

} // namespace hedgerow::repairs
