#include "contracts/coerce.hpp"

#include "contracts/coerce_fitter.hpp"
#include "contracts/json_compare.hpp"

#include <algorithm>

namespace hedgerow {
namespace coercion {
namespace {

/// Calls of `fit` within each other. A value is less deep than that; references may go in circles.
constexpr int depth_max = 400;

} // namespace

/// Whether `x` keeps the subschema. All checks share what a single one may cost.
bool fitter::accepts(node_id node, const json::value& x) {
  return schema_checker<false>{check_}.valid(node, x, {}, nullptr) && check_.gave_up == nullptr;
}

outcome fitter::fit(node_id node, const json::value& x, const place& at) {
  if (depth_ >= depth_max || !check_.spend(json::weight(x)))
    return failed();
  if (accepts(node, x))
    return kept();
  ++depth_;
  auto out = bend(node, x, at);
  if (out.what == outcome::kind::kept)
    out = failed();
  if (!out.failed() && !accepts(node, out.value))
    out = failed();
  if (out.failed())
    if (auto inner = unwrapped(node, x, at))
      out = std::move(*inner);
  --depth_;
  return out;
}

outcome fitter::bend(node_id node, const json::value& x, const place& at) {
  const auto& n = code_.nodes[node];
  if (n.is_never())
    return failed();
  if (!has_type(n.types, x))
    return convert(node, x, at);
  work_piece piece{x};
  for (const auto& r : code_.rules_of(n))
    if ((r.applies & type_of(piece.now())) != 0 && !piece.take(apply(r, piece.now(), at)))
      return failed();
  return piece.done();
}

outcome fitter::apply(const schema_rule& r, const json::value& x, const place& at) {
  switch (r.what) {
  case op::one_of_values:
    return fit_value(x, *code_.value_sets[r.a].listed, at);
  case op::constant: {
    json::value only{rapidjson::kArrayType};
    only.PushBack(copied(*code_.values[r.a]), memory_);
    return fit_value(x, only, at);
  }
  case op::items:
    return fit_items(code_.item_rule_table[r.a], x, at);
  case op::members:
    return fit_members(code_.member_rule_table[r.a], x, at);
  case op::all_of:
    return fit_branches(code_.branch_rule_table[r.a].nodes, x, at);
  case op::any_of:
  case op::exactly_one_of:
    return fit_best(code_.branch_rule_table[r.a].nodes, x, at);
  case op::condition: {
    const auto& c = code_.conditions[r.a];
    const auto& branch = accepts(c.test, x) ? c.then : c.otherwise;
    return branch ? fit(*branch, x, at) : kept();
  }
  case op::reference:
    return fit(r.a, x, at);
  case op::dynamic_reference:
    return fit(r.b, x, at);
  default:
    return kept();
  }
}

outcome fitter::fit_branches(std::span<const node_id> nodes, const json::value& x,
                             const place& at) {
  work_piece piece{x};
  for (const auto node : nodes)
    if (!piece.take(fit(node, piece.now(), at)))
      return failed();
  return piece.done();
}

/// The branch that needs the fewest changes; of equals the first.
outcome fitter::fit_best(std::span<const node_id> nodes, const json::value& x, const place& at) {
  auto best = failed();
  for (const auto node : nodes) {
    auto out = fit(node, x, at);
    if (out.what == outcome::kind::kept)
      return out;
    if (!out.failed() && (best.failed() || out.changes.size() < best.changes.size()))
      best = std::move(out);
  }
  return best;
}

outcome fitter::fit_items(const item_rules& r, const json::value& x, const place& at) {
  json::value list{rapidjson::kArrayType};
  std::vector<change> changes;
  for (rapidjson::SizeType i = 0; i < x.Size(); ++i) {
    const auto node = i < r.first.size() ? std::optional{r.first[i]} : r.rest;
    const place here{.what = place::kind::item, .parent = &at, .item = i};
    auto item = node ? fit(*node, x[i], here) : kept();
    if (item.failed())
      return failed();
    list.PushBack(item.what == outcome::kind::kept ? copied(x[i]) : std::move(item.value), memory_);
    std::ranges::move(item.changes, std::back_inserter(changes));
  }
  if (changes.empty())
    return kept();
  return {.what = outcome::kind::changed, .value = std::move(list), .changes = std::move(changes)};
}

outcome fitter::fit_members(const member_rules& r, const json::value& x, const place& at) {
  json::value object{rapidjson::kObjectType};
  std::vector<change> changes;
  const auto note = [&](const place& where, std::string message) {
    changes.push_back(
        {.pointer = pointer_to(where), .kind = change_kind::coerce, .message = std::move(message)});
  };
  for (const auto& step : plan_members(code_, r, x)) {
    const auto& from = step.from->value;
    const place here{.what = place::kind::member, .parent = &at, .member = step.name};
    if (step.is_forbidden) {
      note(here, "a member that is not allowed was left out");
      continue;
    }
    auto member = fit_member(step, here);
    if (member.failed() && from.IsNull() && !step.is_required) {
      note(here, "null was left out, as the member may be absent");
      continue;
    }
    if (member.failed())
      return failed();
    if (step.is_renamed)
      note(here, shown(json::text_of(step.from->name)) + " was renamed " + shown(step.name));
    object.AddMember(
        json::value{step.name.data(), static_cast<rapidjson::SizeType>(step.name.size()), memory_},
        member.what == outcome::kind::kept ? copied(from) : std::move(member.value), memory_);
    std::ranges::move(member.changes, std::back_inserter(changes));
  }
  if (changes.empty())
    return kept();
  return {
      .what = outcome::kind::changed, .value = std::move(object), .changes = std::move(changes)};
}

outcome fitter::fit_member(const member_step& x, const place& at) {
  work_piece piece{x.from->value};
  for (const auto node : x.nodes)
    if (!piece.take(fit(node, piece.now(), at)))
      return failed();
  return piece.done();
}

} // namespace coercion

std::optional<coerced> coerce(const schema_program& code, json::document& x,
                              std::string_view text) {
  auto out = coercion::fitter{code, x, text}.fit(0, x, {});
  if (out.what != coercion::outcome::kind::changed)
    return std::nullopt;
  return coerced{.value = std::move(out.value), .changes = std::move(out.changes)};
}

} // namespace hedgerow
