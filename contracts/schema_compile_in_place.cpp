#include "contracts/schema_compiler.hpp"

#include <algorithm>

/// The keywords that apply other subschemas to the same value.
namespace hedgerow {

void schema_compiler::compile_in_place(const subschema& at) {
  compile_branches(at, keyword::all_of, op::all_of);
  compile_branches(at, keyword::any_of, op::any_of);
  compile_branches(at, keyword::one_of, op::exactly_one_of);
  if (const auto branch = inner(at, keyword::none_of))
    add({.what = op::none_of, .word = keyword::none_of, .a = *branch});
  if (const auto test = inner(at, keyword::condition)) {
    add({.what = op::condition,
         .word = keyword::condition,
         .a = static_cast<std::uint32_t>(out_.conditions.size())});
    out_.conditions.push_back({.test = *test,
                               .then = inner(at, keyword::then),
                               .otherwise = inner(at, keyword::otherwise)});
  }
  compile_reference(at, keyword::ref);
  compile_reference(at, keyword::dynamic_ref);
  compile_reference(at, keyword::recursive_ref);
  compile_unevaluated(at, keyword::unevaluated_items, op::unevaluated_items, array_type);
  compile_unevaluated(at, keyword::unevaluated_properties, op::unevaluated_members, object_type);
}

void schema_compiler::compile_branches(const subschema& at, keyword word, op what) {
  auto list = inner_list(at, word);
  if (list.empty())
    return;
  add({.what = what, .word = word, .a = static_cast<std::uint32_t>(out_.branch_rule_table.size())});
  out_.branch_rule_table.push_back({.nodes = std::move(list), .choice = std::nullopt});
}

/// Last of all rules, because they ask what the others have looked at.
void schema_compiler::compile_unevaluated(const subschema& at, keyword word, op what,
                                          type_bit applies) {
  const auto node = inner(at, word);
  if (!node)
    return;
  add({.what = what, .applies = applies, .word = word, .a = *node});
  out_.nodes[at.id].tracks = true;
}

void schema_compiler::compile_reference(const subschema& at, keyword word) {
  const auto* given = at[word];
  if (given == nullptr)
    return;
  if (!given->IsString())
    return fail(at, word, "must be a string");
  const auto reference = json::text_of(*given);
  const auto found = resources_.find(reference, at.resource);
  if (!found)
    return fail(at, word, found.error().message);
  const auto target = want(*found, to_string(word));
  const auto name = dynamic_name(at, word, reference, *found);
  if (!name)
    return add({.what = op::reference, .word = word, .a = target});
  const auto [entry, is_new] =
      dynamic_.try_emplace(*name, static_cast<std::uint32_t>(out_.dynamic_targets.size()));
  if (is_new) {
    out_.dynamic_targets.emplace_back();
    for (const auto& candidate : candidates_[*name])
      add_dynamic_target(entry->second, candidate);
  }
  add({.what = op::dynamic_reference, .word = word, .a = entry->second, .b = target});
}

/// The anchor to look for while checking; nothing if the reference always leads to `found`. A
/// `$dynamicRef` is dynamic only if what it names is a dynamic anchor where it starts (JSON Schema
/// Core 2020-12 §8.2.3.2), a `$recursiveRef` if its resource has a `$recursiveAnchor`.
std::optional<std::string> schema_compiler::dynamic_name(const subschema& at, keyword word,
                                                         std::string_view reference,
                                                         const schema_target& found) {
  const auto& resource = resources_[found.resource];
  if (word == keyword::recursive_ref)
    return resource.has_recursive_anchor ? std::optional{std::string{}} : std::nullopt;
  const auto hash = reference.find('#');
  if (word != keyword::dynamic_ref || hash == reference.npos || at.how.version < draft::draft2020)
    return std::nullopt;
  const auto anchor = resource.dynamic_anchors.find(reference.substr(hash + 1));
  return anchor != resource.dynamic_anchors.end() && anchor->second.source == found.source
             ? std::optional{anchor->first}
             : std::nullopt;
}

/// Only a resource that the check can be inside of can be the outermost one with an anchor.
void schema_compiler::enter(resource_id id) {
  if (!entered_.insert(id).second)
    return;
  const auto& resource = resources_[id];
  for (const auto& [name, target] : resource.dynamic_anchors)
    add_candidate(name, target);
  if (resource.has_recursive_anchor)
    add_candidate({}, resource.root);
}

void schema_compiler::add_candidate(const std::string& name, const schema_target& target) {
  candidates_[name].push_back(target);
  if (const auto i = dynamic_.find(name); i != dynamic_.end())
    add_dynamic_target(i->second, target);
}

void schema_compiler::add_dynamic_target(std::uint32_t number, const schema_target& target) {
  out_.dynamic_targets[number].emplace(target.resource, want(target, to_string(keyword::ref)));
}

} // namespace hedgerow
