#pragma once

#include "contracts/schema_program.hpp"

#include <string_view>
#include <vector>

namespace hedgerow::coercion {

/// What is to become of one member of an object.
struct member_step {
  const json::value::Member* from = nullptr;
  /// Its name, or that of the property that it is.
  std::string_view name;
  /// The subschemas that its value has to keep.
  std::vector<node_id> nodes;
  bool is_required = false;
  bool is_renamed = false;
  /// No member of this name may be there.
  bool is_forbidden = false;
};

/// A step for each member of the object `x`, in order. A member that no keyword of `r` names, and
/// that may not be there or while a required one is missing, is taken for the one property that is
/// absent and has the same name but for case and separators.
std::vector<member_step> plan_members(const schema_program& code, const member_rules& r,
                                      const json::value& x);

} // namespace hedgerow::coercion
