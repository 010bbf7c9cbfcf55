#include "contracts/repair.hpp"

namespace hedgerow {

std::string_view to_string(change_kind x) { return x == change_kind::syntax ? "syntax" : "coerce"; }

result<repaired> repair(std::string_view text, const schema* shape, repair_steps steps) {
  auto parsed = json::parse(text);
  if (!parsed)
    return parsed.error();
  if (shape == nullptr || !steps.coerce)
    return repaired{.value = std::move(*parsed), .changes = {}};
  return coerced(std::move(*parsed), *shape);
}

repaired coerced(json::document value, const schema&) {
  return {.value = std::move(value), .changes = {}};
}

} // namespace hedgerow
