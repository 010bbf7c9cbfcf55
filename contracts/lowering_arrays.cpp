#include "contracts/lowering_walk.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

/// The parts of `walk` that write arrays.
namespace hedgerow::lowering {

std::optional<json::value> walk::array(const conjunction& x, const scope& s) {
  if (to_.all_required && s.nesting >= nesting_max)
    fail(x.parts.front(), "it is nested more than 10 levels deep");
  json::value node{rapidjson::kObjectType};
  add(node, "type", text("array"));
  drop_inexpressible(x, array_bit);
  if (!write_items(node, x, s))
    return std::nullopt;
  write_limits(node, x, array_bit);
  return node;
}

/// False if the array can have no value, or none that the dialect has words for.
bool walk::write_items(json::value& to, const conjunction& x, const scope& s) {
  const auto all = items_in(x);
  if (!all.first.empty() && to_.tuples) {
    json::value list{rapidjson::kArrayType};
    for (const auto& one : all.first) {
      auto item = express(one, s.inner());
      if (!item && failed_)
        return false;
      if (!item) { // No array reaches this far.
        if (!list.Empty())
          add(to, "prefixItems", std::move(list));
        add(to, "items", json::value{false});
        return true;
      }
      list.PushBack(sealed(std::move(*item)), memory_);
    }
    add(to, "prefixItems", std::move(list));
  }
  if (!all.first.empty() && !to_.tuples) {
    const bool ends = std::ranges::any_of(x.parts, [&](const part& p) {
      const auto* most = limit_in(*p.at, "maxItems");
      return most != nullptr && most->GetDouble() <= static_cast<double>(all.first.size());
    });
    if (all.others.empty() && !ends)
      narrowed_.insert(all.said_by.front().pointer);
    auto items = mixed_items(all, s);
    if (items)
      add(to, "items", std::move(*items));
    else if (!failed_)
      fail(x.parts.front(), "it is an array that must be empty");
    return !failed_;
  }
  if (all.others.empty() && to_.tuples)
    return true;
  auto items = express(
      all.others.empty() ? std::vector<part>{anything_at(x.parts.front())} : all.others, s.inner());
  if (items)
    add(to, "items", sealed(std::move(*items)));
  else if (!failed_ && to_.tuples)
    add(to, "items", json::value{false});
  else if (!failed_)
    fail(x.parts.front(), "it is an array that must be empty");
  return !failed_;
}

/// The items of a tuple for a dialect that takes one schema for all of them.
std::optional<json::value> walk::mixed_items(const tuple& x, const scope& s) {
  for (const auto& p : x.said_by) {
    const auto slash = p.pointer.rfind('/');
    const part owner{p.at, p.pointer.substr(0, slash), false};
    drop(owner, p.pointer.substr(slash + 1), *p.at);
  }
  auto kinds = x.first;
  if (!x.others.empty())
    kinds.push_back(x.others);
  expressed all;
  for (const auto& kind : kinds) {
    auto one = express(kind, s.inner());
    if (!one)
      break; // No array reaches this far.
    if (one->title.empty() && one->description.empty())
      std::ranges::move(one->either, std::back_inserter(all.either));
    else
      all.either.push_back(sealed(std::move(*one)));
  }
  if (failed_ || all.either.empty())
    return std::nullopt;
  all.either = distinct(std::move(all.either));
  return sealed(std::move(all));
}

} // namespace hedgerow::lowering
