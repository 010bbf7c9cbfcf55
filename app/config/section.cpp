#include "app/config/section.hpp"

#include "app/config/units.hpp"
#include "contracts/json.hpp"

#include <algorithm>
#include <numeric>

namespace hedgerow::config {

namespace {

/// Edits that turn one word into the other.
std::size_t distance(std::string_view x, std::string_view y) {
  std::vector<std::size_t> row(y.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (std::size_t i = 0; i < x.size(); ++i) {
    auto diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < y.size(); ++j) {
      auto change = diagonal + (x[i] == y[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({change, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

std::string listed(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& x : words)
    out += (out.empty() ? "" : ", ") + x;
  return out;
}

/// What was probably meant, or all there is.
std::string suggestion(std::string_view word, const std::vector<std::string>& known) {
  auto nearest = std::ranges::min_element(known, {}, [&](auto& x) { return distance(word, x); });
  if (nearest != known.end() && distance(word, *nearest) <= 1 + word.size() / 4)
    return "did you mean `" + *nearest + "`?";
  return "known here: " + listed(known);
}

bool is_name(std::string_view x) {
  return !x.empty()
         && std::ranges::all_of(x, [](unsigned char c) { return std::isalnum(c) || c == '_'; });
}

} // namespace

void reading::error(const node& x, const std::string& key, std::string message) {
  auto at = where(x);
  findings.push_back({severity::error, file, at.line, at.column, key, std::move(message)});
}

void reading::warning(const node& x, const std::string& key, std::string message) {
  auto at = where(x);
  findings.push_back({severity::warning, file, at.line, at.column, key, std::move(message)});
}

std::string shown(const node& x) {
  const auto& text = x.substituted ? x.written : x.text;
  return "`" + text.substr(0, 60) + (text.size() > 60 ? "…`" : "`");
}

section::section(reading& all, const node* here, std::string path, described* into)
    : all_{&all},
      here_{here},
      path_{std::move(path)},
      into_{into} {
  if (here_ && !here_->is_mapping()) {
    if (here_->what != node::kind::null)
      all.error(*here_, path_, "has to be a mapping of keys to values");
    here_ = nullptr;
  }
}

const node* section::take(std::string_view key, std::string_view form, std::string_view doc) {
  known_.emplace_back(key);
  if (into_)
    into_->members[std::string{key}] = {std::string{form}, std::string{doc}, false, {}};
  return at(key);
}

const node* section::scalar(std::string_view key, std::string_view form, std::string_view doc,
                            std::string_view wanted) {
  const auto* x = take(key, form, doc);
  if (!x || x->is_scalar())
    return x;
  all_->error(*x, sub(key), "has to be " + std::string{wanted});
  return nullptr;
}

void section::text(std::string_view key, std::string& out, std::string_view doc) {
  if (const auto* x = scalar(key, R"("type":"string")", doc, "text"))
    out = x->text;
}

void section::flag(std::string_view key, bool& out, std::string_view doc) {
  const auto* x = scalar(key, R"("type":"boolean")", doc, "true or false");
  if (x && kind_of(*x) != scalar_kind::boolean)
    all_->error(*x, sub(key), shown(*x) + " is neither true nor false");
  else if (x)
    out = x->text.front() == 't' || x->text.front() == 'T';
}

void section::integer(std::string_view key, std::int64_t& out, std::int64_t least,
                      std::int64_t most, std::string_view doc) {
  const auto* x = scalar(key, R"("type":"integer")", doc, "a whole number");
  if (!x)
    return;
  auto read = read_integer(x->text);
  if (!read || *read < least || *read > most)
    all_->error(*x, sub(key),
                shown(*x) + " has to be a whole number from " + std::to_string(least) + " to "
                    + std::to_string(most));
  else
    out = *read;
}

void section::number(std::string_view key, double& out, double least, double most,
                     std::string_view doc) {
  const auto* x = scalar(key, R"("type":"number")", doc, "a number");
  if (!x)
    return;
  auto read = read_number(x->text);
  if (!read || *read < least || *read > most)
    all_->error(*x, sub(key), shown(*x) + " is not a number in the range that makes sense here");
  else
    out = *read;
}

void section::duration(std::string_view key, std::chrono::milliseconds& out, std::string_view doc,
                       std::chrono::milliseconds least) {
  const auto* x = scalar(key, R"("type":"string","pattern":"^[0-9.]+(ms|s|m|h|d)$")", doc,
                         "a time such as 250ms");
  if (!x)
    return;
  auto read = read_duration(x->text);
  if (!read)
    all_->error(*x, sub(key), shown(*x) + " is not a time; write it like 250ms, 4s, 2m or 1h");
  else if (*read < least)
    all_->error(*x, sub(key),
                shown(*x) + " is too short; it has to be at least " + std::to_string(least.count())
                    + "ms");
  else
    out = *read;
}

void section::bytes(std::string_view key, std::size_t& out, std::string_view doc) {
  const auto* x = scalar(key, R"("type":"string","pattern":"^[0-9.]+(B|KiB|MiB|GiB)$")", doc,
                         "a size such as 4MiB");
  if (!x)
    return;
  if (auto read = read_bytes(x->text))
    out = *read;
  else
    all_->error(*x, sub(key), shown(*x) + " is not a size; write it like 64KiB or 4MiB");
}

void section::percent(std::string_view key, double& out, std::string_view doc) {
  const auto* x =
      scalar(key, R"("type":"string","pattern":"^[0-9.]+%$")", doc, "a share such as 5%");
  if (!x)
    return;
  auto read = read_percent(x->text);
  if (!read || *read > 1)
    all_->error(*x, sub(key), shown(*x) + " is not a share; write it like 5%, at most 100%");
  else
    out = *read;
}

void section::money(std::string_view key, double& out, std::string_view doc) {
  const auto* x =
      scalar(key, R"("type":"string","pattern":"^\\$[0-9.]+$")", doc, "an amount such as $0.02");
  if (!x)
    return;
  if (auto read = read_money(x->text))
    out = *read;
  else
    all_->error(*x, sub(key), shown(*x) + " is not an amount; write it like $0.02");
}

void section::multiple(std::string_view key, double& out, std::string_view doc) {
  const auto* x =
      scalar(key, R"("type":"string","pattern":"^[0-9.]+x$")", doc, "a multiple such as 3x");
  if (!x)
    return;
  if (auto read = read_multiple(x->text))
    out = *read;
  else
    all_->error(*x, sub(key), shown(*x) + " is not a multiple; write it like 3x");
}

void section::texts(std::string_view key, std::vector<std::string>& out, std::string_view doc) {
  const auto* x = take(key, R"("type":"array","items":{"type":"string"})", doc);
  if (!x)
    return;
  if (!x->is_sequence()) {
    all_->error(*x, sub(key), "has to be a list, such as [one, two]");
    return;
  }
  out.clear();
  for (const auto& item : x->items) {
    if (item.is_scalar())
      out.push_back(item.text);
    else
      all_->error(item, sub(key), "has to be text");
  }
}

std::optional<std::size_t> section::choice(std::string_view key,
                                           const std::vector<std::string_view>& words,
                                           std::string_view doc) {
  std::string form = R"("enum":[)";
  std::vector<std::string> known;
  for (auto word : words) {
    form += known.empty() ? "" : ",";
    json::append_quoted(form, word);
    known.emplace_back(word);
  }
  const auto* x = scalar(key, form + "]", doc, "one word of " + listed(known));
  if (!x)
    return std::nullopt;
  auto i = std::ranges::find(words, x->text);
  if (i != words.end())
    return static_cast<std::size_t>(i - words.begin());
  all_->error(*x, sub(key), shown(*x) + " is not known; " + suggestion(x->text, known));
  return std::nullopt;
}

const node* section::raw(std::string_view key, std::string_view form, std::string_view doc) {
  return take(key, form, doc);
}

section section::child(std::string_view key, std::string_view doc) {
  const auto* x = take(key, R"("type":"object")", doc);
  return {*all_, x, sub(key), into_ ? &into_->members[std::string{key}] : nullptr};
}

void section::entries(std::string_view key, std::string_view doc,
                      const std::function<void(const std::string&, section&)>& each) {
  auto group = child(key, doc);
  if (group.into_) {
    auto& any = group.into_->members["*"];
    any.form = R"("type":"object")";
    section model{*all_, nullptr, group.path_ + ".*", &any};
    each("*", model);
  }
  if (!group.present())
    return;
  std::vector<std::string> seen;
  for (const auto& item : group.here_->items) {
    auto path = group.path_ + "." + item.key;
    if (std::ranges::find(seen, item.key) != seen.end())
      all_->error(item, path, "is given twice; one of them would be lost");
    seen.push_back(item.key);
    if (!item.is_mapping())
      all_->error(item, path, "has to be a mapping of keys to values");
    section one{*all_, &item, path, nullptr};
    if (one.present())
      each(item.key, one);
  }
}

void section::not_built(std::string_view key, std::string_view doc) {
  if (const auto* x = take(key, "", "Not built yet: " + std::string{doc}))
    all_->error(*x, sub(key), "is not built yet (" + std::string{doc} + "); remove it");
}

void section::require(std::string_view key) {
  if (into_)
    into_->members[std::string{key}].required = true;
  if (here_ && !at(key))
    all_->error(*here_, sub(key), "is missing");
}

void section::close() {
  if (!here_)
    return;
  std::vector<std::string> seen;
  for (const auto& item : here_->items) {
    if (std::ranges::find(known_, item.key) == known_.end())
      all_->error(item, sub(item.key), "is not a known key; " + suggestion(item.key, known_));
    else if (std::ranges::find(seen, item.key) != seen.end())
      all_->error(item, sub(item.key), "is given twice; one of them would be lost");
    seen.push_back(item.key);
  }
}

void section::error(std::string_view key, std::string message) {
  if (const auto* x = key.empty() ? here_ : at(key))
    all_->error(*x, key.empty() ? path_ : sub(key), std::move(message));
  else if (here_)
    all_->error(*here_, sub(key), std::move(message));
}

void section::warning(std::string_view key, std::string message) {
  if (const auto* x = key.empty() ? here_ : at(key))
    all_->warning(*x, key.empty() ? path_ : sub(key), std::move(message));
  else if (here_)
    all_->warning(*here_, sub(key), std::move(message));
}

std::string section::sub(std::string_view key) const {
  return path_.empty() ? std::string{key} : path_ + "." + std::string{key};
}

const node* section::at(std::string_view key) const { return here_ ? find(*here_, key) : nullptr; }

void substitute(node& x, reading& all, const std::string& path) {
  for (auto& item : x.items)
    substitute(item, all,
               item.key.empty() ? path
               : path.empty()   ? item.key
                                : path + "." + item.key);
  if (!x.is_scalar() || x.text.find("${") == std::string::npos)
    return;
  x.written = x.text;
  x.substituted = true;
  std::string out;
  for (std::size_t i = 0; i < x.written.size();) {
    auto open = x.written.find("${", i);
    out += x.written.substr(i, open - i);
    if (open == std::string::npos)
      break;
    auto end = x.written.find('}', open);
    auto inside =
        end == std::string::npos ? std::string{} : x.written.substr(open + 2, end - open - 2);
    auto bar = inside.find(":-");
    auto name = inside.substr(0, bar);
    if (!is_name(name)) {
      all.error(x, path, "`${` has to be followed by a name and `}`");
      return;
    }
    auto value = all.environment(name);
    if (!value && bar != std::string::npos)
      value = inside.substr(bar + 2);
    if (!value)
      all.error(x, path,
                "the environment variable `" + name + "` is not set; set it, or write `${" + name
                    + ":-default}`");
    out += value.value_or("");
    i = end + 1;
  }
  x.text = std::move(out);
}

} // namespace hedgerow::config
