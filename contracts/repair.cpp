#include "contracts/repair.hpp"

#include "contracts/repair_blank.hpp"
#include "contracts/repair_search.hpp"

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <utility>

namespace hedgerow {
namespace {

using repairs::candidate;
using repairs::change_list;
using repairs::findings;

/// One way to read a text: a value that it holds, or several as a list.
struct option {
  std::size_t first = 0;
  std::size_t last = 0;
};

/// Whether `x` is JSON rather than brackets in prose.
bool is_convincing(const candidate& x, const findings& all) {
  if (x.fenced || (!all.prose && all.values.size() == 1))
    return true;
  if (!all.prose)
    return true;
  if (x.is_empty())
    return false;
  return x.read.quoted > 0 || x.read.containers > 1
         || (x.read.json.starts_with('{') && x.read.changes.size() == 0);
}

/// The policy without a schema, see the header.
std::optional<option> choose(const findings& all) {
  const auto rank = [&](const candidate& x) {
    return std::tuple{x.fenced, !x.is_empty(), x.read.changes.size() == 0};
  };
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < all.values.size(); ++i)
    if (is_convincing(all.values[i], all)
        && (!best || rank(all.values[i]) >= rank(all.values[*best])))
      best = i;
  if (!best)
    return std::nullopt;
  auto first = *best;
  while (all.values[first].follows && all.values[first].parted)
    --first;
  auto last = *best;
  while (last + 1 < all.values.size() && all.values[last + 1].follows
         && all.values[last + 1].parted)
    ++last;
  if (all.values[first].follows || (last + 1 < all.values.size() && all.values[last + 1].follows))
    return option{.first = *best, .last = *best};
  return option{.first = first, .last = last};
}

/// Of members with one name the last is kept, as parsers of JSON have it.
void drop_doubles(json::value& x, change_list& changes) {
  if (x.IsArray())
    for (auto& item : x.GetArray())
      drop_doubles(item, changes);
  if (!json::is_object(x))
    return;
  std::unordered_map<std::string_view, json::value*> seen;
  for (auto i = x.MemberBegin(); i != x.MemberEnd();) {
    drop_doubles(i->value, changes);
    const auto [found, fresh] = seen.emplace(json::text_of(i->name), &i->value);
    if (fresh) {
      ++i;
      continue;
    }
    changes.add({}, change_kind::syntax, "of members with the same name the last was kept");
    *found->second = std::move(i->value);
    i = x.EraseMember(i);
  }
}

struct mended {
  json::document value;
  change_list changes;
};

result<mended> read_option(const findings& all, const option& x) {
  mended out;
  std::string text;
  for (auto i = x.first; i <= x.last; ++i) {
    text += i > x.first ? "," : "";
    text += all.values[i].read.json;
    out.changes.add(all.values[i].read.changes);
  }
  if (x.last > x.first) {
    text = "[" + text + "]";
    out.changes.add({}, change_kind::syntax, "the values were made a list");
  }
  if (all.prose)
    out.changes.add({}, change_kind::syntax, "the text around the value was left out");
  if (all.values.size() > x.last - x.first + 1)
    out.changes.add({}, change_kind::syntax, "one of the values in the text was taken");
  auto parsed = json::parse(text);
  if (!parsed)
    return parsed.error();
  out.value = std::move(*parsed);
  drop_doubles(out.value, out.changes);
  if (out.changes.size() == 0)
    out.changes.add({}, change_kind::syntax, "what stood around the value was left out");
  return out;
}

} // namespace

std::string_view to_string(change_kind x) { return x == change_kind::syntax ? "syntax" : "coerce"; }

result<repaired> repair(std::string_view text, const schema*, repair_steps steps) {
  auto parsed = json::parse(text);
  if (parsed)
    return repaired{.value = std::move(*parsed), .changes = {}};
  if (!steps.syntax)
    return parsed.error();
  std::string plain;
  if (repairs::is_escaped(text)) {
    plain = repairs::unescaped(text);
    text = plain;
  }
  const auto found = repairs::find_values(text);
  if (found.failed)
    return *found.failed;
  const auto chosen = choose(found);
  if (!chosen)
    return error{
        .code = errc::invalid_json, .message = "there is no JSON in the text", .param = {}};
  auto out = read_option(found, *chosen);
  if (!out)
    return out.error();
  return repaired{.value = std::move(out->value), .changes = out->changes.list()};
}

} // namespace hedgerow
