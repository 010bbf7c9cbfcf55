#include "contracts/lowering_facts.hpp"

#include "contracts/json_compare.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace hedgerow::lowering {
namespace {

using namespace std::string_view_literals;

constexpr std::array general{"type"sv, "enum"sv, "const"sv, "anyOf"sv, "oneOf"sv};

/// The values that `x` itself leaves; nothing: any.
std::optional<std::vector<const json::value*>> values_in(const part& x) {
  if (const auto* values = json::find(*x.at, "enum"); values != nullptr && values->IsArray()) {
    std::vector<const json::value*> out;
    for (const auto& item : values->GetArray())
      out.push_back(&item);
    return out;
  }
  if (const auto* value = json::find(*x.at, "const"))
    return std::vector{value};
  return std::nullopt;
}

} // namespace

value_set::value_set(const std::vector<const json::value*>& values) {
  for (const auto* value : values)
    insert(*value);
}

bool value_set::contains(const json::value& x) const {
  const auto [first, last] = by_hash_.equal_range(json::hash(x));
  return std::any_of(first, last, [&](const auto& y) { return json::equal(*y.second, x); });
}

bool value_set::insert(const json::value& x) {
  if (contains(x))
    return false;
  by_hash_.emplace(json::hash(x), &x);
  return true;
}

part below(const part& from, std::string_view keyword, const json::value& at) {
  auto pointer = from.pointer;
  json::append_token(pointer, keyword);
  return {&at, std::move(pointer), from.silent};
}

part below(const part& from, std::string_view keyword, const json::value& at,
           std::string_view token) {
  auto out = below(from, keyword, at);
  json::append_token(out.pointer, token);
  return out;
}

part anything_at(const part& at) {
  static const json::value yes{true};
  return {&yes, at.pointer, at.silent};
}

std::optional<std::uint8_t> stated_types(const conjunction& x) {
  std::optional<std::uint8_t> out;
  const auto narrow = [&out](std::uint8_t to) { out = out.value_or(all_types) & to; };
  for (const auto& p : x.parts) {
    if (const auto* type = json::find(*p.at, "type"))
      narrow(types_named(*type));
    if (const auto values = values_in(p)) {
      std::uint8_t types = 0;
      for (const auto* value : *values)
        types |= type_of(*value);
      narrow(types);
    }
  }
  return out;
}

std::uint8_t implied_types(const conjunction& x) {
  std::uint8_t out = 0;
  for (const auto& p : x.parts)
    for (const auto& member : p.at->GetObject()) {
      const auto types = types_about(json::text_of(member.name));
      out |= types == all_types ? 0 : types;
    }
  return out;
}

std::optional<std::vector<const json::value*>> stated_values(const conjunction& x,
                                                             std::uint8_t types) {
  std::optional<std::vector<const json::value*>> out;
  for (const auto& p : x.parts) {
    const auto values = values_in(p);
    if (!values)
      continue;
    const value_set before{out.value_or(std::vector<const json::value*>{})};
    value_set once;
    std::vector<const json::value*> both;
    for (const auto* value : *values)
      if ((type_of(*value) & types) != 0 && (!out || before.contains(*value))
          && once.insert(*value))
        both.push_back(value);
    out = std::move(both);
  }
  return out;
}

std::optional<choice> choice_in(const conjunction& x,
                                const std::vector<const json::value*>& taken) {
  for (const auto& p : x.parts)
    for (const auto keyword : {"anyOf"sv, "oneOf"sv}) {
      const auto* branches = json::find(*p.at, keyword);
      if (branches != nullptr && branches->IsArray()
          && std::ranges::find(taken, branches) == taken.end())
        return choice{branches, p, keyword};
    }
  return std::nullopt;
}

bool constrains(const part& x, const std::vector<const json::value*>& taken) {
  return std::ranges::any_of(x.at->GetObject(), [&](const auto& member) {
    const auto name = json::text_of(member.name);
    if (std::ranges::find(taken, &member.value) != taken.end())
      return false;
    return name == "allOf" || std::ranges::find(general, name) != general.end()
           || types_about(name) != 0;
  });
}

std::vector<std::string_view> fixed_members(const part& x) {
  constexpr std::size_t most = 32;
  std::vector<std::string_view> out;
  const auto* named = json::find(*x.at, "properties");
  if (named == nullptr || !named->IsObject())
    return out;
  for (const auto& member : named->GetObject()) {
    const auto fixed =
        json::find(member.value, "const") != nullptr || json::find(member.value, "enum") != nullptr;
    if (fixed && out.size() < most)
      out.push_back(json::text_of(member.name));
  }
  return out;
}

std::optional<part> member_in(const part& x, std::string_view name) {
  const auto* named = json::find(*x.at, "properties");
  const auto* found = named == nullptr ? nullptr : json::find(*named, name);
  return found == nullptr ? std::nullopt : std::optional{below(x, "properties", *found, name)};
}

bool requires_member(const part& x, std::string_view name) {
  const auto* list = json::find(*x.at, "required");
  return list != nullptr && list->IsArray()
         && std::ranges::any_of(list->GetArray(), [name](const json::value& item) {
              return item.IsString() && json::text_of(item) == name;
            });
}

bool share_value(const part& a, const part& b) {
  const auto ours = a.at->IsObject() ? values_in(a) : std::nullopt;
  const auto theirs = b.at->IsObject() ? values_in(b) : std::nullopt;
  if (!ours || !theirs)
    return true;
  const value_set known{*theirs};
  return std::ranges::any_of(*ours, [&](const auto* x) { return known.contains(*x); });
}

tuple items_in(const conjunction& x) {
  tuple out;
  std::vector<std::vector<part>> lists;
  std::vector<std::optional<part>> rests;
  for (const auto& p : x.parts) {
    const auto* items = json::find(*p.at, "items");
    const auto old = items != nullptr && items->IsArray();
    const auto keyword = old ? "items"sv : "prefixItems"sv;
    const auto* list = json::find(*p.at, keyword);
    auto& own = lists.emplace_back();
    if (list != nullptr && list->IsArray() && !list->Empty()) {
      out.said_by.push_back(below(p, keyword, *list));
      for (rapidjson::SizeType i = 0; i < list->Size(); ++i)
        own.push_back(below(p, keyword, (*list)[i], std::to_string(i)));
    }
    const auto* rest = old ? json::find(*p.at, "additionalItems") : items;
    rests.push_back(rest == nullptr
                        ? std::nullopt
                        : std::optional{below(p, old ? "additionalItems" : "items", *rest)});
    if (rests.back())
      out.others.push_back(*rests.back());
    out.first.resize(std::max(out.first.size(), own.size()));
  }
  for (std::size_t i = 0; i < out.first.size(); ++i)
    for (std::size_t j = 0; j < lists.size(); ++j) {
      if (i < lists[j].size())
        out.first[i].push_back(lists[j][i]);
      else if (rests[j])
        out.first[i].push_back(*rests[j]);
    }
  return out;
}

} // namespace hedgerow::lowering
