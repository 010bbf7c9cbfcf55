#pragma once

#include "actors/policy.hpp"

#include <cstdint>
#include <optional>

namespace hedgerow {

/// Tokens of input and output together, and US dollars.
struct expense {
  std::int64_t tokens = 0;
  double cost = 0;
};

/// What one request may still spend of its tokens and its money. An attempt reserves before its
/// call and settles after it; attempts that run beside each other draw on the same purse.
class purse {
public:
  explicit purse(const request_budget& most) : most_{most} {}

  /// Whether there is enough left for `x`, which is checked before it is reserved.
  bool holds(const expense& x) const;

  void reserve(const expense& x);

  /// `reserved` was set aside; `spent` is what it came to.
  void settle(const expense& reserved, const expense& spent);

  /// Whether there is a limit at all.
  bool is_limited() const { return most_.tokens.has_value() || most_.cost.has_value(); }

  /// The output tokens that an attempt can pay for whose input costs `input`, at so much a token,
  /// when `kept` is left over; never below 0. Absent: any number.
  std::optional<std::int64_t> output_for(const expense& input, double cost_per_token,
                                         const expense& kept) const;

private:
  request_budget most_;
  expense reserved_;
  expense spent_;
};

} // namespace hedgerow
