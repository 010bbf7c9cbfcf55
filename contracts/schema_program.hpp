#pragma once

#include "contracts/json.hpp"
#include "contracts/name_map.hpp"
#include "contracts/schema.hpp"
#include "contracts/schema_format.hpp"
#include "contracts/schema_keywords.hpp"
#include "contracts/schema_pattern.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

/// The compiled form of a JSON Schema: a node for each subschema that can be reached, a rule for
/// each group of its keywords, and tables that the rules point into. The checker runs it, and
/// repair walks it; no user of `schema` needs this file.
namespace hedgerow {

using node_id = std::uint32_t;
using resource_id = std::uint32_t;

/// A set of JSON Schema types is a sum of these.
enum type_bit : std::uint8_t {
  null_type = 1,
  boolean_type = 2,
  /// Alone it means that no other number is allowed.
  integer_type = 4,
  /// In a node always together with `integer_type`.
  number_type = 8,
  string_type = 16,
  array_type = 32,
  object_type = 64,
  every_type = 127,
  /// Of values only: an integer that needs no second look.
  plain_integer = 128,
};

/// What a rule asks for; behind each what its `a` and `b` are.
enum class op : std::uint8_t {
  one_of_values, ///< value_sets[a]
  constant,      ///< values[a]
  at_least,      ///< number_limits[a], as the next four
  at_most,
  above,
  below,
  multiple_of,
  characters_min, ///< a itself, as the next five
  characters_max,
  items_min,
  items_max,
  members_min,
  members_max,
  pattern, ///< patterns[a]
  format,  ///< format_kind{a}
  unique_items,
  items,        ///< item_rule_table[a]
  contains,     ///< contains_rule_table[a]
  required,     ///< names[a] to names[b]; where there is a `members` rule, it has the names
  members,      ///< member_rule_table[a]
  member_names, ///< node a
  dependents,   ///< dependents[a] to dependents[b]
  all_of,       ///< branch_rule_table[a], as the next two
  any_of,
  exactly_one_of,
  none_of,             ///< node a
  condition,           ///< conditions[a]
  reference,           ///< node a
  dynamic_reference,   ///< dynamic_targets[a], without an entry there node b
  unevaluated_items,   ///< node a
  unevaluated_members, ///< node a
};

/// One group of keywords of a subschema.
struct schema_rule {
  op what = op::one_of_values;
  /// The types that it looks at; values of others keep it.
  std::uint8_t applies = every_type;
  /// For violations.
  keyword word = keyword::type;
  std::uint32_t a = 0;
  std::uint32_t b = 0;
};

/// One subschema. Without rules every value of an allowed type is valid.
struct schema_node {
  /// What `type` allows; `every_type` without it, 0 for the schema `false`.
  std::uint8_t types = every_type;
  /// The types of values that are valid without a look at any rule.
  std::uint8_t valid_at_once = 0;
  /// Whether a rule asks which members or items others have looked at.
  bool tracks = false;
  /// Whether it neither tracks nor can dynamic references depend on it.
  bool is_simple = false;
  resource_id resource = 0;
  std::uint32_t first_rule = 0;
  std::uint32_t rules_end = 0;

  bool is_never() const { return types == 0; }
};

/// `enum`.
struct value_set {
  name_map<std::monostate> strings;
  std::vector<const json::value*> others;
  /// The array, for words.
  const json::value* listed = nullptr;
};

struct number_limit {
  const json::value* limit = nullptr;
  /// The limit, if a 64 bit integer holds it.
  std::optional<std::int64_t> whole;
};

/// `prefixItems` and `items`, or the older `items` and `additionalItems`.
struct item_rules {
  std::vector<node_id> first;
  std::optional<node_id> rest;
};

struct contains_rules {
  node_id wanted = 0;
  std::size_t least = 1;
  std::optional<std::size_t> most;
  /// Whether what it finds is evaluated in the sense of `unevaluatedItems` (2020-12).
  bool evaluates = false;
};

/// `properties`, `patternProperties`, `additionalProperties` and `required`.
struct member_rules {
  /// What is known of a name under `properties` or `required`.
  struct named {
    /// Of its schema under `properties`.
    std::optional<node_id> node;
    /// `valid_at_once` of that node.
    std::uint8_t valid_at_once = 0;
    /// Its bits in the set of required names; 0: it is not required.
    std::uint64_t bits = 0;
  };

