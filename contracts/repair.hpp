#pragma once

#include "contracts/json.hpp"
#include "contracts/schema.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// Repair of what a model wrote: free, deterministic, and never more than what the text says.
///
/// Where the text can be read in more than one way, this is the policy:
/// - Valid JSON is never touched by `syntax`, whatever it says.
/// - A text without JSON is refused. Brackets in prose (`see [1]`, an empty `{}`) are prose; what a
///   code block holds is JSON before what stands outside of one.
/// - Of several values the one that satisfies the schema is taken, with the fewest coercions; all
///   of them as a list, if that is what satisfies it. Otherwise: values that commas or line breaks
///   part are a list; of others the last that is not empty, since models repeat the question before
///   they answer it. Values that needed no repair go before those that did.
/// - A value that was undoubtedly meant as JSON and cannot be read is an error; no part of it is
///   passed off as the whole.
/// - A quote ends a string only if what follows can follow one. A string without its last quote
///   ends before the next member, else before the closers at the end of the text.
/// - A member or item whose value is missing is left out, not made null. What was cut off ends
///   where it was cut, at the last character that is there; `repaired::cut_off` says so.
/// - Of members with one name the last counts. Text that looks like a number with leading zeros, a
///   fraction, a date or a range is a string. NaN, infinities and `undefined` are null.
/// - Prose names an answer only as `meant_by` in `coerce_scalar.hpp` has it; that a word of an
///   `enum` is mentioned somewhere is not enough.
namespace hedgerow {

/// Which repairs a contract allows.
struct repair_steps {
  /// Text that is almost JSON is read as the JSON it was meant to be.
  bool syntax = true;
  /// Values are brought to the types and names that the schema wants, where it is plain how.
  bool coerce = true;
};

enum class change_kind : std::uint8_t { syntax, coerce };

std::string_view to_string(change_kind x);

/// One thing that a repair altered.
struct change {
  /// JSON pointer into the repaired value, as far as it was read when the change was made; empty:
  /// the whole of it. Names of more than 60 bytes are cut.
  std::string pointer;
  change_kind kind = change_kind::syntax;
  /// What was done, as a sentence without its period.
  std::string message;
};

/// A value and how it came about.
struct repaired {
  json::document value;
  /// Empty: the text was right as it stood. At most 64; then the last one counts the rest.
  std::vector<change> changes;
  /// The text ended before the value did: its last string or number may be part of another.
  bool cut_off = false;
};

/// Reads `text` as one JSON value and mends what can be mended without inventing anything: every
/// name and string of the result is in the text or in the schema. `shape` may be null; else it
/// decides what is ambiguous, and `coerce` works towards it, all or nothing. Whether the value
/// satisfies `shape` is for the caller to check. Repairing the result again changes nothing. Time
/// and memory are linear in the size of the text, and at most 128 containers may be nested. Errors:
/// `invalid_json`, with what could not be read.
result<repaired> repair(std::string_view text, const schema* shape, repair_steps steps = {});

} // namespace hedgerow
