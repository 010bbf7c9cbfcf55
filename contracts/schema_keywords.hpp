#pragma once

#include "contracts/schema.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

/// The keywords of JSON Schema, and which of them a draft or a vocabulary knows.
namespace hedgerow {

/// In the order of their names' bytes, as the table of names is.
enum class keyword : std::uint8_t {
  anchor,
  defs,
  dynamic_anchor,
  dynamic_ref,
  id,
  recursive_anchor,
  recursive_ref,
  ref,
  schema,
  vocabulary,
  additional_items,
  additional_properties,
  all_of,
  any_of,
  constant,
  contains,
  definitions,
  dependencies,
  dependent_required,
  dependent_schemas,
  otherwise,
  enumeration,
  exclusive_maximum,
  exclusive_minimum,
  format,
  id_of_draft4,
  condition,
  items,
  max_contains,
  max_items,
  max_length,
  max_properties,
  maximum,
  min_contains,
  min_items,
  min_length,
  min_properties,
  minimum,
  multiple_of,
  none_of,
  one_of,
  pattern,
  pattern_properties,
  prefix_items,
  properties,
  property_names,
  required,
  then,
  type,
  unevaluated_items,
  unevaluated_properties,
  unique_items,
};

inline constexpr std::size_t keyword_count = static_cast<std::size_t>(keyword::unique_items) + 1;

/// Where a keyword's value holds subschemas.
enum class subschemas : std::uint8_t {
  none,
  itself,
  in_list,
  in_map,
  itself_or_in_list,
  /// `dependencies`: a map whose values may be lists of names instead.
  some_in_map,
};

/// A set of vocabularies is a sum of these.
enum vocabulary_bit : std::uint8_t {
  core_vocabulary = 1,
  applicator_vocabulary = 2,
  unevaluated_vocabulary = 4,
  validation_vocabulary = 8,
  format_vocabulary = 16,
  format_assertion_vocabulary = 32,
};

/// How the keywords of one schema resource are to be understood.
struct dialect {
  draft version = draft::draft2020;
  std::uint8_t vocabularies = 0xff;
  /// Whether `format` is an assertion.
  bool formats = false;

  /// Up to draft 7 nothing beside a `$ref` counts.
  bool has_lonely_ref() const { return version <= draft::draft7; }

  /// Draft 4 calls `$id` `id`.
  keyword id() const { return version == draft::draft4 ? keyword::id_of_draft4 : keyword::id; }
};

/// The keyword as it is written.
std::string_view to_string(keyword x);

subschemas subschemas_of(keyword x);

/// The keyword called `name`, if the dialect knows it.
std::optional<keyword> keyword_named(std::string_view name, const dialect& how);

/// The draft whose metaschema has this URI; an empty fragment and the scheme do not matter.
std::optional<draft> draft_of(std::string_view uri);

/// The vocabularies, as a set, that a vocabulary URI of 2019-09 or 2020-12 stands for; nothing if
/// it is unknown.
std::optional<std::uint8_t> vocabularies_of(std::string_view uri);

} // namespace hedgerow
