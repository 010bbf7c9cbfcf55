#pragma once

#include "contracts/json.hpp"
#include "contracts/schema.hpp"

#include <re2/re2.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

/// The compiled form of a JSON Schema, between `schema_compile.cpp` and `schema_check.cpp`: a node
/// for each subschema that can be reached, with a rule for each group of keywords. No user of
/// `schema` needs this file.
namespace hedgerow {

using node_id = std::uint32_t;

/// A set of JSON Schema types is a sum of these.
enum type_bit : std::uint8_t {
  null_type = 1,
  boolean_type = 2,
  integer_type = 4,
  number_type = 8,
  string_type = 16,
  array_type = 32,
  object_type = 64,
};

namespace rules {

/// Nothing is valid. `keyword` is the one that holds the `false`.
struct never {
  std::string_view keyword;
};

struct type {
  std::uint8_t allowed = 0;
};

/// `enum`: one of an array of values.
struct one_of_values {
  const json::value* values = nullptr;
};

struct constant {
  const json::value* wanted = nullptr;
};

struct number_limit {
  enum class kind : std::uint8_t { minimum, maximum, above, below, multiple };

  kind what = kind::minimum;
  std::string_view keyword;
  const json::value* limit = nullptr;
};

/// `minLength` and its like.
struct count_limit {
  enum class kind : std::uint8_t { characters, items, members };

  kind what = kind::characters;
  bool at_least = false;
  std::string_view keyword;
  std::size_t limit = 0;
};

struct pattern {
  std::unique_ptr<const RE2> regex;
};

struct unique_items {};

/// `prefixItems` and `items`, or the older `items` and `additionalItems`.
struct items {
  std::vector<node_id> first;
  std::optional<node_id> rest;
};

struct contains {
  node_id wanted = 0;
  std::size_t least = 1;
  std::size_t most = std::numeric_limits<std::size_t>::max();
};

struct required {
  std::vector<std::string> names;
};

/// `properties`, `patternProperties` and `additionalProperties`.
struct members {
  struct pattern_node {
    std::unique_ptr<const RE2> regex;
    node_id node = 0;
  };

  /// Sorted by name.
  std::vector<std::pair<std::string, node_id>> named;
  std::vector<pattern_node> matching;
  std::optional<node_id> rest;
};

struct names {
  node_id name = 0;
};

struct all_of {
  std::vector<node_id> branches;
};

struct any_of {
  std::vector<node_id> branches;
};

struct exactly_one_of {
  std::vector<node_id> branches;
};

struct none_of {
  node_id branch = 0;
};

struct condition {
  node_id test = 0;
  std::optional<node_id> then;
  std::optional<node_id> otherwise;
};

struct reference {
  node_id target = 0;
};

using any = std::variant<never, type, one_of_values, constant, number_limit, count_limit, pattern,
                         unique_items, items, contains, required, members, names, all_of, any_of,
                         exactly_one_of, none_of, condition, reference>;

} // namespace rules

/// One subschema. Without rules everything is valid.
struct schema_node {
  /// JSON pointer into the schema.
  std::string pointer;
  std::vector<rules::any> rules;
};

/// Node 0 is the whole schema.
struct schema_program {
  /// What the rules' values point into.
  json::document source;
  /// The source as compact JSON.
  std::string text;
  std::vector<schema_node> nodes;
};

/// Compiles `source`. Errors: as `schema::compile`.
result<std::shared_ptr<const schema_program>> compile_schema(json::document source,
                                                             const schema_options& options);

/// What `schema::check` promises.
std::vector<violation> check_schema(const schema_program& code, const json::value& x,
                                    std::size_t most);

} // namespace hedgerow
