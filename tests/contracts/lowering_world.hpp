#pragma once

#include "contracts/lowering.hpp"

#include <array>
#include <string>
#include <string_view>

/// What the tests of lowering share.
namespace hedgerow {

inline constexpr std::array dialects{schema_dialect::openai_strict, schema_dialect::openai_lax,
                                     schema_dialect::anthropic, schema_dialect::gemini_json_schema,
                                     schema_dialect::gemini_openapi};

/// Requires: `text` is JSON.
json::document parsed(std::string_view text);

json::document copied(const json::value& x);

result<lowered> lowered_to(schema_dialect to, std::string_view source);

/// The schema sent, or why not and for which part.
std::string sent(schema_dialect to, std::string_view source);

bool is_sent(schema_dialect to, std::string_view source);

/// An object with the one required member `a`.
std::string with_a(std::string_view shape);

/// A lowered schema as a checker reads it.
json::document checkable(const lowered& x, schema_dialect to);

/// Whether `x` satisfies `part`, a schema within `root`.
bool satisfies(const json::value& x, const json::value& part, const json::value& root);

/// Whether `x`, which satisfies the original, satisfies what is sent for it.
bool passes(const json::value& x, const lowered& shape, schema_dialect to);

} // namespace hedgerow
