#include "contracts/schema_link.hpp"

namespace hedgerow {
namespace {

/// Longer chains are walked while checking, as are those that end in themselves.
constexpr int chain_max = 64;

node_id end_of_chain(const schema_program& code, node_id id) {
  for (int i = 0; i < chain_max; ++i) {
    const auto& node = code.nodes[id];
    const auto is_alias = node.types == every_type && node.rules_end - node.first_rule == 1
                          && code.rules[node.first_rule].what == op::reference;
    if (!is_alias)
      return id;
    id = code.rules[node.first_rule].a;
  }
  return id;
}

} // namespace

void skip_references(schema_program& code) {
  if (!code.dynamic_targets.empty())
    return;
  const auto skip = [&](node_id& id) { id = end_of_chain(code, id); };
  const auto skip_any = [&](std::optional<node_id>& id) {
    if (id)
      skip(*id);
  };
  for (auto& x : code.item_rule_table) {
    for (auto& id : x.first)
      skip(id);
    skip_any(x.rest);
  }
  for (auto& x : code.contains_rule_table)
    skip(x.wanted);
  for (auto& x : code.member_rule_table) {
    for (auto& name : x.names.entries())
      skip_any(name.value.node);
    for (auto& matching : x.patterns)
      skip(matching.node);
    skip_any(x.rest);
  }
  for (auto& x : code.dependents)
    skip_any(x.node);
  for (auto& x : code.branch_rule_table)
    for (auto& id : x.nodes)
      skip(id);
  for (auto& x : code.conditions) {
    skip(x.test);
    skip_any(x.then);
    skip_any(x.otherwise);
  }
}

} // namespace hedgerow
