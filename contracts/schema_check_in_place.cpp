#include "contracts/schema_checker.hpp"

#include <algorithm>
#include <optional>
#include <utility>

/// The rules that apply other subschemas to the same value.
namespace hedgerow {
namespace {

bool is_nearer(const violation& a, const violation& b) {
  if (a.pointer.size() != b.pointer.size())
    return a.pointer.size() > b.pointer.size();
  return b.keyword == "type" && a.keyword != "type";
}

} // namespace

/// Whether the value keeps the branch. What a branch has looked at counts only if it does.
template <bool loud>
bool schema_checker<loud>::branch(node_id id, const frame& f) const {
  const schema_checker<false> quiet{state_};
  if (f.seen == nullptr)
    return quiet.valid(id, f.x, {}, nullptr);
  marks own{state_.room, f.x.IsArray() ? f.x.Size() : f.x.MemberCount()};
  const auto good = quiet.valid(id, f.x, {}, &own);
  if (good)
    f.seen->add(own);
  return good;
}

template <bool loud>
bool schema_checker<loud>::all_of(const schema_rule& r, const frame& f) const {
  bool good = true;
  for (const auto id : code_.branch_rule_table[r.a].nodes) {
    good = valid(id, f.x, f.at, f.seen) && good;
    if (!good && !goes_on())
      break;
  }
  return good;
}

template <bool loud>
bool schema_checker<loud>::any_of(const schema_rule& r, const frame& f) const {
  bool good = false;
  for (const auto id : code_.branch_rule_table[r.a].for_value(f.x)) {
    good = branch(id, f) || good;
    if (good && f.seen == nullptr)
      break;
  }
  return good || fail_branches(r, f);
}

template <bool loud>
bool schema_checker<loud>::exactly_one_of(const schema_rule& r, const frame& f) const {
  std::size_t n = 0;
  for (const auto id : code_.branch_rule_table[r.a].for_value(f.x))
    if (n < 2)
      n += branch(id, f) ? 1 : 0;
  if (n == 0)
    return fail_branches(r, f);
  return n == 1 || fail(f, r.word, [] {
           return std::string{"must match exactly one of the alternatives, but matches several"};
         });
}

/// Says which alternative was nearest: the one whose first violation lies deepest, and at the same
/// depth rather one of the right type.
template <bool loud>
bool schema_checker<loud>::fail_branches(const schema_rule& r, const frame& f) const {
  if (!goes_on())
    return false;
  std::optional<violation> nearest;
  const auto& all = code_.branch_rule_table[r.a];
  const auto possible = all.for_value(f.x);
  for (const auto id : possible.empty() ? std::span{all.nodes} : possible) {
    std::vector<violation> first;
    const auto found = std::exchange(state_.found, &first);
    const auto found_max = std::exchange(state_.found_max, 1);
    valid(id, f.x, f.at, nullptr);
    state_.found = found;
    state_.found_max = found_max;
    if (!first.empty() && (!nearest || is_nearer(first[0], *nearest)))
      nearest = std::move(first[0]);
  }
  return fail(f, r.word, [&] {
    const auto n = "must match one of " + counted(all.nodes.size(), "alternative");
    return nearest ? n + "; the nearest one says: " + nearest->message : n;
  });
}

template <bool loud>
bool schema_checker<loud>::none_of(const schema_rule& r, const frame& f) const {
  return !schema_checker<false>{state_}.valid(r.a, f.x, {}, nullptr) || fail(f, r.word, [] {
    return std::string{"must not be what the schema under \"not\" describes"};
  });
}

template <bool loud>
bool schema_checker<loud>::condition(const condition_rules& r, const frame& f) const {
  const auto& next = branch(r.test, f) ? r.then : r.otherwise;
  return !next || valid(*next, f.x, f.at, f.seen);
}

template <bool loud>
bool schema_checker<loud>::dynamic_reference(const schema_rule& r, const frame& f) const {
  const auto& targets = code_.dynamic_targets[r.a];
  auto target = r.b;
  std::size_t scopes = 0;
  for (const auto* i = state_.around; i != nullptr; i = i->outer, ++scopes)
    if (const auto found = targets.find(i->resource); found != targets.end())
      target = found->second;
  return state_.spend(scopes) && valid(target, f.x, f.at, f.seen);
}

template class schema_checker<false>;
template class schema_checker<true>;

} // namespace hedgerow
