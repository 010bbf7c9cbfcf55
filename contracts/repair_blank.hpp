#pragma once

#include <cstddef>
#include <string_view>

/// What stands between the tokens of something that was meant to be JSON. All positions are byte
/// offsets into the text; all functions look at a byte a bounded number of times.
namespace hedgerow::repairs {

/// A stretch of text without a token, and what was in it.
struct blank {
  std::size_t end = 0;
  bool newline = false;
  bool comment = false;
  bool ellipsis = false;
  /// White space that JSON does not know: U+00A0, U+3000, a byte order mark, a written-out `\n`.
  bool strange = false;
};

/// Skips white space, comments (`//`, `/* */`, `#`) and ellipses (`...`) from `at`. A comment that
/// is not closed goes to the end.
blank skip_blank(std::string_view text, std::size_t at);

/// The end of the white space at `at`.
std::size_t skip_space(std::string_view text, std::size_t at);

/// The bytes of the white space character at `at`, JSON's or another's; 0 if there is none.
std::size_t space_length(std::string_view text, std::size_t at);

/// The byte at `at`, or NUL behind the end.
inline char at_or_nul(std::string_view text, std::size_t at) {
  return at < text.size() ? text[at] : '\0';
}

bool is_name_start(char c);
/// Of a name without quotes: letters, digits, `_ $ - .`, and all of UTF-8 beyond ASCII.
bool is_name_part(char c);
bool is_digit(char c);

/// Whether an unquoted name, or one that lacks its first quote, and a colon that is no URL's stand
/// at `at`. Looks at most 64 bytes far.
bool is_bare_key(std::string_view text, std::size_t at);

/// Whether a quoted name and a colon stand at `at`. Looks at most 256 bytes far.
bool is_quoted_key(std::string_view text, std::size_t at);

/// The quote at `at` and how many bytes it has; 0: none. Straight, single, smart and backtick.
std::size_t quote_length(std::string_view text, std::size_t at);

/// Whether a string that starts with `open` may end with the quote at `at`.
bool is_closing_quote(std::string_view open, std::string_view quote);

} // namespace hedgerow::repairs
