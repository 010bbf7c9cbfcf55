#include "contracts/coerce.hpp"

#include "contracts/coerce_members.hpp"
#include "contracts/coerce_scalar.hpp"
#include "contracts/json_compare.hpp"
#include "contracts/schema_checker.hpp"
#include "contracts/schema_words.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>
#include <utility>

namespace hedgerow {
namespace {

using coercion::memory;

/// Calls of `fit` within each other. A value is less deep than that; references may go in circles.
constexpr int depth_max = 400;
/// What became of a value on its way to a subschema.
struct outcome {
  enum class kind : std::uint8_t { kept, changed, failed };

  kind what = kind::kept;
  /// Of `changed`.
  json::value value;
  std::vector<change> changes;

  bool failed() const { return what == kind::failed; }
};

outcome kept() { return {}; }

outcome failed() { return {.what = outcome::kind::failed, .value = {}, .changes = {}}; }

outcome changed(json::value x, const place& at, std::string message) {
  outcome out{.what = outcome::kind::changed, .value = std::move(x), .changes = {}};
  out.changes.push_back(
      {.pointer = pointer_to(at), .kind = change_kind::coerce, .message = std::move(message)});
  return out;
}

std::uint8_t type_of(const json::value& x) {
  if (json::is_number(x))
    return json::is_integral(x) ? number_type | integer_type : number_type;
  switch (x.GetType()) {
  case rapidjson::kNullType:
    return null_type;
  case rapidjson::kTrueType:
  case rapidjson::kFalseType:
    return boolean_type;
  case rapidjson::kStringType:
    return string_type;
  case rapidjson::kArrayType:
    return array_type;
  default:
    return object_type;
  }
}

bool has_type(std::uint8_t types, const json::value& x) { return (types & type_of(x)) != 0; }

/// A value while one rule after another works on it.
class work_piece {
public:
  explicit work_piece(const json::value& x) : now_{&x} {}

  const json::value& now() const { return *now_; }

  /// Takes over what a rule made of the value; false: the rule cannot be kept.
  bool take(outcome x) {
    if (x.what == outcome::kind::changed) {
      own_ = std::move(x.value);
      now_ = &own_;
      std::ranges::move(x.changes, std::back_inserter(changes_));
    }
    return !x.failed();
  }

  outcome done() {
    if (changes_.empty())
      return kept();
    return {
        .what = outcome::kind::changed, .value = std::move(own_), .changes = std::move(changes_)};
  }

private:
  const json::value* now_;
  json::value own_;
  std::vector<change> changes_;
};

/// The numbers of a document with the text that each was written as.
class written_numbers {
public:
  written_numbers(const json::value& x, std::string_view text) {
    collect(x);
    std::size_t i = 0;
    while (i < text.size() && order_.size() > texts_.size()) {
      if (text[i] == '"') {
        for (++i; i < text.size() && text[i] != '"'; ++i)
          i += text[i] == '\\' ? 1 : 0;
        ++i;
        continue;
      }
      const auto end = std::min(text.find_first_not_of("+-.eE0123456789", i), text.size());
      if (end > i && text[i] != 'e' && text[i] != 'E')
        texts_.emplace(order_[texts_.size()], text.substr(i, end - i));
      i = std::max(end, i + 1);
    }
  }

  std::optional<std::string_view> of(const json::value& x) const {
    const auto found = texts_.find(&x);
    return found == texts_.end() ? std::nullopt : std::optional{found->second};
  }

private:
  void collect(const json::value& x) {
    if (json::is_number(x))
      order_.push_back(&x);
    else if (x.IsArray())
      for (const auto& item : x.GetArray())
        collect(item);
    else if (x.IsObject())
      for (const auto& member : x.GetObject())
        collect(member.value);
  }

  std::vector<const json::value*> order_;
  std::unordered_map<const json::value*, std::string_view> texts_;
};

class fitter {
public:
  fitter(const schema_program& code, json::document& x, std::string_view text)
      : code_{code},
        root_{x},
        text_{text},
        memory_{x.GetAllocator()},
        check_{.code = code, .room = room_} {}

  outcome fit(node_id node, const json::value& x, const place& at);

private:
  bool accepts(node_id node, const json::value& x);
  outcome bend(node_id node, const json::value& x, const place& at);
  outcome convert(node_id node, const json::value& x, const place& at);
  outcome convert_text(node_id node, const json::value& x, const place& at);
  outcome converted(node_id node, json::value x, const place& at, const char* message);
  std::optional<outcome> unwrapped(node_id node, const json::value& x, const place& at);
  outcome apply(const rule& r, const json::value& x, const place& at);
  outcome fit_value(const json::value& x, const json::value& wanted, const place& at);
  outcome fit_branches(std::span<const node_id> nodes, const json::value& x, const place& at);
  outcome fit_best(std::span<const node_id> nodes, const json::value& x, const place& at);
  outcome fit_items(const item_rules& r, const json::value& x, const place& at);
  outcome fit_members(const member_rules& r, const json::value& x, const place& at);
  outcome fit_member(const member_rules& r, const coercion::member_step& x, const place& at);
  std::string text_of(const json::value& number);
  json::value copied(const json::value& x) { return {x, memory_}; }