  struct matching {
    std::uint32_t pattern = 0;
    node_id node = 0;
  };

  /// In the schema's order.
  name_map<named> names;
  /// The required names in their order, at most 64; a `required` rule has the rest.
  std::vector<std::string_view> required;
  /// `additionalProperties`.
  std::optional<node_id> rest;
  std::vector<matching> patterns;

  std::uint64_t required_bits() const {
    return required.empty() ? 0 : ~std::uint64_t{0} >> (64 - required.size());
  }
};

/// What an object with the member `name` must be: `dependentSchemas`, `dependentRequired` or one
/// entry of `dependencies`.
struct dependent {
  std::string_view name;
  std::optional<node_id> node;
  std::vector<std::string_view> required;
};

/// Objects that are one of several kinds mostly tell their kind by a member such as `type`. Only
/// some branches can accept an object with a given value there; the others need no look.
struct branch_choice {
  /// A range of `nodes`.
  struct group {
    std::uint32_t first = 0;
    std::uint32_t end = 0;
  };

  std::string_view name;
  name_map<group> by_value;
  /// For any other value, and for none.
  group other;
  group absent;
  std::vector<node_id> nodes;

  /// The nodes that can accept the object `x`.
  std::span<const node_id> for_object(const json::value& x) const;
};

/// `allOf`, `anyOf` or `oneOf`.
struct branch_rules {
  std::vector<node_id> nodes;
  std::optional<branch_choice> choice;

  /// The nodes that can accept `x`, and perhaps some that cannot.
  std::span<const node_id> for_value(const json::value& x) const {
    return choice && json::is_object(x) ? choice->for_object(x) : std::span{nodes};
  }
};

struct condition_rules {
  node_id test = 0;
  std::optional<node_id> then;
  std::optional<node_id> otherwise;
};

/// Where a `$dynamicRef` or `$recursiveRef` may lead: the outermost resource that the check is
/// inside of and that has an entry here says where.
using dynamic_target = std::map<resource_id, node_id>;

/// Where a node stands in its schema; only violations need it.
struct schema_place {
  /// JSON pointer into the schema, after the URI of its document if that is another.
  std::string pointer;
  /// The keyword that holds it.
  std::string_view held_by;
};

/// Node 0 is the whole schema.
struct schema_program {
  /// What values and names point into: the schema and the documents that it refers to.
  std::vector<std::unique_ptr<const json::document>> documents;
  /// The schema as compact JSON.
  std::string text;

  std::vector<schema_node> nodes;
  /// One for each node.
  std::vector<schema_place> places;
  std::vector<schema_rule> rules;

  std::vector<const json::value*> values;
  std::vector<value_set> value_sets;
  std::vector<number_limit> number_limits;
  std::vector<pattern> patterns;
  std::vector<item_rules> item_rule_table;
  std::vector<contains_rules> contains_rule_table;
  std::vector<std::string_view> names;
  std::vector<member_rules> member_rule_table;
  std::vector<dependent> dependents;
  std::vector<branch_rules> branch_rule_table;
  std::vector<condition_rules> conditions;
  std::vector<dynamic_target> dynamic_targets;

  std::span<const schema_rule> rules_of(const schema_node& x) const {
    return std::span{rules}.subspan(x.first_rule, x.rules_end - x.first_rule);
  }
};

/// Compiles `source`. Errors: as `schema::compile`.
result<std::shared_ptr<const schema_program>> compile_schema(json::document source,
                                                             const schema_options& options);

/// What `schema::check` promises.
std::vector<violation> check_schema(const schema_program& code, const json::value& x,
                                    std::size_t most);

/// Whether `x` keeps the subschema `node`.
bool accepts(const schema_program& code, node_id node, const json::value& x);

} // namespace hedgerow
