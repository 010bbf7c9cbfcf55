#include "contracts/json_compare.hpp"
#include "contracts/schema_checker.hpp"

#include <algorithm>

/// The rules that look into arrays and objects; `members`, the one that runs most, is with the
/// rules that call it.
namespace hedgerow {
namespace {

/// So few items are compared each with each.
constexpr std::size_t few = 8;

} // namespace

template <bool loud>
bool schema_checker<loud>::has_all(std::span<const std::string_view> names, keyword word,
                                   const frame& f) const {
  bool good = true;
  for (const auto name : names) {
    if (!state_.spend(1 + f.x.MemberCount() / 8))
      return false;
    if (json::find(f.x, name) != nullptr)
      continue;
    good = fail(f, word, [&] { return "must have the member " + shown(name); });
    if (!goes_on())
      break;
  }
  return good;
}

template <bool loud>
bool schema_checker<loud>::member_names(const schema_rule& r, const frame& f) const {
  bool good = true;
  for (const auto& member : f.x.GetObject()) {
    where inner{};
    if constexpr (loud)
      inner = {.what = place::kind::name, .parent = &f.at, .member = json::text_of(member.name)};
    good = valid(r.a, member.name, inner, nullptr) && good;
    if (!good && !goes_on())
      break;
  }
  return good;
}

template <bool loud>
bool schema_checker<loud>::dependents(const schema_rule& r, const frame& f) const {
  bool good = true;
  for (const auto& x : std::span{code_.dependents}.subspan(r.a, r.b - r.a)) {
    if (!state_.spend(1 + f.x.MemberCount() / 8))
      return false;
    if (json::find(f.x, x.name) == nullptr)
      continue;
    good = (x.node ? valid(*x.node, f.x, f.at, f.seen) : has_all(x.required, r.word, f)) && good;
    if (!good && !goes_on())
      break;
  }
  return good;
}

template <bool loud>
bool schema_checker<loud>::unevaluated_members(const schema_rule& r, const frame& f) const {
  bool good = true;
  std::size_t i = 0;
  for (const auto& member : f.x.GetObject()) {
    const auto inner = member_at(json::text_of(member.name), f);
    if (!f.seen->has(i) && !valid(r.a, member.value, inner, nullptr)) {
      good = false;
      if (!goes_on())
        break;
    }
    f.seen->add(i++);
  }
  return good;
}

template <bool loud>
bool schema_checker<loud>::items(const item_rules& r, const frame& f) const {
  const auto first = r.first.size();
  const std::size_t count = r.rest ? f.x.Size() : std::min<std::size_t>(first, f.x.Size());
  bool good = true;
  for (std::size_t i = 0; i < count; ++i) {
    const auto inner = item_at(i, f);
    const auto& item = f.x[static_cast<rapidjson::SizeType>(i)];
    good = valid(i < first ? r.first[i] : *r.rest, item, inner, nullptr) && good;
    if (!good && !goes_on())
      break;
    if (f.seen != nullptr)
      f.seen->add(i);
  }
  return good;
}

template <bool loud>
bool schema_checker<loud>::contains(const contains_rules& r, const frame& f) const {
  const schema_checker<false> quiet{state_};
  std::size_t n = 0;
  for (rapidjson::SizeType i = 0; i < f.x.Size() && (!r.most || n <= *r.most); ++i) {
    if (!quiet.valid(r.wanted, f.x[i], {}, nullptr))
      continue;
    ++n;
    if (r.evaluates && f.seen != nullptr)
      f.seen->add(i);
    else if (n >= r.least && !r.most)
      break;
  }
  if (n < r.least)
    return fail(f, keyword::contains, [&] {
      return "must have at least " + counted(r.least, "item")
             + " of the kind that \"contains\" describes, not " + std::to_string(n);
    });
  if (r.most && n > *r.most)
    return fail(f, keyword::max_contains, [&] {
      return "must have at most " + counted(*r.most, "item")
             + " of the kind that \"contains\" describes";
    });
  return true;
}

template <bool loud>
bool schema_checker<loud>::unique_items(const frame& f) const {
  const std::size_t n = f.x.Size();
  if (!state_.spend(json::weight(f.x)))
    return false;
  if (n <= few) {
    for (std::size_t b = 1; b < n; ++b)
      for (std::size_t a = 0; a < b; ++a)
        if (equal_items(f, a, b))
          return false;
    return true;
  }
  // Hashes in the upper words, indexes of the items sorted by them in the lower ones.
  const lease room{state_.room, 2 * n};
  const auto order = room.words().first(n);
  const auto hashes = room.words().last(n);
  for (std::size_t i = 0; i < n; ++i) {
    order[i] = i;
    hashes[i] = json::hash(f.x[static_cast<rapidjson::SizeType>(i)]);
  }
  std::ranges::sort(order, {}, [&](auto i) { return std::pair{hashes[i], i}; });
  for (std::size_t i = 0; i < n; ++i)
    for (auto k = i + 1; k < n && hashes[order[k]] == hashes[order[i]]; ++k)
      if (!state_.spend(1) || equal_items(f, order[i], order[k]))
        return false;
  return true;
}

/// Whether two items are equal, which then is told.
template <bool loud>
bool schema_checker<loud>::equal_items(const frame& f, std::size_t a, std::size_t b) const {
  const auto& x = f.x[static_cast<rapidjson::SizeType>(a)];
  const auto& y = f.x[static_cast<rapidjson::SizeType>(b)];
  return json::equal(x, y) && !fail(f, keyword::unique_items, [&] {
           return "must have no two equal items, but [" + std::to_string(a) + "] and ["
                  + std::to_string(b) + "] are";
         });
}

template <bool loud>
bool schema_checker<loud>::unevaluated_items(const schema_rule& r, const frame& f) const {
  bool good = true;
  for (rapidjson::SizeType i = 0; i < f.x.Size(); ++i) {
    const auto inner = item_at(i, f);
    if (!f.seen->has(i) && !valid(r.a, f.x[i], inner, nullptr)) {
      good = false;
      if (!goes_on())
        break;
    }
    f.seen->add(i);
  }
  return good;
}

template class schema_checker<false>;
template class schema_checker<true>;

} // namespace hedgerow
