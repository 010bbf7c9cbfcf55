#include "contracts/lowering_walk.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

/// The parts of `walk` that write objects.
namespace hedgerow::lowering {
namespace {

/// Whether `x` takes any value: `true` or `{}`.
bool takes_all(const json::value& x) { return x.IsTrue() || (x.IsObject() && x.ObjectEmpty()); }

bool is_false(const part& x, std::string_view keyword) {
  const auto* value = json::find(*x.at, keyword);
  return value != nullptr && value->IsFalse();
}

bool forbids_others(const part& x) { return is_false(x, "additionalProperties"); }

bool has_patterns(const part& x) {
  const auto* patterns = json::find(*x.at, "patternProperties");
  return patterns != nullptr && patterns->IsObject() && !patterns->ObjectEmpty();
}

/// What `x` says of members that it does not name; nothing: nothing.
std::optional<part> others_in(const part& x) {
  const auto* value = json::find(*x.at, "additionalProperties");
  return value == nullptr || takes_all(*value)
             ? std::nullopt
             : std::optional{below(x, "additionalProperties", *value)};
}

} // namespace

/// The members that the schemas of one object name, in the order of their first mention.
struct walk::members {
  struct member {
    std::string_view name;
    std::vector<part> schemas;
    bool required = false;
  };

  std::vector<member> list;
  std::unordered_map<std::string_view, std::size_t> index;
  /// Some schema has `properties`, if only an empty one.
  bool named = false;
  /// No others are taken, as the object is written.
  bool closed = false;

