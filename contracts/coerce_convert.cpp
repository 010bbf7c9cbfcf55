#include "contracts/coerce_fitter.hpp"
#include "contracts/json_compare.hpp"

#include <algorithm>

namespace hedgerow::coercion {

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
  else if (json::is_number(x) && (types & boolean_type) != 0 && boolean_of(x))
    out = converted(node, json::value{*boolean_of(x)}, at, "the number was made a boolean");
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
    if (auto number = number_in(text, memory_))
      out = converted(node, std::move(*number), at, "the number was taken out of a string");
  if (out.failed() && (types & boolean_type) != 0)
    if (const auto flag = boolean_in(text))
      out = converted(node, json::value{*flag}, at, "the boolean was taken out of a string");
  if (out.failed() && (types & null_type) != 0 && is_null_in(text))
    out = converted(node, {}, at, "null was taken out of a string");
  if (out.failed() && (types & (array_type | object_type)) != 0)
    if (auto inner = container_in(text, memory_))
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
  const auto* meant = meant_by(x, wanted);
  if (meant == nullptr)
    return failed();
  return changed(copied(*meant), at, shown(x) + " was written as " + shown(*meant));
}

/// The number as it was written, where that is known.
std::string fitter::text_of(const json::value& number) {
  if (!numbers_)
    numbers_.emplace(root_, text_);
  const auto written = numbers_->of(number);
  return written ? std::string{*written} : json::compact(number);
}

} // namespace hedgerow::coercion
