#include "contracts/instructions.hpp"

namespace hedgerow {

std::string instructions(const output_format& wanted, bool may_call) {
  using kind = output_format::kind;
  if (wanted.what == kind::text)
    return {};
  const bool has_schema = wanted.what == kind::json_schema && !wanted.schema.empty();
  std::string out = may_call ? "When you call no tool, answer" : "Answer";
  out += has_schema ? " with one JSON value only" : " with one JSON object only";
  out += ": no other text before or after it, no code fence, no comments.";
  if (has_schema)
    out += " It must satisfy this JSON Schema:\n" + wanted.schema;
  return out;
}

} // namespace hedgerow
