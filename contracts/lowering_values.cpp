#include "contracts/json_compare.hpp"
#include "contracts/lowering_walk.hpp"
#include "contracts/lowering_words.hpp"

#include <algorithm>
#include <utility>

/// The parts of `walk` that write what limits one value, and what is told of it in words.
namespace hedgerow::lowering {
namespace {

std::string_view name_of(std::uint8_t type) {
  switch (type) {
  case null_bit:
    return "null";
  case boolean_bit:
    return "boolean";
  case string_bit:
    return "string";
  case integer_bit:
    return "integer";
  default:
    return "number";
  }
}

/// Whether `x` limits more than `y` does.
bool is_stricter(strictest choose, const json::value& x, const json::value& y) {
  if (choose == strictest::first)
    return false;
  const auto order = json::compare_numbers(x, y);
  return choose == strictest::largest ? order > 0 : order < 0;
}

void append_sentence(std::string& to, std::string_view more) {
  if (more.empty())
    return;
  to += to.empty() ? "" : " ";
  to += more;
}

} // namespace

/// A list of both booleans says nothing, and null is a type.
std::optional<json::value> walk::scalar(const conjunction& x, std::uint8_t types,
                                        const std::vector<const json::value*>* values) {
  json::value node{rapidjson::kObjectType};
  std::vector<const json::value*> listed;
  if (values != nullptr) {
    std::ranges::copy_if(*values, std::back_inserter(listed),
                         [types](const auto* value) { return (type_of(*value) & types) != 0; });
    if (listed.empty())
      return std::nullopt;
    if (std::ranges::none_of(listed, [](auto* v) { return type_of(*v) == fraction_bit; }))
      types &= static_cast<std::uint8_t>(~fraction_bit);
  }
  add(node, "type", text(name_of(types)));
  const bool is_number = (types & number_bits) != 0;
  const bool says_more = types != null_bit && (types != boolean_bit || listed.size() == 1);
  const bool has_enum = types == string_bit || (is_number && to_.number_enums)
                        || (types == boolean_bit && to_.boolean_enums);
  if (!listed.empty() && says_more && has_enum)
    write_enum(node, listed);
  else if (!listed.empty() && says_more)
    drop_values(x);
  write_limits(node, x, types);
  return node;
}

void walk::write_enum(json::value& to, const std::vector<const json::value*>& values) {
  json::value list{rapidjson::kArrayType};
  for (const auto* value : values)
    list.PushBack(json::value{*value, memory_}, memory_);
  add(to, "enum", std::move(list));
}

void walk::write_limits(json::value& to, const conjunction& x, std::uint8_t types) {
  for (const auto& keyword : limit_keywords(types))
    write_limit(to, x, keyword);
}

void walk::write_limit(json::value& to, const conjunction& x, const limit_keyword& keyword) {
  const part* from = nullptr;
  const json::value* value = nullptr;
  for (const auto& p : x.parts) {
    const auto* given = limit_in(*p.at, keyword.name);
    if (given == nullptr)
      continue;
    if (value != nullptr && keyword.choose == strictest::first && !json::equal(*given, *value)) {
      drop(p, keyword.name, *given);
    } else if (value == nullptr || is_stricter(keyword.choose, *given, *value)) {
      from = &p;
      value = given;
    }
  }
  if (value == nullptr)
    return;
  if (keeps(to_, keyword.name, *value))
    add(to, keyword.name, json::value{*value, memory_});
  else
    drop(*from, keyword.name, *value);
}

void walk::annotate(expressed& to, const conjunction& x) {
  const json::value* fallback = nullptr;
  for (const auto& p : x.parts) {
    if (p.silent)
      continue;
    if (to.title.empty())
      to.title = json::find_text(*p.at, "title");
    if (to.description.empty())
      to.description = json::find_text(*p.at, "description");
    if (fallback == nullptr)
      fallback = json::find(*p.at, "default");
  }
  append_sentence(to.description, told_);
  if (fallback != nullptr && !fallback->IsNull())
    append_sentence(to.description, default_sentence(*fallback));
}

void walk::drop_values(const conjunction& x) {
  for (const auto& p : x.parts)
    for (const auto* keyword : {"enum", "const"})
      if (const auto* value = json::find(*p.at, keyword))
        drop(p, keyword, *value);
}

void walk::drop_inexpressible(const conjunction& x, std::uint8_t types) {
  for (const auto& p : x.parts)
    for (const auto keyword : inexpressible_keywords(types))
      if (const auto* value = json::find(*p.at, keyword))
        drop(p, keyword, keyword == "if" ? *p.at : *value);
}

void walk::drop(const part& x, std::string_view keyword, const json::value& value) {
  auto pointer = x.pointer;
  json::append_token(pointer, keyword);
  auto known = dropped_.find(pointer);
  if (known == dropped_.end())
    known = dropped_.emplace(std::move(pointer), sentence(keyword, value)).first;
  tell(known->second);
}

void walk::drop_member(const std::vector<part>& schemas, std::string_view name) {
  for (const auto& x : schemas)
    tell(dropped_.emplace(x.pointer, absence_sentence(name)).first->second);
}

void walk::tell(const std::string& words) {
  if (told_.find(words) == std::string::npos)
    append_sentence(told_, words);
}

} // namespace hedgerow::lowering
