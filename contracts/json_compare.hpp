#pragma once

#include "contracts/json.hpp"

#include <compare>
#include <cstddef>

/// How JSON Schema sees values: 1 and 1.0 are the same, and the order of members does not matter.
namespace hedgerow::json {

/// Whether the number `x` has no fraction: 1.0 and 1e300 are integers.
bool is_integral(const value& x);

/// Numbers by their exact value; a double stands for its shortest text.
std::partial_ordering compare_numbers(const value& a, const value& b);

/// Whether the number `x` is `step` times an integer, exactly, both taken as the decimals they are
/// written as: 0.3 is a multiple of 0.1. Requires: `step` is greater than 0.
bool is_multiple(const value& x, const value& step);

/// Whether `a` and `b` are the same value.
bool equal(const value& a, const value& b);

/// The same number for equal values.
std::size_t hash(const value& x);

/// How much there is to look at in `x`: a unit for each value and for each 64 bytes of text.
std::size_t weight(const value& x);

} // namespace hedgerow::json
