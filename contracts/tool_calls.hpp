#pragma once

#include "contracts/contract.hpp"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace hedgerow {

/// What was found in the tool calls of one answer. Pointers start with `/tool_calls`.
struct judged_calls {
  /// What is wrong and could not be mended.
  std::vector<violation> violations;
  /// Arguments that were mended, by the index of their call, as compact JSON.
  std::vector<std::pair<std::size_t, std::string>> mended;
  /// What was wrong with those, and what was done about it.
  std::vector<violation> before;
  std::vector<change> changes;
};

/// Holds the tool calls of `x` against what `asked` offered and what the task in `must` allows:
/// names, arguments, ids, how many.
judged_calls judge_calls(const terms& must, const prompt& asked, const completion& x);

} // namespace hedgerow
