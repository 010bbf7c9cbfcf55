#include "contracts/repair_choice.hpp"

#include <algorithm>
#include <tuple>

namespace hedgerow::repairs {
namespace {

/// Values that are tried on their own, from the end of the text.
constexpr std::size_t single_max = 16;

/// Whether `x` is JSON rather than brackets in prose.
bool is_convincing(const candidate& x, const findings& all) {
  if (x.fenced || !all.prose)
    return true;
  if (x.is_empty())
    return false;
  const auto is_plain_object = x.read.json.starts_with('{') && x.read.changes.size() == 0;
  return x.read.quoted > 0 || x.read.containers > 1 || is_plain_object;
}

/// The values around `i` that only white space, commas and comments part.
choice run_around(const findings& all, std::size_t i) {
  choice x{.first = i, .last = i};
  while (all.values[x.first].follows)
    --x.first;
  while (x.last + 1 < all.values.size() && all.values[x.last + 1].follows)
    ++x.last;
  return x;
}

/// Whether a comma or line break stands between all values of `x`.
bool is_parted(const findings& all, const choice& x) {
  const auto begin = all.values.begin();
  return std::all_of(begin + static_cast<std::ptrdiff_t>(x.first) + 1,
                     begin + static_cast<std::ptrdiff_t>(x.last) + 1,
                     [](const candidate& one) { return one.parted; });
}

} // namespace

std::optional<choice> preferred(const findings& all) {
  const auto rank = [](const candidate& x) {
    return std::tuple{x.fenced, !x.is_empty(), x.read.changes.size() == 0};
  };
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < all.values.size(); ++i)
    if (is_convincing(all.values[i], all)
        && (!best || rank(all.values[i]) >= rank(all.values[*best])))
      best = i;
  if (!best)
    return std::nullopt;
  const auto run = run_around(all, *best);
  return is_parted(all, run) ? run : choice{.first = *best, .last = *best};
}

std::vector<choice> conceivable(const findings& all) {
  std::vector<choice> out;
  const auto add = [&](const choice& x) {
    if (std::ranges::find(out, x) == out.end())
      out.push_back(x);
  };
  if (all.values.empty())
    return out;
  if (const auto first = preferred(all)) {
    add(*first);
    add(run_around(all, first->last));
  }
  const auto last = all.values.size() - 1;
  for (std::size_t n = 0; n <= last && n < single_max; ++n)
    add({.first = last - n, .last = last - n});
  add({.first = 0, .last = last});
  return out;
}

} // namespace hedgerow::repairs
