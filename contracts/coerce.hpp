#pragma once

#include "contracts/json.hpp"
#include "contracts/repair.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace hedgerow {

struct schema_program;

/// A value that was brought to its schema.
struct coerced {
  /// Uses the memory of the document it came from.
  json::value value;
  std::vector<change> changes;
};

/// Brings `x` to `code` with as few changes as it finds, all or nothing: without a result there is
/// no way, or none within bounded work. Requires: `x` is not valid yet. `text` is the JSON that `x`
/// was parsed from, for numbers that become strings as they were written; empty: not known.
///
/// What is changed, and no more: numbers, booleans, null and JSON that stand in strings; numbers
/// and booleans where a string is wanted; 0 and 1 where a boolean is; words that differ from one of
/// `enum` or `const` in case, separators or punctuation around it; one value where an array is
/// wanted, and an array of one value where it is not; null where the member may as well be absent;
/// members that may not be there; names that differ in case or separators from a property that is
/// absent; an object around all of it. Nothing that was valid is touched, nothing is made up.
std::optional<coerced> coerce(const schema_program& code, json::document& x, std::string_view text);

} // namespace hedgerow
