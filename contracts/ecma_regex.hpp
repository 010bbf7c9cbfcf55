#pragma once

#include "contracts/error.hpp"

#include <string>
#include <string_view>

/// Regular expressions of ECMA-262 (16th edition, §22.2) with its `u` flag, for RE2.
namespace hedgerow::ecma {

/// An expression in RE2's syntax.
struct regex {
  std::string text;
  /// What is valid but has no counterpart in RE2, as the end of a sentence; empty: all has one.
  std::string beyond;
};

/// Translates `text`. More is taken than the `u` flag allows where browsers do so without it: `]`,
/// `{` and `}` for themselves, escaped punctuation, and `-` beside a class. Errors:
/// `config_invalid` with a reason, for what is no regular expression.
result<regex> translated(std::string_view text);

} // namespace hedgerow::ecma
