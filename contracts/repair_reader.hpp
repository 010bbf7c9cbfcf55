#pragma once

#include "contracts/change_list.hpp"
#include "contracts/error.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace hedgerow::repairs {

/// One value that was read out of a text, or the attempt.
struct reading {
  /// `invalid_json`, where no reading would be right, for example a value without a name.
  std::optional<error> failed;
  /// The value as JSON.
  std::string json;
  /// The offset behind it; of a failed attempt where it ended.
  std::size_t end = 0;
  change_list changes;
  /// What speaks for its having been meant as JSON: quoted strings, and containers in it.
  std::size_t quoted = 0;
  std::size_t containers = 0;
  /// The attempt met a limit: what comes behind is no better.
  bool hopeless = false;
  /// The text ended before the value did.
  bool truncated = false;
};

/// Reads the value at `at`, which starts with a bracket, a parenthesis, a quote, a number, a word
/// or a call such as `callback(…)`, and mends it on the way. One pass: a byte is looked at a
/// bounded number of times. Nothing recurses; at most 128 containers are open at once.
reading read_value(std::string_view text, std::size_t at);

} // namespace hedgerow::repairs
