#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace hedgerow::repairs {

/// An escape in a string, resolved.
struct escape {
  /// The characters that it stands for, as UTF-8.
  std::string meant;
  /// The offset behind it.
  std::size_t end = 0;
  /// What was wrong with it, as a sentence; null: nothing.
  const char* mended = nullptr;
  /// It is a `\u` without its four digits.
  bool broken = false;
};

/// Resolves the escape whose backslash is at `at`. One that JSON does not know stands for itself,
/// since regular expressions and paths are full of them, but for quotes and line breaks. One that
/// the end of the text cuts off stands for nothing, half a surrogate pair for U+FFFD.
escape resolve_escape(std::string_view text, std::size_t at);

} // namespace hedgerow::repairs