  member& at(std::string_view name) {
    const auto [i, is_new] = index.emplace(name, list.size());
    if (is_new)
      list.push_back({name, {}, false});
    return list[i->second];
  }
};

/// A member that one schema names has to satisfy what another says of all it does not name.
walk::members walk::members_of(const conjunction& x) {
  members out;
  for (const auto& p : x.parts) {
    const auto* named = json::find(*p.at, "properties");
    if (named != nullptr && named->IsObject()) {
      out.named = true;
      for (const auto& [name, shape] : named->GetObject())
        out.at(json::text_of(name))
            .schemas.push_back(below(p, "properties", shape, json::text_of(name)));
    }
    const auto* required = json::find(*p.at, "required");
    if (required != nullptr && required->IsArray())
      for (const auto& name : required->GetArray())
        if (name.IsString())
          out.at(json::text_of(name)).required = true;
  }
  for (const auto& p : x.parts) {
    const auto others = others_in(p);
    if (!others || has_patterns(p))
      continue;
    members own;
    if (const auto* named = json::find(*p.at, "properties"); named != nullptr && named->IsObject())
      for (const auto& [name, shape] : named->GetObject())
        own.at(json::text_of(name));
    if (!charge(out.list.size(), p))
      return out;
    for (auto& one : out.list)
      if (!own.index.contains(one.name))
        one.schemas.push_back(*others);
  }
  return out;
}

/// Whether `x` names members for some values only that `all` does not have.
bool walk::names_more(const json::value& x, const members& all) {
  const auto has_more = [&all](const json::value& shape) {
    const auto* named = json::find(shape, "properties");
    return named != nullptr && named->IsObject()
           && std::ranges::any_of(named->GetObject(), [&all](const auto& member) {
                return !all.index.contains(json::text_of(member.name));
              });
  };
  for (const auto* keyword : {"then", "else"})
    if (const auto* shape = json::find(x, keyword); shape != nullptr && has_more(*shape))
      return true;
  for (const auto* keyword : {"dependentSchemas", "dependencies"})
    if (const auto* shapes = json::find(x, keyword); shapes != nullptr && shapes->IsObject())
      for (const auto& member : shapes->GetObject())
        if (has_more(member.value))
          return true;
  return false;
}

/// `unevaluatedProperties: false` forbids what no schema beside it names or allows.
bool walk::forbids_unevaluated(const conjunction& x, const members& all) {
  return std::ranges::any_of(x.parts,
                             [](const part& p) { return is_false(p, "unevaluatedProperties"); })
         && std::ranges::none_of(x.parts, [&all](const part& p) {
              const auto* others = json::find(*p.at, "additionalProperties");
              return (others != nullptr && !others->IsFalse()) || has_patterns(p)
                     || names_more(*p.at, all);
            });
}

/// Only a schema that has all others within itself sees all that they name.
void walk::drop_unevaluated(const conjunction& x, const members& all) {
  for (const auto& p : x.parts) {
    const auto* value = json::find(*p.at, "unevaluatedProperties");
    const auto has_within = [&p](const part& other) {
      return &other == &p || other.pointer.starts_with(p.pointer + '/');
    };
    const bool holds = all.closed && std::ranges::all_of(x.parts, has_within);
    if (value != nullptr && !takes_all(*value) && !holds)
      drop(p, "unevaluatedProperties", *value);
  }
}

/// In a closed dialect an object whose members have no names could only be empty.
bool walk::may_close(const conjunction& x, const members& all) {
  if (const auto i = std::ranges::find_if(x.parts, has_patterns); i != x.parts.end()) {
    fail(*i, "its members are named by patterns");
    return false;
  }
  if (std::ranges::any_of(x.parts, forbids_others))
    return true;
  for (const auto& p : x.parts)
    if (names_more(*p.at, all)) {
      fail(p, "some of its members depend on others");
      return false;
    }
  if (forbids_unevaluated(x, all))
    return true;
  for (const auto& p : x.parts)
    if (others_in(p)) {
      fail(p, "it is a map, whose members have no fixed names");
      return false;
    }
  const bool free = std::ranges::any_of(
      x.parts, [](const part& p) { return json::find(*p.at, "additionalProperties") != nullptr; });
  if (all.list.empty() && (free || !all.named)) {
    fail(x.parts.front(), "it is an object with members of any name");
    return false;
  }
  narrowed_.insert(x.parts.front().pointer);
  return true;
}

std::optional<json::value> walk::object(const conjunction& x, const scope& s) {
  if (to_.all_required && s.nesting >= nesting_max)
    fail(x.parts.front(), "it is nested more than 10 levels deep");
  auto all = members_of(x);
  if (to_.closed && !may_close(x, all))
    return std::nullopt;
  all.closed =
      to_.closed
      || (to_.additional_properties && std::ranges::none_of(x.parts, has_patterns)
          && (std::ranges::any_of(x.parts, forbids_others) || forbids_unevaluated(x, all)));
  json::value node{rapidjson::kObjectType};
  add(node, "type", text("object"));
  write_limits(node, x, object_bit);
  drop_inexpressible(x, object_bit);
  drop_unevaluated(x, all);
  if (!write_members(node, all, x.parts.front(), s) || !write_other_members(node, all, x, s))
    return std::nullopt;
  return node;
}

/// False if the object can have no value.
bool walk::write_members(json::value& to, const members& all, const part& at, const scope& s) {
  json::value properties{rapidjson::kObjectType};
  json::value required{rapidjson::kArrayType};
  for (const auto& one : all.list) {
    const bool optional = !one.required;
    auto parts = one.schemas;
    if (parts.empty()) // Required, and nothing else is said of it.
      parts.push_back(anything_at(at));
    auto shape = express(parts, s.inner(optional));
    if (!shape && (failed_ || one.required))
      return false;
    if (!shape && !all.closed)
      drop_member(one.schemas, one.name);
    if (!shape)
      continue; // It may only be absent.
    const auto is_null = [](const json::value& v) { return json::find_text(v, "type") == "null"; };
    if (optional && to_.all_required && std::ranges::none_of(shape->either, is_null))
      add(shape->either.emplace_back(rapidjson::kObjectType), "type", text("null"));
    add(properties, one.name, sealed(std::move(*shape)));
    if (one.required || to_.all_required)
      required.PushBack(text(one.name), memory_);
  }
  if (all.named || !properties.ObjectEmpty())
    add(to, "properties", std::move(properties));
  if (!required.Empty() || to_.all_required)
    add(to, "required", std::move(required));
  return true;
}

bool walk::write_other_members(json::value& to, const members& all, const conjunction& x,
                               const scope& s) {
  if (all.closed) {
    add(to, "additionalProperties", json::value{false});
    return true;
  }
  std::vector<part> others;
  for (const auto& p : x.parts)
    if (auto said = others_in(p))
      others.push_back(std::move(*said));
  if (others.empty())
    return true;
  if (to_.additional_properties && std::ranges::none_of(x.parts, has_patterns)) {
    if (auto shape = express(others, s.inner(true)))
      add(to, "additionalProperties", sealed(std::move(*shape)));
    else if (!failed_)
      add(to, "additionalProperties", json::value{false});
  } else {
    for (const auto& p : x.parts)
      if (const auto* value = json::find(*p.at, "additionalProperties"); value && others_in(p))
        drop(p, "additionalProperties", *value);
  }
  return !failed_;
}

} // namespace hedgerow::lowering
