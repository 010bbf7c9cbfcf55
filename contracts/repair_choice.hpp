#pragma once

#include "contracts/repair_search.hpp"

#include <cstddef>
#include <optional>
#include <vector>

namespace hedgerow::repairs {

/// One way to read a text: the values `first` to `last` that were found in it; several are a list.
struct choice {
  std::size_t first = 0;
  std::size_t last = 0;

  bool is_list() const { return last > first; }
  bool operator==(const choice&) const = default;
};

/// What a text with values says when no schema helps, by the policy in `repair.hpp`; nothing where
/// the brackets in it are prose.
std::optional<choice> preferred(const findings& all);

/// What it could say, the preferred first, at most some dozens.
std::vector<choice> conceivable(const findings& all);

} // namespace hedgerow::repairs