  const schema_program& code_;
  const json::value& root_;
  std::string_view text_;
  memory& memory_;
  scratch room_;
  check_state check_;
  int depth_ = 0;
  std::optional<written_numbers> numbers_;
};

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

/// Makes `x` what one of the node's types is.
outcome fitter::convert(node_id node, const json::value& x, const place& at) {
  const auto types = code_.nodes[node].types;
  const auto in_array = [&] {
    json::value list{rapidjson::kArrayType};
    list.PushBack(copied(x), memory_);
    return converted(node, std::move(list), at, "the value was put into an array");
  };
  auto out = failed();
  if (x.IsString())
    out = convert_text(node, x, at);
  else if (json::is_number(x) && (types & boolean_type) != 0 && coercion::boolean_of(x))
    out =
        converted(node, json::value{*coercion::boolean_of(x)}, at, "the number was made a boolean");
  else if (json::is_number(x) && (types & string_type) != 0)
    out = converted(node, json::value{text_of(x), memory_}, at, "the number was made a string");
  else if (x.IsBool() && (types & string_type) != 0)
    out = converted(node, json::value{x.IsTrue() ? "true" : "false", memory_}, at,
                    "the boolean was made a string");
  else if (x.IsArray() && x.Size() == 1)
    out = converted(node, copied(x[0]), at, "the only item of the array was taken out of it");
  if (out.failed() && (types & array_type) != 0 && !x.IsArray() && !x.IsNull())
    out = in_array();
  return out;
}

outcome fitter::convert_text(node_id node, const json::value& x, const place& at) {
  const auto types = code_.nodes[node].types;
  const auto text = json::text_of(x);
  auto out = failed();
  if ((types & (number_type | integer_type)) != 0)
    if (auto number = coercion::number_in(text, memory_))
      out = converted(node, std::move(*number), at, "the number was taken out of a string");
  if (out.failed() && (types & boolean_type) != 0)
    if (const auto flag = coercion::boolean_in(text))
      out = converted(node, json::value{*flag}, at, "the boolean was taken out of a string");
  if (out.failed() && (types & null_type) != 0 && coercion::is_null_in(text))
    out = converted(node, {}, at, "null was taken out of a string");
  if (out.failed() && (types & (array_type | object_type)) != 0)
    if (auto inner = coercion::container_in(text, memory_))
      out = converted(node, std::move(*inner), at, "the JSON in a string was taken out of it");
  return out;
}

/// Goes on with `x`, if it has a type that the node allows.
outcome fitter::converted(node_id node, json::value x, const place& at, const char* message) {
  if (!has_type(code_.nodes[node].types, x))
    return failed();
  work_piece piece{x};
  if (!piece.take(fit(node, x, at)))
    return failed();
  auto out = changed(copied(piece.now()), at, message);
  std::ranges::move(piece.done().changes, std::back_inserter(out.changes));
  return out;
}

/// What an object around the whole value holds: `{"result": …}`.
std::optional<outcome> fitter::unwrapped(node_id node, const json::value& x, const place& at) {
  if (at.what != place::kind::root || !json::is_object(x) || x.MemberCount() != 1)
    return std::nullopt;
  const auto& inner = x.MemberBegin()->value;
  if (!json::is_object(inner) && !inner.IsArray())
    return std::nullopt;
  work_piece piece{inner};
  if (!piece.take(fit(node, inner, at)))
    return std::nullopt;
  auto out = changed(copied(piece.now()), at, "the object around the value was left out");
  std::ranges::move(piece.done().changes, std::back_inserter(out.changes));
  return out;
}

outcome fitter::apply(const rule& r, const json::value& x, const place& at) {
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

/// Puts one of the values `wanted` in place of `x`, if that is what it means.
outcome fitter::fit_value(const json::value& x, const json::value& wanted, const place& at) {
  const auto is_x = [&](const json::value& one) { return json::equal(one, x); };
  if (std::any_of(wanted.Begin(), wanted.End(), is_x))
    return kept();
  if (x.IsArray() && x.Size() == 1) {
    auto out = fit_value(x[0], wanted, at);
    if (!out.failed())
      return changed(out.what == outcome::kind::kept ? copied(x[0]) : std::move(out.value), at,
                     "the only item of the array was taken out of it");
    return out;
  }
  const auto* meant = coercion::meant_by(x, wanted);
  if (meant == nullptr)
    return failed();
  return changed(copied(*meant), at, shown(x) + " was written as " + shown(*meant));
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
  for (const auto& step : coercion::plan_members(code_, r, x)) {
    const auto& from = step.from->value;
    const place here{.what = place::kind::member, .parent = &at, .member = step.name};
    if (step.is_forbidden) {
      note(here, "a member that is not allowed was left out");
      continue;
    }
    auto member = fit_member(r, step, here);
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

outcome fitter::fit_member(const member_rules&, const coercion::member_step& x, const place& at) {
  work_piece piece{x.from->value};
  for (const auto node : x.nodes)
    if (!piece.take(fit(node, piece.now(), at)))
      return failed();
  return piece.done();
}

/// The number as it was written, where that is known.
std::string fitter::text_of(const json::value& number) {
  if (!numbers_)
    numbers_.emplace(root_, text_);
  const auto written = numbers_->of(number);
  return written ? std::string{*written} : json::compact(number);
}

} // namespace

std::optional<coerced> coerce(const schema_program& code, json::document& x,
                              std::string_view text) {
  auto out = fitter{code, x, text}.fit(0, x, {});
  if (out.what != outcome::kind::changed)
    return std::nullopt;
  return coerced{.value = std::move(out.value), .changes = std::move(out.changes)};
}

} // namespace hedgerow
