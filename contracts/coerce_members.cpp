#include "contracts/coerce_members.hpp"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <unordered_set>

namespace hedgerow::coercion {
namespace {

/// A name in lower case, without separators: `orderId`, `order_id` and `Order-ID` are the same.
std::string plain_name(std::string_view name) {
  std::string out;
  for (const char c : name)
    if (c != '_' && c != '-' && c != ' ')
      out += c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  return out;
}

using known_name = name_map<member_rules::named>::entry;

/// The properties that an object lacks, by their plain name; null where several share it.
using absent_names = std::unordered_map<std::string, const known_name*>;

absent_names absent_from(const member_rules& r, const json::value& x) {
  std::unordered_set<std::string_view> present;
  for (const auto& member : x.GetObject())
    present.insert(json::text_of(member.name));
  absent_names out;
  for (const auto& known : r.names.entries()) {
    if (present.contains(known.key.name))
      continue;
    const auto [i, fresh] = out.emplace(plain_name(known.key.name), &known);
    if (!fresh)
      i->second = nullptr;
  }
  return out;
}

void take_name(member_step& step, const known_name& known) {
  step.name = known.key.name;
  step.is_required = known.value.bits != 0;
  if (known.value.node)
    step.nodes.push_back(*known.value.node);
}

} // namespace

std::vector<member_step> plan_members(const schema_program& code, const member_rules& r,
                                      const json::value& x) {
  std::vector<member_step> out;
  std::optional<absent_names> absent;
  const auto is_closed = r.rest && code.nodes[*r.rest].is_never();
  for (auto i = x.MemberBegin(); i != x.MemberEnd(); ++i) {
    member_step step{.from = &*i, .name = json::text_of(i->name), .nodes = {}};
    const auto* known = r.names.find(step.name);
    if (known != nullptr)
      take_name(step, *known);
    for (const auto& [number, node] : r.patterns)
      if (code.patterns[number].matches(step.name))
        step.nodes.push_back(node);
    const auto is_known = (known != nullptr && known->value.node) || !step.nodes.empty();
    if (!is_known && known == nullptr) {
      if (!absent)
        absent = absent_from(r, x);
      const auto meant = absent->find(plain_name(step.name));
      const auto* other = meant == absent->end() ? nullptr : meant->second;
      if (other != nullptr && (is_closed || other->value.bits != 0)) {
        take_name(step, *other);
        step.is_renamed = true;
        meant->second = nullptr; // Two members cannot both be that property.
      } else if (is_closed) {
        step.is_forbidden = true;
      }
    }
    if (!is_known && !step.is_renamed && !step.is_forbidden && r.rest)
      step.nodes.push_back(*r.rest);
    out.push_back(std::move(step));
  }
  return out;
}

} // namespace hedgerow::coercion
