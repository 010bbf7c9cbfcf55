#pragma once

#include "contracts/error.hpp"
#include "contracts/json.hpp"

namespace hedgerow::lowering {

/// `source` as draft 2020-12 spells it, for a target that takes all of that draft: `prefixItems`,
/// numbers in `exclusiveMinimum` and `exclusiveMaximum`, `dependentRequired` and
/// `dependentSchemas`, nothing beside a `$ref` that would not count, and a root that is itself the
/// schema it refers to. `$schema` goes, the rest stays as it is. Errors: `config_invalid`, where
/// the root refers to nothing within `source` or schemas are nested more than 64 levels deep.
result<json::document> respelled(const json::value& source);

} // namespace hedgerow::lowering
