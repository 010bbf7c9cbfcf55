#pragma once

#include "contracts/repair_string.hpp"

#include <cstddef>
#include <string_view>

namespace hedgerow::repairs {

/// What is known of a string when a quote turns up in it.
struct string_so_far {
  surroundings around;
  /// Quotes that were taken as part of its text.
  std::size_t inner_quotes = 0;
  /// Brackets and braces that its text has opened and not closed.
  std::size_t brackets = 0;
};

/// Whether the quote of `length` bytes at `at` ends the string that is being read, judged by what
/// follows. Looks no more than some hundred bytes beyond the next token.
bool ends_string(std::string_view text, std::size_t at, std::size_t length,
                 const string_so_far& so_far);

/// Whether what is at `at` can follow a string: a comma, a closer, a colon after a name, the end.
bool can_follow_string(std::string_view text, std::size_t at, surroundings around);

} // namespace hedgerow::repairs
