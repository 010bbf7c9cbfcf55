#pragma once

#include "contracts/json.hpp"

#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace hedgerow::coercion {

/// The numbers of a value with the text that each was written as: `200.00` is more than a double
/// keeps of it.
class written_numbers {
public:
  /// `text` is the JSON that `x` was parsed from; empty: none is known. Both must outlive this.
  written_numbers(const json::value& x, std::string_view text);

  /// The text of the number `x`, one of those in the value.
  std::optional<std::string_view> of(const json::value& x) const;

private:
  void collect(const json::value& x);

  /// As they stand in the text.
  std::vector<const json::value*> order_;
  std::unordered_map<const json::value*, std::string_view> texts_;
};

} // namespace hedgerow::coercion
