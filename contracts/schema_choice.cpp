#include "contracts/schema_choice.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace hedgerow {
namespace {

/// How far references and nested branches are followed, and for how many steps in all.
constexpr unsigned depth_max = 6;
constexpr std::size_t steps_max = 200'000;
/// Values times branches that can go with each of them, for one choice.
constexpr std::size_t entries_max = 10'000;

using texts = std::vector<std::string_view>;

/// What a node asks of one member of an object.
struct demand {
  /// No object is valid.
  bool refuses_objects = false;
  bool is_required = false;
  /// The member must be one of these strings, where it is there; nothing: that is not known.
  std::optional<texts> values;

  /// Both hold.
  void add(demand other) {
    refuses_objects = refuses_objects || other.refuses_objects;
    is_required = is_required || other.is_required;
    if (!values)
      values = std::move(other.values);
  }
};

texts strings_of(const value_set& set) {
  texts out;
  for (const auto& x : set.strings.entries())
    out.push_back(x.key.name);
  return out;
}

class chooser {
public:
  explicit chooser(schema_program& code) : code_{code} {}

  std::optional<branch_choice> choice(const std::vector<node_id>& branches) {
    std::optional<branch_choice> best;
    for (const auto name : candidates(branches)) {
      auto made = made_choice(name, branches);
      if (made
          && (!best
              || made->nodes.size() * best->by_value.entries().size()
                     < best->nodes.size() * made->by_value.entries().size()))
        best = std::move(made);
    }
    return best;
  }

private:
  bool has_steps() { return ++steps_ <= steps_max; }

  /// The strings that the node allows, if it allows nothing else.
  std::optional<texts> texts_of(node_id id, unsigned depth) {
    if (depth == depth_max || !has_steps())
      return std::nullopt;
    for (const auto& r : code_.rules_of(code_.nodes[id])) {
      std::optional<texts> found;
      if (r.what == op::one_of_values && code_.value_sets[r.a].others.empty())
        found = strings_of(code_.value_sets[r.a]);
      else if (r.what == op::constant && code_.values[r.a]->IsString())
        found = texts{json::text_of(*code_.values[r.a])};
      else if (r.what == op::reference)
        found = texts_of(r.a, depth + 1);
      else if (r.what == op::all_of)
        found = texts_of(code_.branch_rule_table[r.a].nodes[0], depth + 1);
      if (found)
        return found;
    }
    return std::nullopt;
  }

  demand demand_of(node_id id, std::string_view name, unsigned depth) {
    demand out;
    const auto& node = code_.nodes[id];
    out.refuses_objects = (node.types & object_type) == 0;
    if (depth == depth_max || !has_steps())
      return out;
    for (const auto& r : code_.rules_of(node)) {
      if (r.what == op::members)
        out.add(demand_of(code_.member_rule_table[r.a], name));
      else if (r.what == op::reference)
        out.add(demand_of(r.a, name, depth + 1));
      else if (r.what == op::all_of)
        for (const auto branch : code_.branch_rule_table[r.a].nodes)
          out.add(demand_of(branch, name, depth + 1));
      else if (r.what == op::any_of || r.what == op::exactly_one_of)
        out.add(demand_of_one(code_.branch_rule_table[r.a].nodes, name, depth + 1));
    }
    return out;
  }

  demand demand_of(const member_rules& m, std::string_view name) {
    demand out;
    const auto* known = m.names.find(name);
    if (known == nullptr)
      return out;
    out.is_required = known->value.bits != 0;
    if (known->value.node)
      out.values = texts_of(*known->value.node, 0);
    return out;
  }

  /// What all branches that accept objects ask in common.
  demand demand_of_one(const std::vector<node_id>& branches, std::string_view name,
                       unsigned depth) {
    demand out{.refuses_objects = true, .is_required = true, .values = texts{}};
    for (const auto branch : branches) {
      const auto x = demand_of(branch, name, depth);
      if (x.refuses_objects)
        continue;
      out.refuses_objects = false;
      out.is_required = out.is_required && x.is_required;
      if (!x.values)
        out.values = std::nullopt;
      else if (out.values)
        out.values->insert(out.values->end(), x.values->begin(), x.values->end());
    }
    return out;
  }

