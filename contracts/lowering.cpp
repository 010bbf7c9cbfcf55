#include "contracts/lowering.hpp"

#include "contracts/json_compare.hpp"
#include "contracts/lowering_spelling.hpp"
#include "contracts/lowering_walk.hpp"

namespace hedgerow {
namespace {

constexpr std::size_t text_bytes_max = 1u << 20;
constexpr std::size_t source_weight_max = 200'000;

error refused(std::string message) {
  return {.code = errc::config_invalid,
          .message = "the schema cannot be sent: " + std::move(message),
          .param = {}};
}

/// Providers look for `type` at the root, where authors often leave it out.
result<lowered> lowered_loosely(const json::value& source) {
  auto modern = lowering::respelled(source);
  if (!modern)
    return modern.error();
  lowered out{.schema = {}, .dropped = {}, .narrowed = {}, .object = true};
  if (json::find_text(*modern, "type") != "object") {
    const lowering::source from{*modern};
    const auto all = from.flattened({from.root()});
    if (!all)
      return all.error();
    const auto stated = lowering::stated_types(*all);
    if (stated.value_or(lowering::implied_types(*all)) != lowering::object_bit)
      return refused("it is not a single object");
    if (!stated)
      out.narrowed.emplace_back();
    modern->RemoveMember("type");
    modern->AddMember("type", "object", modern->GetAllocator());
  }
  out.schema = json::compact(*modern);
  return out;
}

result<lowered> lowered_strictly(const json::value& source, schema_dialect to) {
  const lowering::source from{source};
  json::document pool;
  lowering::walk writer{from, lowering::dialect_of(to), pool.GetAllocator()};
  const auto whole = writer.document();
  if (writer.failed())
    return *writer.failed();
  if (auto reason = lowering::over_limit(to, *whole))
    return refused("it " + *reason);
  return lowered{.schema = json::compact(*whole),
                 .dropped = writer.dropped(),
                 .narrowed = {writer.narrowed().begin(), writer.narrowed().end()},
                 .object = json::find_text(*whole, "type") == "object"};
}

} // namespace

std::string_view to_string(schema_dialect x) {
  switch (x) {
  case schema_dialect::openai_strict:
    return "openai_strict";
  case schema_dialect::openai_lax:
    return "openai_lax";
  case schema_dialect::anthropic:
    return "anthropic";
  case schema_dialect::gemini_json_schema:
    return "gemini_json_schema";
  case schema_dialect::gemini_openapi:
    return "gemini_openapi";
  }
  return "unknown";
}

result<lowered> lower(const json::value& source, schema_dialect to) {
  if (json::weight(source) > source_weight_max)
    return refused("it is too large");
  auto out =
      to == schema_dialect::openai_lax ? lowered_loosely(source) : lowered_strictly(source, to);
  if (out && out->schema.size() > text_bytes_max)
    return refused("it is too large");
  return out;
}

lowered_schemas::lowered_schemas(const json::value& source) {
  for (std::size_t i = 0; i < schema_dialects; ++i)
    if (auto made = lower(source, static_cast<schema_dialect>(i)))
      all_[i] = std::move(*made);
}

const lowered* lowered_schemas::in(schema_dialect to) const {
  const auto& found = all_[static_cast<std::size_t>(to)];
  return found ? &*found : nullptr;
}

} // namespace hedgerow
