#pragma once

#include "contracts/repair_reader.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hedgerow::repairs {

/// A value that was found in a text.
struct candidate {
  std::size_t begin = 0;
  reading read;
  /// It is what a code block holds.
  bool fenced = false;
  /// Only white space, a comma or a comment parts it from the candidate before it.
  bool follows = false;
  /// A comma or a line break is among what parts it from that one.
  bool parted = false;

  /// It is nothing but brackets.
  bool is_empty() const { return read.json.find_first_not_of("[]{},") == read.json.npos; }
};

/// What a text has of values.
struct findings {
  /// What was undoubtedly meant as JSON could not be mended.
  std::optional<error> failed;
  std::vector<candidate> values;
  /// There is other text around them.
  bool prose = false;
};

/// All objects and arrays that `text` holds, in their order, none within another; where there is
/// none, the literal, number or quoted string that `text` is as a whole. Brackets that start no
/// value are passed over, but nothing is taken out of a broken value. Time is linear in the size.
findings find_values(std::string_view text);

/// `text` without the white space and the marks of a code block around it.
std::string_view bare_text(std::string_view text);

/// Whether all quotes of `text` are escaped: it is JSON that was written into a string.
bool is_escaped(std::string_view text);

/// `text` with one level of escapes resolved.
std::string unescaped(std::string_view text);

} // namespace hedgerow::repairs