  /// The names that branches give strings to choose from: those that most of them do.
  texts candidates(const std::vector<node_id>& branches) {
    constexpr std::size_t candidates_max = 3;
    std::map<std::string_view, std::size_t> counts;
    for (const auto branch : branches)
      count_names(branch, counts, 0);
    texts out;
    for (const auto& [name, count] : counts)
      if (count > 1)
        out.push_back(name);
    std::ranges::stable_sort(out, std::greater{}, [&](auto name) { return counts[name]; });
    out.resize(std::min(out.size(), candidates_max));
    return out;
  }

  void count_names(node_id id, std::map<std::string_view, std::size_t>& counts, unsigned depth) {
    if (depth == depth_max || !has_steps())
      return;
    for (const auto& r : code_.rules_of(code_.nodes[id])) {
      if (r.what == op::reference)
        count_names(r.a, counts, depth + 1);
      else if (r.what == op::all_of)
        for (const auto branch : code_.branch_rule_table[r.a].nodes)
          count_names(branch, counts, depth + 1);
      else if (r.what == op::any_of || r.what == op::exactly_one_of)
        count_names(code_.branch_rule_table[r.a].nodes[0], counts, depth + 1);
      else if (r.what == op::members)
        for (const auto& x : code_.member_rule_table[r.a].names.entries())
          if (x.value.node && texts_of(*x.value.node, 0))
            ++counts[x.key.name];
    }
  }

  std::optional<branch_choice> made_choice(std::string_view name,
                                           const std::vector<node_id>& branches) {
    std::set<std::string_view> allowed;
    std::vector<std::pair<node_id, demand>> demands;
    for (const auto branch : branches) {
      auto x = demand_of(branch, name, 0);
      if (x.values)
        for (const auto text : *x.values)
          allowed.insert(text);
      if (!x.refuses_objects)
        demands.emplace_back(branch, std::move(x));
    }
    if (allowed.size() < 2 || allowed.size() * demands.size() > entries_max)
      return std::nullopt;
    branch_choice out{.name = name};
    const auto add = [&](auto accepts) {
      branch_choice::group made{.first = static_cast<std::uint32_t>(out.nodes.size())};
      for (const auto& [branch, x] : demands)
        if (accepts(x))
          out.nodes.push_back(branch);
      made.end = static_cast<std::uint32_t>(out.nodes.size());
      return made;
    };
    std::vector<name_map<branch_choice::group>::entry> groups;
    for (const auto value : allowed) {
      const auto accepts = [&](const demand& x) {
        return !x.values || std::ranges::find(*x.values, value) != x.values->end();
      };
      groups.push_back({.key = name_key{value}, .value = add(accepts)});
    }
    out.by_value = name_map<branch_choice::group>{std::move(groups)};
    out.other = add([](const demand& x) { return !x.values; });
    out.absent = add([](const demand& x) { return !x.is_required; });
    return out;
  }

  schema_program& code_;
  std::size_t steps_ = 0;
};

} // namespace

std::span<const node_id> branch_choice::for_object(const json::value& x) const {
  const auto* found = json::find(x, name);
  auto chosen = found == nullptr ? absent : other;
  if (found != nullptr && found->IsString())
    if (const auto* known = by_value.find(json::text_of(*found)))
      chosen = known->value;
  return std::span{nodes}.subspan(chosen.first, chosen.end - chosen.first);
}

void add_choices(schema_program& code) {
  chooser of{code};
  for (const auto& r : code.rules)
    if (r.what == op::any_of || r.what == op::exactly_one_of)
      if (auto& branches = code.branch_rule_table[r.a]; branches.nodes.size() > 1)
        branches.choice = of.choice(branches.nodes);
}

} // namespace hedgerow
