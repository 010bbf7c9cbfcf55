#include "contracts/repair.hpp"

#include "contracts/coerce.hpp"
#include "contracts/repair_choice.hpp"
#include "contracts/schema_program.hpp"

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <utility>

namespace hedgerow {
namespace {

using repairs::change_list;
using repairs::choice;
using repairs::findings;

/// One way to read a text.
struct attempt {
  json::document value;
  change_list changes;
  /// Of these, by `coerce`.
  std::size_t coercions = 0;
  bool valid = false;
  bool cut_off = false;
};

/// Of members with one name the last is kept, as parsers of JSON have it. True: there were some.
bool drop_doubles(json::value& x) {
  bool dropped = false;
  if (x.IsArray())
    for (auto& item : x.GetArray())
      dropped = drop_doubles(item) || dropped;
  if (!json::is_object(x))
    return dropped;
  std::unordered_map<std::string_view, rapidjson::SizeType> place_of;
  rapidjson::SizeType kept = 0;
  for (auto& member : x.GetObject()) {
    dropped = drop_doubles(member.value) || dropped;
    const auto [found, fresh] = place_of.emplace(json::text_of(member.name), kept);
    auto& to = x.MemberBegin()[static_cast<std::ptrdiff_t>(found->second)];
    if (!fresh)
      to.value = std::move(member.value);
    else if (&to != &member) {
      to.name = std::move(member.name);
      to.value = std::move(member.value);
    }
    kept += fresh ? 1 : 0;
  }
  if (kept == x.MemberCount())
    return dropped;
  x.EraseMember(x.MemberBegin() + static_cast<std::ptrdiff_t>(kept), x.MemberEnd());
  return true;
}

void note(change_list& to, const char* message) { to.add({}, change_kind::syntax, message); }

/// Brings what was read to the schema. `text` is the JSON that it was parsed from.
void fit(attempt& x, const schema& shape, std::string_view text, bool may_coerce) {
  x.valid = accepts(shape.program(), 0, x.value);
  if (x.valid || !may_coerce)
    return;
  auto done = coerce(shape.program(), x.value, text);
  if (!done)
    return;
  x.valid = true;
  x.coercions = done->changes.size();
  static_cast<json::value&>(x.value).Swap(done->value);
  for (auto& one : done->changes)
    x.changes.add(std::move(one.pointer), one.kind, std::move(one.message));
}

/// The JSON of the values in `x`.
std::string text_of(const findings& all, const choice& x) {
  std::string text = x.is_list() ? "[" : "";
  for (auto i = x.first; i <= x.last; ++i)
    text += (i > x.first ? "," : "") + all.values[i].read.json;
  return text + (x.is_list() ? "]" : "");
}

result<attempt> read(const findings& all, const choice& x, const schema* shape, bool may_coerce) {
  attempt out;
  for (auto i = x.first; i <= x.last; ++i)
    out.changes.add(all.values[i].read.changes);
  out.cut_off = all.values[x.last].read.truncated;
  if (x.is_list())
    note(out.changes, "the values in the text were made a list");
  else if (all.values.size() > 1)
    note(out.changes, "of the values in the text one was taken");
  if (all.prose)
    note(out.changes, "the text around the JSON was left out");
  auto text = text_of(all, x);
  auto parsed = json::parse(text);
  if (!parsed)
    return parsed.error();
  out.value = std::move(*parsed);
  if (drop_doubles(out.value)) {
    note(out.changes, "of members with the same name the last was kept");
    text.clear();
  }
  if (out.changes.size() == 0)
    note(out.changes, "what stood around the JSON was left out");
  if (shape != nullptr)
    fit(out, *shape, text, may_coerce);
  return out;
}

/// The reading that satisfies the schema with the fewest coercions, if one does; of equals the one
/// that is preferred without a schema, else a later one.
std::optional<attempt> best_for(const findings& all, const schema& shape, bool may_coerce) {
  std::optional<attempt> best;
  for (const auto& x : repairs::conceivable(all)) {
    auto one = read(all, x, &shape, may_coerce);
    if (one && one->valid && (!best || one->coercions < best->coercions))
      best = std::move(*one);
    if (best && best->coercions == 0)
      break;
  }
  return best;
}

/// A schema may want a mere word or number; then the text may be that.
std::optional<attempt> bare(std::string_view text, const schema& shape) {
  text = repairs::bare_text(text);
  if (text.empty())
    return std::nullopt;
  std::string quoted;
  json::append_quoted(quoted, text);
  auto parsed = json::parse(quoted);
  if (!parsed)
    return std::nullopt;
  attempt out;
  out.value = std::move(*parsed);
  note(out.changes, "text without quotes was quoted");
  fit(out, shape, quoted, true);
  return out.valid ? std::optional{std::move(out)} : std::nullopt;
}

result<attempt> mended(std::string_view text, const schema* shape, bool may_coerce) {
  const auto all = repairs::find_values(text);
  if (all.failed)
    return *all.failed;
  if (shape != nullptr) {
    if (auto best = best_for(all, *shape, may_coerce))
      return std::move(*best);
    if (auto word = may_coerce ? bare(text, *shape) : std::nullopt)
      return std::move(*word);
  }
  const auto chosen = repairs::preferred(all);
  if (!chosen)
    return error{
        .code = errc::invalid_json, .message = "there is no JSON in the text", .param = {}};
  return read(all, *chosen, nullptr, false);
}

} // namespace

std::string_view to_string(change_kind x) { return x == change_kind::syntax ? "syntax" : "coerce"; }

result<repaired> repair(std::string_view text, const schema* shape, repair_steps steps) {
  constexpr auto bytes_max = json::limits{}.bytes;
  if (auto parsed = json::parse(text)) {
    attempt out;
    out.value = std::move(*parsed);
    if (shape != nullptr && steps.coerce)
      fit(out, *shape, text, true);
    return repaired{.value = std::move(out.value), .changes = out.changes.list()};
  } else if (!steps.syntax || text.size() > bytes_max) {
    return parsed.error();
  }
  std::string plain;
  const auto is_escaped = repairs::is_escaped(text);
  if (is_escaped)
    plain = repairs::unescaped(text);
  auto out = mended(is_escaped ? plain : text, shape, steps.coerce);
  if (!out)
    return out.error();
  if (is_escaped)
    note(out->changes, "escapes around the JSON were resolved");
  return repaired{
      .value = std::move(out->value), .changes = out->changes.list(), .cut_off = out->cut_off};
}

} // namespace hedgerow
