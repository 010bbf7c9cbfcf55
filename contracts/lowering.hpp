#pragma once

#include "contracts/error.hpp"
#include "contracts/json.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// A contract's JSON Schema as each provider takes it.
///
/// What is sent may be wider than what is wanted, never the other way round but for `narrowed`: the
/// answer is held against the original schema whatever was sent. What a dialect has no keyword for
/// goes into `description` as a sentence, where it is short enough for one.
namespace hedgerow {

/// What a target takes as a schema. Source of the differences: semantics.md §6.4, and the
/// providers' guides to structured outputs.
enum class schema_dialect : std::uint8_t {
  openai_strict,      ///< `strict: true`, in `response_format` and in tools.
  openai_lax,         ///< Any schema of an object, which only guides the model; also for tools.
  anthropic,          ///< `output_config.format` and strict tools.
  gemini_json_schema, ///< `responseJsonSchema` and `parametersJsonSchema`.
  gemini_openapi,     ///< `responseSchema` and `parameters`: a subset of OpenAPI 3.0.
};

inline constexpr std::size_t schema_dialects = 5;

std::string_view to_string(schema_dialect x);

/// A schema ready to be sent.
struct lowered {
  /// Compact JSON.
  std::string schema;
  /// JSON pointers into the original to keywords that are not in `schema`, sorted; the model may
  /// break these. Annotations do not count.
  std::vector<std::string> dropped;
  /// JSON pointers into the original to schemas that take more than `schema` does, sorted: members
  /// that they do not declare, or other types of value where they name none.
  std::vector<std::string> narrowed;
  /// The root is a single object, which is what a tool's parameters must be in any dialect.
  bool object = false;

  /// Whether what satisfies `schema` satisfies the original, apart from `openai_strict`'s nulls.
  bool exact() const { return dropped.empty(); }
};

/// `source` in the words of `to`. For `openai_strict` every member is required, and one that may be
/// absent may be null instead: such a null means that the member is absent, and the repair `coerce`
/// takes it out again before the answer is checked.
///
/// Errors: `config_invalid` where `to` cannot express the schema, with the pointer of the part at
/// fault as `param`. The next best is then `openai_lax`, or `instructions`. What stands in the way:
/// - `openai_strict`, `anthropic`: an object whose members the schema does not name (a map, a
///   free-form object), a value of any type; their limits on size; for `openai_strict` a root that
///   is no object, for `anthropic` recursion. Both: members that only some values may have.
/// - `gemini_json_schema`: recursion through required members only. `gemini_openapi`: any.
/// - All but `openai_lax`: a reference that leads out of `source` or is dynamic, an `$id` below the
///   root, choices in an object that multiply to more than 256, and a schema that nothing
///   satisfies.
/// - All: more than 10,000 schemas once references are followed, or more than 1 MiB of text.
///
/// Spellings of drafts 4 to 7 are understood and come out as the dialect has them.
///
/// Requires: `source` is nested no deeper than `json::parse` lets a text be.
result<lowered> lower(const json::value& source, schema_dialect to);

/// One schema in every dialect that can express it. Made once, when a contract is loaded.
class lowered_schemas {
public:
  explicit lowered_schemas(const json::value& source);

  /// Null: `to` cannot express it.
  const lowered* in(schema_dialect to) const;

private:
  std::array<std::optional<lowered>, schema_dialects> all_;
};

} // namespace hedgerow
