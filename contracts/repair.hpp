#pragma once

#include "contracts/json.hpp"
#include "contracts/schema.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hedgerow {

/// Which repairs a contract allows.
struct repair_steps {
  /// Text that is almost JSON is read as the JSON it was meant to be.
  bool syntax = true;
  /// Values are brought to the type that the schema wants, where nothing is lost by it.
  bool coerce = true;
};

enum class change_kind : std::uint8_t { syntax, coerce };

std::string_view to_string(change_kind x);

/// One thing that a repair altered.
struct change {
  /// JSON pointer into the repaired value; empty: the whole of it. Long names are cut.
  std::string pointer;
  change_kind kind = change_kind::syntax;
  /// A sentence that says what was done.
  std::string message;
};

/// A value and how it came about.
struct repaired {
  json::document value;
  /// Empty: the text was right as it stood. At most 64, the last of which then counts the rest.
  std::vector<change> changes;
};

/// Reads `text` as one JSON value, mending what can be mended without inventing anything. `shape`
/// may be null; else it guides what is ambiguous, and `coerce` works towards it. Whether the value
/// satisfies `shape` in the end is for the caller to check. Errors: `invalid_json`, with what could
/// not be mended.
result<repaired> repair(std::string_view text, const schema* shape, repair_steps steps = {});

} // namespace hedgerow
