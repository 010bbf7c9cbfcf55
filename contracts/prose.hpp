#pragma once

#include "contracts/json.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace hedgerow {

/// The words of an answer that are language: what is left when code, addresses, mark-up and tokens
/// with digits or underscores are taken away, on one line. Well-formed UTF-8 without control
/// characters, at most 16 KiB of it: what comes later is left out.
class prose {
public:
  /// Adds the prose of `text`: anything that a model may write.
  void add(std::string_view text);

  /// Adds the prose of those strings in `x` that hold at least three words, or six characters of a
  /// script that is written without spaces. Names of members are no prose.
  void add_strings(const json::value& x);

  const std::string& text() const { return text_; }

  /// The letters in `text()`; one of Chinese, Japanese or Korean counts as three.
  std::size_t letters() const { return letters_; }

private:
  void add_token(std::string_view token);
  void add_character(std::string_view bytes);

  std::string text_;
  std::size_t letters_ = 0;
};

} // namespace hedgerow
