#include "contracts/lowering_walk.hpp"

#include "contracts/json_compare.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace hedgerow::lowering {
namespace {

/// Into how many copies choices may multiply what stands beside them.
constexpr std::size_t copies_max = 256;

/// Whether the branches only say which members, of those named beside them, must be there.
bool only_count_members(const json::value& branches) {
  constexpr std::array<std::string_view, 5> words{"required", "minProperties", "maxProperties",
                                                  "title", "description"};
  return std::ranges::all_of(branches.GetArray(), [&](const json::value& branch) {
    return branch.IsObject() && std::ranges::all_of(branch.GetObject(), [&](const auto& member) {
             return std::ranges::find(words, json::text_of(member.name)) != words.end();
           });
  });
}

bool is_null(const json::value& x) { return json::find_text(x, "type") == "null"; }

} // namespace

std::vector<json::value> distinct(std::vector<json::value> nodes) {
  value_set once;
  std::vector<json::value> out;
  out.reserve(nodes.size()); // The set points into it.
  for (auto& node : nodes)
    if (!once.contains(node))
      once.insert(out.emplace_back(std::move(node)));
  return out;
}

std::optional<expressed> walk::express(const std::vector<part>& parts, const scope& s) {
  if (failed_ || !enter(parts, s))
    return std::nullopt;
  const auto lone = parts.size() == 1 && parts.front().at->IsObject() && to_.references && !s.follow
                        ? from_.lone_reference(parts.front())
                        : std::nullopt;
  if (lone)
    return reference(parts.front(), *lone, s);
  const auto all = from_.flattened(parts);
  if (!all)
    failed_ = all.error();
  if (failed_ || all->impossible || !charge(all->parts))
    return std::nullopt;
  auto outer = std::exchange(told_, {});
  expressed out;
  const auto one = choice_in(*all, s.taken);
  if (all->parts.empty())
    out.either = anything(parts);
  else
    out.either = one ? united(*all, *one, s) : typed(*all, s);
  annotate(out, *all);
  told_ = std::move(outer);
  return out.either.empty() || failed_ ? std::nullopt : std::optional{std::move(out)};
}

/// A `$ref` must stand alone, and what is told of one alternative is not told of all.
json::value walk::sealed(expressed x) {
  const auto nulls = to_.nullable ? std::erase_if(x.either, is_null) : 0;
  json::value node{rapidjson::kObjectType};
  if (x.either.empty()) {
    add(node, "type", text("null"));
  } else if (x.either.size() == 1) {
    auto& sole = x.either.front();
    const bool annotated = !x.title.empty() || !x.description.empty();
    const bool alone = json::find(sole, "$ref") != nullptr || json::find(sole, "title") != nullptr
                       || json::find(sole, "description") != nullptr;
    if (annotated && alone) {
      json::value list{rapidjson::kArrayType};
      list.PushBack(std::move(sole), memory_);
      add(node, "anyOf", std::move(list));
    } else {
      node = std::move(sole);
    }
  } else {
    json::value list{rapidjson::kArrayType};
    for (auto& one : x.either)
      list.PushBack(std::move(one), memory_);
    add(node, "anyOf", std::move(list));
  }
  if (!x.title.empty())
    add(node, "title", text(x.title));
  if (!x.description.empty())
    add(node, "description", text(x.description));
  if (nulls > 0 && !is_null(node))
    add(node, "nullable", json::value{true});
  return node;
}

expressed walk::reference(const part& x, std::string_view ref, const scope& s) {
  expressed out;
  auto target = from_.target(ref, x);
  if (!target) {
    failed_ = target.error();
    return out;
  }
  const auto index = defined(*target);
  edges_.push_back({current_, index, s.optional});
  auto& node = out.either.emplace_back(rapidjson::kObjectType);
  add(node, "$ref", text("#/$defs/" + definitions_[index].name));
  annotate(out, {{x}, false});
  return out;
}

/// The branches of a choice, each joined with all that is said beside it.
std::vector<json::value> walk::united(const conjunction& x, const choice& one, const scope& s) {
  auto taken = s.taken;
  taken.push_back(one.branches);
  const bool joined =
      std::ranges::any_of(x.parts, [&](const auto& p) { return constrains(p, taken); });
  const auto& branches = *one.branches;
  scope next = s;
  next.depth += 1;
  next.follow = false;
  next.copies *= joined ? branches.Size() : 1;
  next.taken = joined ? taken : std::vector<const json::value*>{};
  const bool too_many = next.copies > copies_max;
  if (too_many && (stated_types(x).value_or(object_bit) & object_bit) != 0) {
    fail(one.of, "its choices multiply");
    return {};
  }
  // Tools need a single object at the root.
  if (joined && (too_many || (s.root && only_count_members(branches)))) {
    drop(one.of, one.keyword, branches);
    next.copies = s.copies;
    next.taken = taken;
    const auto rest = choice_in(x, taken);
    return rest ? united(x, *rest, next) : typed(x, next);
  }
  if (one.keyword == "oneOf" && branches.Size() > 1 && !from_.exclusive(one))
    dropped_.emplace(below(one.of, "oneOf", branches).pointer, std::string{});
  auto base = joined ? x.parts : std::vector<part>{};
  for (auto& p : base)
    p.silent = true;
  return branches_of(one, base, next);
}

std::vector<json::value> walk::branches_of(const choice& one, const std::vector<part>& base,
                                           const scope& s) {
  std::vector<json::value> out;
  for (rapidjson::SizeType i = 0; i < one.branches->Size(); ++i) {
    auto parts = base;
    parts.push_back(below(one.of, one.keyword, (*one.branches)[i], std::to_string(i)));
    parts.back().silent = false;
    auto branch = express(parts, s);
    if (!branch)
      continue;
    if (branch->title.empty() && branch->description.empty())
      std::ranges::move(branch->either, std::back_inserter(out));
    else
      out.push_back(sealed(std::move(*branch)));
  }
  return distinct(std::move(out));
}

std::vector<json::value> walk::anything(const std::vector<part>& parts) {
  if (to_.closed)
    fail(parts.front(), "nothing says of what type it is");
  std::vector<json::value> out;
  out.emplace_back(rapidjson::kObjectType);
  return out;
}

std::vector<json::value> walk::typed(const conjunction& x, const scope& s) {
  drop_inexpressible(x, all_types);
  auto types = stated_types(x);
  if (!types) {
    types = implied_types(x);
    if (*types == 0)
      return anything(x.parts);
    narrowed_.insert(x.parts.front().pointer);
  }
  const auto values = stated_values(x, *types);
  if (values && (*types & (object_bit | array_bit)) != 0)
    drop_values(x);
  std::vector<json::value> out;
  const auto keep = [&](std::optional<json::value> node) {
    if (node)
      out.push_back(std::move(*node));
  };
  for (const int bits : {int{string_bit}, int{number_bits}, int{boolean_bit}, int{object_bit},
                         int{array_bit}, int{null_bit}}) {
    const auto of = static_cast<std::uint8_t>(bits & *types);
    if (of == object_bit)
      keep(object(x, s));
    else if (of == array_bit)
      keep(array(x, s));
    else if (of != 0)
      keep(scalar(x, of, values ? &*values : nullptr));
  }
  return out;
}

} // namespace hedgerow::lowering
