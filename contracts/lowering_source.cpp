#include "contracts/lowering_source.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace hedgerow::lowering {
namespace {

error refused(const part& at, std::string_view keyword, const std::string& message) {
  auto pointer = at.pointer;
  json::append_token(pointer, keyword);
  return {.code = errc::config_invalid,
          .message = "the schema cannot be sent: " + message,
          .param = std::move(pointer)};
}

std::optional<char> hex_byte(std::string_view digits) {
  int value = 0;
  for (const char c : digits) {
    const auto digit = std::string_view{"0123456789abcdef"}.find(static_cast<char>(c | 0x20));
    if (digit == std::string_view::npos)
      return std::nullopt;
    value = value * 16 + static_cast<int>(digit);
  }
  return digits.size() == 2 ? std::optional{static_cast<char>(value)} : std::nullopt;
}

/// `%25` as `%`; what is no escape stays.
std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = text[i] == '%' ? hex_byte(text.substr(i + 1, 2)) : std::nullopt;
    out += byte.value_or(text[i]);
    i += byte ? 2 : 0;
  }
  return out;
}

bool is_draft_before_2019(std::string_view uri) {
  return std::ranges::any_of(std::initializer_list<std::string_view>{"/draft-03/", "/draft-04/",
                                                                     "/draft-06/", "/draft-07/"},
                             [&](auto draft) { return uri.find(draft) != std::string_view::npos; });
}

/// The schemas of the array `list`, which is a member of `from`, pushed for a stack: last first.
void push_reversed(std::vector<part>& to, const part& from, std::string_view keyword,
                   const json::value& list) {
  for (auto i = list.Size(); i-- > 0;) {
    to.push_back(below(from, keyword, list[i], std::to_string(i)));
    to.back().silent = from.silent;
  }
}

bool has_reference(const json::value& x) {
  const auto* ref = json::find(x, "$ref");
  return ref != nullptr && ref->IsString();
}

const json::value* sole_branch(const json::value& x, std::string_view keyword) {
  const auto* list = json::find(x, keyword);
  return list != nullptr && list->IsArray() && list->Size() == 1 ? &(*list)[0] : nullptr;
}

} // namespace

source::source(const json::value& root) : root_{&root} {
  lonely_references_ = is_draft_before_2019(json::find_text(root, "$schema"));
  index();
}

/// Finds the anchors. A value within `enum` or `const` is no schema, whatever it looks like.
void source::index() {
  std::vector<part> open{{root_, {}}};
  while (!open.empty()) {
    const auto here = std::move(open.back());
    open.pop_back();
    if (here.at->IsArray())
      for (rapidjson::SizeType i = 0; i < here.at->Size(); ++i)
        if ((*here.at)[i].IsObject() || (*here.at)[i].IsArray())
          open.push_back(below(here, std::to_string(i), (*here.at)[i]));
    if (!here.at->IsObject())
      continue;
    for (const auto& [key, value] : here.at->GetObject()) {
      const auto name = json::text_of(key);
      const auto is_id = name == "$id" && value.IsString();
      if (is_id && json::text_of(value).starts_with('#'))
        anchors_.emplace(json::text_of(value).substr(1), here);
      else if (is_id && here.at != root_)
        has_inner_id_ = true;
      else if ((name == "$anchor" || name == "$dynamicAnchor") && value.IsString())
        anchors_.emplace(json::text_of(value), here);
      else if (name != "enum" && name != "const" && (value.IsObject() || value.IsArray()))
        open.push_back(below(here, name, value));
    }
  }
}

result<part> source::target(std::string_view ref, const part& from) const {
  if (has_inner_id_)
    return refused(from, "$ref", "a schema with references has an $id below its root");
  auto fragment = ref;
  if (const auto own = json::find_text(*root_, "$id"); !own.empty() && ref.starts_with(own))
    fragment = ref.substr(own.size());
  if (fragment.empty() || fragment == "#")
    return root();
  const auto name = percent_decoded(fragment.substr(1));
  if (fragment.starts_with("#/")) {
    if (const auto* found = json::at(*root_, name))
      return part{found, name};
  } else if (const auto found = anchors_.find(name);
             fragment.starts_with('#') && found != anchors_.end()) {
    return found->second;
  }
  return refused(from, "$ref", "a reference leads to nothing in the schema");
}

std::optional<std::string_view> source::lone_reference(const part& x) const {
  const auto* here = x.at;
  // Older generators put a reference into an allOf of its own to describe it.
  for (const auto* all = sole_branch(*here, "allOf"); all != nullptr && !has_reference(*here);
       all = sole_branch(*here, "allOf")) {
    if (constrains({here, {}}, {json::find(*here, "allOf")}))
      return std::nullopt;
    here = all;
  }
  if (!here->IsObject() || !has_reference(*here))
    return std::nullopt;
  return lonely_references_ || !constrains({here, {}}, {})
             ? std::optional{json::find_text(*here, "$ref")}
             : std::nullopt;
}

bool source::ignores_siblings(const json::value& x) const {
  return lonely_references_ && has_reference(x);
}

result<conjunction> source::flattened(const std::vector<part>& from) const {
  conjunction out;
  std::set<const json::value*> seen;
  std::vector<part> open{from.rbegin(), from.rend()};
  while (!open.empty()) {
    const auto here = std::move(open.back());
    open.pop_back();
    if (here.at->IsFalse())
      out.impossible = true;
    if (!here.at->IsObject() || !seen.insert(here.at).second)
      continue;
    for (const auto* dynamic : {"$dynamicRef", "$recursiveRef"})
      if (json::find(*here.at, dynamic) != nullptr)
        return refused(here, dynamic, "a dynamic reference cannot be sent");
    const bool refers = has_reference(*here.at);
    if (!ignores_siblings(*here.at)) {
      if (const auto* all = json::find(*here.at, "allOf"); all != nullptr && all->IsArray())
        push_reversed(open, here, "allOf", *all);
      out.parts.push_back(here);
    }
    if (refers) {
      auto next = target(json::find_text(*here.at, "$ref"), here);
      if (!next)
        return next.error();
      next->silent = here.silent;
      open.push_back(std::move(*next));
    }
  }
  return out;
}

bool source::exclusive(const choice& x) const {
  constexpr rapidjson::SizeType branches_max = 64; // Every pair is looked at.
  const auto& list = *x.branches;
  if (list.Size() > branches_max)
    return false;
  std::vector<part> branches;
  for (rapidjson::SizeType i = 0; i < list.Size(); ++i) {
    auto branch = below(x.of, x.keyword, list[i], std::to_string(i));
    const auto ref = lone_reference(branch);
    auto followed = ref ? target(*ref, branch) : result<part>{branch};
    branches.push_back(followed ? std::move(*followed) : std::move(branch));
  }
  for (std::size_t i = 0; i < branches.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (!disjoint(branches[i], branches[j]))
        return false;
  return true;
}

bool source::disjoint(const part& a, const part& b) const {
  const conjunction one{{a}, false};
  const conjunction other{{b}, false};
  const auto types = stated_types(one).value_or(all_types);
  const auto others = stated_types(other).value_or(all_types);
  if ((types & others) == 0)
    return true;
  if (types != object_bit || others != object_bit)
    return false;
  for (const auto& name : fixed_members(a)) {
    const auto in_a = member_in(a, name);
    const auto in_b = member_in(b, name);
    if (in_b && requires_member(a, name) && requires_member(b, name) && !share_value(*in_a, *in_b))
      return true;
  }
  return false;
}

} // namespace hedgerow::lowering
