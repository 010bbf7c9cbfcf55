#pragma once

#include "contracts/repair_string.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace hedgerow::repairs {

/// A value without quotes as it was read.
struct word_reading {
  /// JSON text: a number or literal, or else the word as a string. Empty: nothing was there, or the
  /// beginning of a number that the text does not finish.
  std::string json;
  /// The offset behind it.
  std::size_t end = 0;
  /// What was wrong with it, as a sentence; null: nothing.
  const char* mended = nullptr;
  /// It is text, which nobody who writes JSON leaves without quotes.
  bool bare_text = false;
};

/// Reads the number, literal or unquoted text at `at`, where no quote and no bracket is.
///
/// Literals of Python and JavaScript become JSON's, whatever their case; `undefined`, NaN and the
/// infinities become null, as `JSON.stringify` has it. The beginning of a literal at the end of
/// the text is taken for the whole, since no other token starts so. Numbers keep their digits: only
/// what JSON does not allow around them goes (`+1`, `.5`, `2.`, `1_000`). A leading zero makes it
/// text, since it may be an identifier; a schema that wants a number there gets one.
word_reading read_word(std::string_view text, std::size_t at, surroundings around);

/// `word` as the JSON number that it is or was meant to be, else empty: see `read_word`.
std::string as_number(std::string_view word);

} // namespace hedgerow::repairs
