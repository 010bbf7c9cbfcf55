#include "contracts/json_compare.hpp"
#include "contracts/schema_checker.hpp"
#include "contracts/utf8.hpp"

#include <algorithm>

/// The rules that look at a value without looking into it.
namespace hedgerow {
namespace {

std::string_view words_of(op what) {
  switch (what) {
  case op::at_least:
    return "must be at least ";
  case op::at_most:
    return "must be at most ";
  case op::above:
    return "must be greater than ";
  case op::below:
    return "must be less than ";
  default:
    return "must be a multiple of ";
  }
}

bool is_in_order(op what, std::partial_ordering order) {
  switch (what) {
  case op::at_least:
    return std::is_gteq(order);
  case op::at_most:
    return std::is_lteq(order);
  case op::above:
    return std::is_gt(order);
  default:
    return std::is_lt(order);
  }
}

bool keeps_limit(op what, const json::value& x, const number_limit& limit) {
  if (what == op::multiple_of)
    return json::is_multiple(x, *limit.limit);
  if (limit.whole && x.IsInt64())
    return is_in_order(what, x.GetInt64() <=> *limit.whole);
  return is_in_order(what, json::compare_numbers(x, *limit.limit));
}

/// What it costs to look at all of `x` if it is a string.
std::size_t text_work(const json::value& x) { return x.IsString() ? x.GetStringLength() / 64 : 0; }

std::string_view noun_of(op what) {
  switch (what) {
  case op::characters_min:
  case op::characters_max:
    return "character";
  case op::items_min:
  case op::items_max:
    return "item";
  default:
    return "member";
  }
}

bool is_least(op what) {
  return what == op::characters_min || what == op::items_min || what == op::members_min;
}

std::string_view article_of(std::string_view noun) {
  return std::string_view{"aeiou"}.find(noun[0]) == std::string_view::npos ? "a " : "an ";
}

} // namespace

template <bool loud>
bool schema_checker<loud>::wrong_type(const frame& f) const {
  if (f.node.is_never()) {
    if constexpr (loud)
      if (goes_on()) {
        const auto& stands = code_.places[static_cast<std::size_t>(&f.node - code_.nodes.data())];
        state_.found->push_back({.pointer = pointer_to(f.at),
                                 .keyword = std::string{stands.held_by},
                                 .message = subject_of(f.at) + " is not allowed",
                                 .schema_pointer = stands.pointer});
      }
    return false;
  }
  return fail(f, keyword::type, [&] {
    const auto whole = (f.node.types & integer_type) != 0 && json::is_number(f.x);
    return "must be " + kinds_of(f.node.types) + ", not "
           + (whole ? shown(f.x) : std::string{kind_of(f.x)});
  });
}

template <bool loud>
bool schema_checker<loud>::number(const schema_rule& r, const frame& f) const {
  const auto& limit = code_.number_limits[r.a];
  if (json::is_decimal(f.x) && !state_.spend(json::weight(f.x) * json::weight(*limit.limit)))
    return false;
  return keeps_limit(r.what, f.x, limit)
         || fail(f, r.word, [&] { return std::string{words_of(r.what)} + shown(*limit.limit); });
}

template <bool loud>
bool schema_checker<loud>::count(const schema_rule& r, const frame& f, std::size_t n) const {
  const auto least = is_least(r.what);
  return (least ? n >= r.a : n <= r.a) || fail(f, r.word, [&] {
           return std::string{"must have at "} + (least ? "least " : "most ")
                  + counted(r.a, noun_of(r.what)) + ", not " + std::to_string(n);
         });
}

template <bool loud>
bool schema_checker<loud>::characters(const schema_rule& r, const frame& f) const {
  // A character has one byte to four, so the length in bytes often decides.
  const auto bytes = f.x.GetStringLength();
  if (is_least(r.what) ? bytes / 4 >= r.a : bytes <= r.a)
    return true;
  return state_.spend(text_work(f.x)) && count(r, f, utf8::length(json::text_of(f.x)));
}

template <bool loud>
bool schema_checker<loud>::matching(const schema_rule& r, const frame& f) const {
  const auto& wanted = code_.patterns[r.a];
  if (!state_.spend(text_work(f.x)))
    return false;
  return wanted.matches(json::text_of(f.x))
         || fail(f, r.word, [&] { return "must match the pattern " + wanted.source(); });
}

template <bool loud>
bool schema_checker<loud>::formatted(const schema_rule& r, const frame& f) const {
  const auto kind = static_cast<format_kind>(r.a);
  if (!state_.spend(text_work(f.x)))
    return false;
  return has_format(kind, json::text_of(f.x)) || fail(f, r.word, [&] {
           const auto noun = to_string(kind);
           return "must be " + std::string{article_of(noun)} + std::string{noun}
                  + ", as the format of this name has it";
         });
}

template <bool loud>
bool schema_checker<loud>::one_of_values(const schema_rule& r, const frame& f) const {
  const auto& set = code_.value_sets[r.a];
  const auto said = [&] { return "must be one of " + listed(*set.listed); };
  if (!f.x.IsString()) {
    const auto same = [&](const json::value* v) { return json::equal(*v, f.x); };
    return state_.spend(set.others.size())
           && (std::ranges::any_of(set.others, same) || fail(f, r.word, said));
  }
  return set.strings.find(json::text_of(f.x)) != nullptr || fail(f, r.word, said);
}

template <bool loud>
bool schema_checker<loud>::constant(const schema_rule& r, const frame& f) const {
  const auto& wanted = *code_.values[r.a];
  if (wanted.GetType() == f.x.GetType() && !state_.spend(json::weight(f.x)))
    return false;
  return json::equal(wanted, f.x) || fail(f, r.word, [&] { return "must be " + shown(wanted); });
}

template <bool loud>
void schema_checker<loud>::note(const frame& f, keyword word,
                                const std::string& words) const requires loud {
  auto pointer = code_.places[static_cast<std::size_t>(&f.node - code_.nodes.data())].pointer;
  json::append_token(pointer, to_string(word));
  state_.found->push_back({.pointer = pointer_to(f.at),
                           .keyword = std::string{to_string(word)},
                           .message = subject_of(f.at) + ' ' + words,
                           .schema_pointer = std::move(pointer)});
}

template class schema_checker<false>;
template class schema_checker<true>;

} // namespace hedgerow
