#include "contracts/json_compare.hpp"
#include "contracts/schema_checker.hpp"

#include <algorithm>
#include <array>

namespace hedgerow {
namespace {

/// Subschemas within subschemas; a schema that refers to itself without moving on ends here.
constexpr unsigned depth_max = 1000;
/// Rules, values and 64 bytes of text looked at; about half a second.
constexpr std::size_t work_max = 10'000'000;

constexpr std::uint8_t numbers = number_type | integer_type;

/// By RapidJSON's type; a number may still turn out to be no integer.
constexpr std::array<std::uint8_t, 7> type_bits{null_type,  boolean_type, boolean_type, object_type,
                                                array_type, string_type,  numbers};

inline std::uint8_t types_of(const json::value& x) {
  const auto type = x.GetType();
  if (type == rapidjson::kNumberType)
    return x.IsDouble() ? numbers : numbers | plain_integer;
  if (type == rapidjson::kObjectType && json::is_decimal(x))
    return numbers;
  return type_bits[type];
}

/// Requires: `node` and `types` have a type in common.
inline bool is_integer_if_asked(const schema_node& node, std::uint8_t types, const json::value& x) {
  const auto integers_only = types == numbers && (node.types & numbers) == integer_type;
  return !integers_only || json::is_integral(x);
}

inline bool asks_for_rest(const schema_rule& r) {
  return r.what == op::unevaluated_items || r.what == op::unevaluated_members;
}

} // namespace

bool check_state::spend(std::size_t amount) {
  work += amount;
  return work <= work_max ? gave_up == nullptr
                          : give_up("the value takes too much work to be checked");
}

bool check_state::give_up(const char* why) {
  if (gave_up == nullptr)
    gave_up = why;
  return false;
}

template <bool loud>
bool schema_checker<loud>::valid(node_id id, const json::value& x, const where& at,
                                 marks* seen) const {
  const auto& node = code_.nodes[id];
  const auto types = types_of(x);
  if ((node.valid_at_once & types) != 0)
    return true;
  if ((node.types & types) == 0 || !is_integer_if_asked(node, types, x))
    return loud && wrong_type({.node = node, .x = x, .at = at});
  return node.first_rule == node.rules_end
         || inside({.node = node, .x = x, .at = at, .seen = seen}, types);
}

// The steps between one value and the next are short, and most of the time of a check would go into
// calling them; GCC does not see that by itself.
template <bool loud>
[[gnu::always_inline]] inline bool schema_checker<loud>::inside(const frame& f,
                                                                std::uint8_t types) const {
  if (state_.depth == depth_max)
    return state_.give_up("the value or its schema is nested too deeply to be checked");
  if (!state_.spend(1))
    return false;
  ++state_.depth;
  const auto good = f.node.is_simple ? rules(f, types) : entered(f, types);
  --state_.depth;
  return good;
}

/// Keeps a list of the resources that the check is inside of, for dynamic references.
template <bool loud>
bool schema_checker<loud>::entered(const frame& f, std::uint8_t types) const {
  const auto* outer = state_.around;
  const check_state::scope here{.resource = f.node.resource, .outer = outer};
  if (outer == nullptr || outer->resource != f.node.resource)
    state_.around = &here;
  const auto good = f.node.tracks ? tracked(f, types) : rules(f, types);
  state_.around = outer;
  return good;
}

/// What the rules look at is noted for those that ask, and then for whoever asks around them.
template <bool loud>
bool schema_checker<loud>::tracked(const frame& f, std::uint8_t types) const {
  if ((types & (array_type | object_type)) == 0)
    return rules(f, types);
  const auto count = types == array_type ? f.x.Size() : f.x.MemberCount();
  if (!state_.spend(count / 64))
    return false;
  marks own{state_.room, count};
  const auto good = rules({.node = f.node, .x = f.x, .at = f.at, .seen = &own}, types);
  if (f.seen != nullptr)
    f.seen->add(own);
  return good;
}

template <bool loud>
[[gnu::always_inline]] inline bool schema_checker<loud>::rules(const frame& f,
                                                               std::uint8_t types) const {
  bool good = true;
  for (const auto& r : code_.rules_of(f.node)) {
    // Where something is wrong already, nobody knows what would have been looked at.
    if ((r.applies & types) == 0 || (!good && asks_for_rest(r)) || keeps(r, f))
      continue;
    good = false;
    if (!goes_on())
      return false;
  }
  return good;
}

template <bool loud>
[[gnu::always_inline]] inline bool schema_checker<loud>::keeps(const schema_rule& r,
                                                               const frame& f) const {
  switch (r.what) {
  case op::one_of_values:
    return one_of_values(r, f);
  case op::constant:
    return constant(r, f);
  case op::at_least:
  case op::at_most:
  case op::above:
  case op::below:
  case op::multiple_of:
    return number(r, f);
  case op::characters_min:
  case op::characters_max:
    return characters(r, f);
  case op::items_min:
  case op::items_max:
    return count(r, f, f.x.Size());
  case op::members_min:
  case op::members_max:
    return count(r, f, f.x.MemberCount());
  case op::pattern:
    return matching(r, f);
  case op::format:
    return formatted(r, f);
  case op::members:
    return members(code_.member_rule_table[r.a], f);
  default:
    return keeps_inner(r, f);
  }
}

/// The rules that lead to other subschemas.
template <bool loud>
bool schema_checker<loud>::keeps_inner(const schema_rule& r, const frame& f) const {
  switch (r.what) {
  case op::unique_items:
    return unique_items(f);
  case op::items:
    return items(code_.item_rule_table[r.a], f);
  case op::contains:
    return contains(code_.contains_rule_table[r.a], f);
  case op::required:
    return has_all(std::span{code_.names}.subspan(r.a, r.b - r.a), r.word, f);
  case op::member_names:
    return member_names(r, f);
  case op::dependents:
    return dependents(r, f);
  case op::all_of:
    return all_of(r, f);
  case op::any_of:
    return any_of(r, f);
  case op::exactly_one_of:
    return exactly_one_of(r, f);
  case op::none_of:
    return none_of(r, f);
  case op::condition:
    return condition(code_.conditions[r.a], f);
  case op::reference:
    return valid(r.a, f.x, f.at, f.seen);
  case op::dynamic_reference:
    return dynamic_reference(r, f);
  case op::unevaluated_items:
    return unevaluated_items(r, f);
  default:
    return unevaluated_members(r, f);
  }
}

template <bool loud>
bool schema_checker<loud>::members(const member_rules& m, const frame& f) const {
  // Quiet, the required names are ticked off on the way; loud, they are told before the rest.
  bool good = !loud || has_all(m.required, keyword::required, f);
  if (!good && !goes_on())
    return false;
  const auto has_patterns = !m.patterns.empty();
  std::uint64_t ticked = 0;
  const auto* guess = m.names.entries().data();
  const auto begin = f.x.MemberBegin();
  const auto end = f.x.MemberEnd();
  for (auto i = begin; i != end; ++i) {
    const auto name = json::text_of(i->name);
    const auto* found = m.names.find(name, guess);
    outcome now{.kept = true, .looked_at = false};
    if (found != nullptr) {
      guess = found + 1;
      const auto& known = found->value;
      ticked |= known.bits;
      now.looked_at = known.node.has_value();
      if (now.looked_at && (known.valid_at_once & types_of(i->value)) == 0)
        now.kept = valid(*known.node, i->value, member_at(name, f), nullptr);
    }
    if (has_patterns || (m.rest && !now.looked_at))
      now = other_member(m, name, i->value, f, now);
    if (f.seen != nullptr && now.looked_at)
      f.seen->add(static_cast<std::size_t>(i - begin));
    if (now.kept)
      continue;
    good = false;
    if (!goes_on())
      return false;
  }
  return loud ? good : ticked == m.required_bits();
}

/// `patternProperties`, and `additionalProperties` for those that neither this nor `properties`
/// knows.
template <bool loud>
auto schema_checker<loud>::other_member(const member_rules& m, std::string_view name,
                                        const json::value& x, const frame& f, outcome so_far) const
    -> outcome {
  const auto at = member_at(name, f);
  for (const auto& [number, node] : m.patterns) {
    if (!state_.spend(1 + name.size() / 64))
      return {};
    if (code_.patterns[number].matches(name))
      so_far = {.kept = valid(node, x, at, nullptr) && so_far.kept, .looked_at = true};
  }
  if (!so_far.looked_at && m.rest)
    so_far = {.kept = valid(*m.rest, x, at, nullptr), .looked_at = true};
  return so_far;
}

template class schema_checker<false>;
template class schema_checker<true>;

bool accepts(const schema_program& code, node_id node, const json::value& x) {
  scratch room;
  check_state state{.code = code, .room = room};
  return schema_checker<false>{state}.valid(node, x, {}, nullptr) && state.gave_up == nullptr;
}

std::vector<violation> check_schema(const schema_program& code, const json::value& x,
                                    std::size_t most) {
  scratch room;
  check_state state{.code = code, .room = room};
  std::vector<violation> found;
  if (schema_checker<false>{state}.valid(0, x, {}, nullptr) && state.gave_up == nullptr)
    return found;
  if (state.gave_up == nullptr) {
    state.work = 0;
    state.found = &found;
    state.found_max = std::max<std::size_t>(most, 1);
    schema_checker<true>{state}.valid(0, x, {}, nullptr);
  }
  // Telling what is wrong takes more work than seeing that something is.
  if (found.empty())
    found.push_back({.pointer = "",
                     .keyword = "limit",
                     .message = state.gave_up != nullptr ? state.gave_up : "the value is not valid",
                     .schema_pointer = ""});
  return found;
}

} // namespace hedgerow
