#include "app/config/reader.hpp"

#include "app/config/names.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace hedgerow::config {

namespace {

/// Above this the rest is more of the same.
constexpr std::size_t findings_max = 1000;

/// Whether `key` is `prefix` or stands below it.
bool is_at_or_below(std::string_view key, std::string_view prefix) {
  return prefix.empty()
         || (key.starts_with(prefix)
             && (key.size() == prefix.size() || key[prefix.size()] == '.'
                 || key[prefix.size()] == '['));
}

} // namespace

std::string place::path() const {
  if (around == nullptr)
    return {};
  auto out = around->path();
  if (around->what.is_sequence())
    return out + "[" + std::to_string(index) + "]";
  // A key may hold anything; a finding is one line.
  const auto name = is_name(what.key) ? what.key : ticked(what.key);
  return out.empty() ? name : out + "." + name;
}

std::string shown(const node& x) { return ticked(x.substituted ? x.written : x.text); }

std::string to_string(const key_path& x) {
  std::string out;
  for (const auto& part : x)
    out += (out.empty() || part.starts_with('[') ? "" : ".") + part;
  return out;
}

const node& nearest_to(const node& root, const key_path& at) {
  const auto* here = &root;
  for (const auto& part : at) {
    const node* inside = nullptr;
    if (part.starts_with('[') && here->is_sequence())
      inside = &here->items.at(std::stoul(part.substr(1)));
    else
      inside = find(*here, part);
    if (inside == nullptr)
      break;
    here = inside;
  }
  return *here;
}

reader::reader(std::filesystem::path file, file_opener open, environment variables)
    : file_{std::move(file)},
      open_{std::move(open)},
      variables_{std::move(variables)} {}

std::optional<std::string> reader::open(const place& at) {
  auto text = open_(at.what.text);
  if (!text)
    error(at, "the file " + shown(at.what)
                  + " cannot be read; is the path right, and relative to "
                    "the folder of the configuration?");
  return text;
}

std::string reader::resolve(const std::string& name) const {
  return (file_.parent_path() / name).string();
}

void reader::prepare(node& x) { prepare(x, place{x}); }

void reader::prepare(node& x, const place& at) {
  if (variables_ && x.is_scalar() && x.text.find("${") != x.text.npos) {
    std::vector<std::string> problems;
    x.written = std::exchange(x.text, substitute(x.text, variables_, problems));
    x.substituted = true;
    for (auto& problem : problems)
      error(at, std::move(problem));
    if (!problems.empty())
      unset_.emplace(x.at.line, x.at.column);
  }
  std::map<std::string_view, int> first_at;
  for (std::size_t i = 0; i < x.items.size(); ++i) {
    auto& item = x.items[i];
    const place inside{item, &at, i};
    if (x.is_mapping()) {
      const auto [seen, is_new] = first_at.emplace(item.key, item.key_at.line);
      if (!is_new)
        error_in(file_.string(), item.key_at, inside.path(),
                 "is given twice, first in line " + std::to_string(seen->second)
                     + "; remove one of the two");
    }
    prepare(item, inside);
  }
}

void reader::error(const place& at, std::string message) {
  error(at, where(at.what), std::move(message));
}

void reader::error(const place& at, position spot, std::string message) {
  if (!unset_.contains({spot.line, spot.column}))
    error_in(file_.string(), spot, at.path(), std::move(message));
}

void reader::warn(const place& at, std::string message) {
  const auto [line, column] = where(at.what);
  add({severity::warning, file_.string(), line, column, at.path(), std::move(message)});
}

void reader::error_unknown(const place& at, const std::vector<std::string>& known) {
  const auto meant = did_you_mean(at.what.key, known);
  error_in(file_.string(), at.what.key_at, at.path(),
           "is no key that is known here" + (meant.empty() ? "; known: " + listed(known) : meant));
}

void reader::error_missing(const place& at, const std::string& name) {
  const auto path = at.path();
  error_in(file_.string(), where(at.what), path.empty() ? name : path + "." + name,
           "is missing and has no default; add it");
}

void reader::error_in(const std::string& file, position at, const std::string& key,
                      std::string message) {
  add({severity::error, file, at.line, at.column, key, std::move(message)});
}

void reader::error(const node& root, const key_path& at, std::string message) {
  report(root, at, severity::error, std::move(message));
}

void reader::warn(const node& root, const key_path& at, std::string message) {
  report(root, at, severity::warning, std::move(message));
}

void reader::report(const node& root, const key_path& at, severity level, std::string message) {
  const auto [line, column] = where(nearest_to(root, at));
  add({level, file_.string(), line, column, to_string(at), std::move(message)});
}

bool reader::sound(const key_path& at) const {
  const auto prefix = to_string(at);
  return std::ranges::none_of(findings_, [&](const finding& x) {
    return x.level == severity::error && is_at_or_below(x.key, prefix);
  });
}

std::vector<finding> reader::take_findings() {
  // Other files come after this one.
  std::ranges::stable_sort(findings_, {}, [this](const finding& x) {
    return std::tuple{x.file != file_.string(), x.file, x.line, x.column};
  });
  return std::move(findings_);
}

reader reader::for_file(const std::string& name) const { return {resolve(name), open_, {}}; }

bool reader::take_over(reader other) {
  auto found = other.take_findings();
  for (const auto& x : found)
    if (findings_.empty() || std::ranges::find(findings_, x) == findings_.end())
      add(x); // A file that two rungs name is read twice.
  return has_errors(found);
}

void reader::add(finding x) {
  if (findings_.size() < findings_max)
    findings_.push_back(std::move(x));
}

} // namespace hedgerow::config
