#include "contracts/schema_compiler.hpp"

#include <algorithm>

/// The keywords that look into arrays and objects.
namespace hedgerow {
namespace {

constexpr std::size_t required_bits = 64;

std::optional<std::vector<std::string_view>> names_in(const json::value& given) {
  if (!given.IsArray())
    return std::nullopt;
  std::vector<std::string_view> out;
  for (const auto& name : given.GetArray()) {
    if (!name.IsString())
      return std::nullopt;
    out.push_back(json::text_of(name));
  }
  return out;
}

} // namespace

void schema_compiler::compile_array(const subschema& at) {
  compile_count(at, keyword::min_items, op::items_min, array_type);
  compile_count(at, keyword::max_items, op::items_max, array_type);
  compile_items(at);
  compile_contains(at);
  const auto* unique = at[keyword::unique_items];
  if (unique != nullptr && !unique->IsBool())
    fail(at, keyword::unique_items, "must be true or false");
  if (unique != nullptr && unique->IsTrue())
    add({.what = op::unique_items, .applies = array_type, .word = keyword::unique_items});
}

void schema_compiler::compile_items(const subschema& at) {
  const auto* items = at[keyword::items];
  const auto is_tuple = items != nullptr && items->IsArray();
  if (is_tuple && at[keyword::prefix_items] != nullptr)
    return fail(at, keyword::items, "must not be an array beside prefixItems");
  item_rules made;
  made.first = inner_list(at, is_tuple ? keyword::items : keyword::prefix_items);
  if (!is_tuple)
    made.rest = inner(at, keyword::items);
  else if (const auto* rest = json::find(*at.source, to_string(keyword::additional_items)))
    // Found by its name, because 2020-12 knows neither it nor this form of `items`, but people
    // write both without a `$schema`.
    made.rest = want(at, *rest, below(at, keyword::additional_items), keyword::additional_items);
  if (made.first.empty() && !made.rest)
    return;
  add({.what = op::items,
       .applies = array_type,
       .word = keyword::items,
       .a = static_cast<std::uint32_t>(out_.item_rule_table.size())});
  out_.item_rule_table.push_back(std::move(made));
}

void schema_compiler::compile_contains(const subschema& at) {
  const auto wanted = inner(at, keyword::contains);
  if (!wanted)
    return;
  contains_rules made{.wanted = *wanted};
  made.least = count(at, keyword::min_contains).value_or(1);
  made.most = count(at, keyword::max_contains);
  made.evaluates = at.how.version >= draft::draft2020;
  add({.what = op::contains,
       .applies = array_type,
       .word = keyword::contains,
       .a = static_cast<std::uint32_t>(out_.contains_rule_table.size())});
  out_.contains_rule_table.push_back(made);
}

void schema_compiler::compile_object(const subschema& at) {
  compile_count(at, keyword::min_properties, op::members_min, object_type);
  compile_count(at, keyword::max_properties, op::members_max, object_type);
  compile_members(at);
  compile_dependents(at);
  if (const auto name = inner(at, keyword::property_names))
    add({.what = op::member_names,
         .applies = object_type,
         .word = keyword::property_names,
         .a = *name});
}

void schema_compiler::compile_members(const subschema& at) {
  std::vector<std::string_view> required;
  if (const auto* given = at[keyword::required]) {
    if (auto names = names_in(*given))
      required = std::move(*names);
    else
      return fail(at, keyword::required, "must be an array of names");
  }
  member_rules made;
  std::vector<name_map<member_rules::named>::entry> listed;
  std::map<std::string_view, std::size_t> known;
  for_each_inner(at, keyword::properties, [&](std::string_view name, const json::value& x) {
    if (known.emplace(name, listed.size()).second)
      listed.push_back({.key = name_key{name},
                        .value = {.node = want(at, x, below(at, keyword::properties, name),
                                               keyword::properties)}});
  });
  for_each_inner(at, keyword::pattern_properties, [&](std::string_view text, const json::value& x) {
    const auto pointer = below(at, keyword::pattern_properties, text);
    if (const auto number = pattern_number(text, pointer))
      made.patterns.push_back(
          {.pattern = *number, .node = want(at, x, pointer, keyword::pattern_properties)});
  });
  made.rest = inner(at, keyword::additional_properties);
  if (listed.empty() && made.patterns.empty() && !made.rest)
    return compile_required(required);
  const auto fused = std::min(required.size(), required_bits);
  compile_required(std::span{required}.subspan(fused));
  for (std::size_t i = 0; i < fused; ++i) {
    const auto [entry, is_new] = known.emplace(required[i], listed.size());
    if (is_new)
      listed.push_back({.key = name_key{required[i]}, .value = {}});
    listed[entry->second].value.bits |= std::uint64_t{1} << i;
  }
  required.resize(fused);
  made.required = std::move(required);
  made.names = name_map<member_rules::named>{std::move(listed)};
  add({.what = op::members,
       .applies = object_type,
       .word = keyword::properties,
       .a = static_cast<std::uint32_t>(out_.member_rule_table.size())});
  out_.member_rule_table.push_back(std::move(made));
}

void schema_compiler::compile_required(std::span<const std::string_view> required) {
  if (required.empty())
    return;
  const auto first = static_cast<std::uint32_t>(out_.names.size());
  out_.names.insert(out_.names.end(), required.begin(), required.end());
  add({.what = op::required,
       .applies = object_type,
       .word = keyword::required,
       .a = first,
       .b = static_cast<std::uint32_t>(out_.names.size())});
}

void schema_compiler::compile_dependents(const subschema& at) {
  for (const auto word :
       {keyword::dependencies, keyword::dependent_required, keyword::dependent_schemas}) {
    const auto first = static_cast<std::uint32_t>(out_.dependents.size());
    for_each_inner(at, word, [&](std::string_view name, const json::value& x) {
      const auto is_list =
          word == keyword::dependent_required || (word == keyword::dependencies && x.IsArray());
      auto required = is_list ? names_in(x) : std::vector<std::string_view>{};
      dependent made{.name = name, .node = std::nullopt};
      if (!required)
        fail(below(at, word, name), "must be an array of names");
      else if (is_list)
        made.required = std::move(*required);
      else
        made.node = want(at, x, below(at, word, name), word);
      out_.dependents.push_back(std::move(made));
    });
    const auto end = static_cast<std::uint32_t>(out_.dependents.size());
    if (first != end)
      add({.what = op::dependents, .applies = object_type, .word = word, .a = first, .b = end});
  }
}

} // namespace hedgerow
