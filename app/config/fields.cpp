#include "app/config/fields.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

namespace hedgerow::config {

namespace {

using std::chrono::milliseconds;

constexpr std::string_view duration_form = "a duration such as 250ms, 4s, 2m or 1h";

/// All of `text` as a number, if it is one.
template <class T>
std::optional<T> parsed(std::string_view text) {
  T value{};
  const auto* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end)
    return std::nullopt;
  return value;
}

std::string in_backticks(std::string_view text) {
  return "`" + std::string{text.substr(0, 40)} + "`";
}

/// 2 and not 2.000000.
std::string shown(double x) {
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), x).ptr;
  return {digits.data(), end};
}

} // namespace

void findings_of_file::add(const node& at, const std::string& key, std::string message) {
  const auto [line, column] = where(at);
  all.push_back({severity::error, file, line, column, key, std::move(message)});
}

std::optional<node> tree_of(std::string_view yaml, findings_of_file& found) {
  auto read = parse_yaml(yaml);
  if (auto* tree = std::get_if<node>(&read))
    return std::move(*tree);
  const auto& problem = std::get<yaml_problem>(read);
  const auto [line, column] = problem.at;
  found.all.push_back({severity::error, found.file, line, column, "", problem.message});
  return std::nullopt;
}

fields::fields(const node& x, std::string path, findings_of_file& found)
    : x_{x},
      path_{std::move(path)},
      found_{found} {
  if (!x.is_mapping())
    found_.add(x, path_, "has to be a mapping of keys to values");
}

const node* fields::take(std::string_view name) {
  taken_.emplace_back(name);
  return find(x_, name);
}

std::optional<std::string> fields::text(std::string_view name) {
  const auto* x = scalar(name, "a text");
  return x ? std::optional{x->text} : std::nullopt;
}

std::optional<std::uint64_t> fields::whole(std::string_view name, std::uint64_t least,
                                           std::uint64_t most) {
  const auto form = "a whole number from " + std::to_string(least) + " to " + std::to_string(most);
  const auto* x = scalar(name, form);
  if (!x)
    return std::nullopt;
  const auto value = whole_of(x->text, least, most);
  if (value)
    return value;
  report(name, in_backticks(x->text) + " is not " + form);
  return std::nullopt;
}

std::optional<double> fields::number(std::string_view name, double least, double most) {
  const auto form = "a number from " + shown(least) + " to " + shown(most);
  const auto* x = scalar(name, form);
  if (!x)
    return std::nullopt;
  const auto value = parsed<double>(x->text);
  if (value && *value >= least && *value <= most)
    return value;
  report(name, in_backticks(x->text) + " is not " + form);
  return std::nullopt;
}

std::optional<double> fields::share(std::string_view name) {
  const auto* x = scalar(name, "a share such as 5%");
  if (!x)
    return std::nullopt;
  std::string_view text = x->text;
  if (text.ends_with('%')) {
    text.remove_suffix(1);
    const auto percent = parsed<double>(text);
    if (percent && *percent >= 0 && *percent <= 100)
      return *percent / 100;
  }
  report(name, in_backticks(x->text) + " is not a share such as 5%");
  return std::nullopt;
}

std::optional<milliseconds> fields::duration(std::string_view name) {
  const auto* x = scalar(name, duration_form);
  if (!x)
    return std::nullopt;
  const auto value = duration_of(x->text);
  if (!value)
    report(name, in_backticks(x->text) + " is not " + std::string{duration_form});
  return value;
}

bool fields::flag(std::string_view name) {
  const auto* x = scalar(name, "true");
  if (!x)
    return false;
  if (x->text == "true" && !x->quoted)
    return true;
  report(name, "takes only true; leave the key out otherwise");
  return false;
}

void fields::finish() {
  for (auto i = x_.items.begin(); x_.is_mapping() && i != x_.items.end(); ++i) {
    const auto same = [&](const node& other) { return other.key == i->key; };
    const auto known = std::ranges::find(taken_, i->key) != taken_.end();
    // The finding is about the key, so that is where it points.
    node at;
    at.at = i->key_at;
    if (!known)
      found_.add(at, key_of(i->key), "is not a key that is known here");
    else if (std::any_of(x_.items.begin(), i, same))
      found_.add(at, key_of(i->key), "is given twice");
  }
}

std::string fields::key_of(std::string_view name) const {
  return path_.empty() ? std::string{name} : path_ + "." + std::string{name};
}

void fields::report(std::string_view name, std::string message) {
  const auto* x = find(x_, name);
  found_.add(x ? *x : x_, key_of(name), std::move(message));
}

const node* fields::scalar(std::string_view name, std::string_view wanted) {
  const auto* x = take(name);
  if (!x || x->is_scalar())
    return x;
  report(name, "has to be " + std::string{wanted});
  return nullptr;
}

std::optional<std::uint64_t> whole_of(std::string_view text, std::uint64_t least,
                                      std::uint64_t most) {
  const auto value = parsed<std::uint64_t>(text);
  return value && *value >= least && *value <= most ? value : std::nullopt;
}

std::optional<milliseconds> duration_of(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, std::int64_t>, 4> units{
      {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}}};
  constexpr std::int64_t day = 24 * 3'600'000;
  const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto count = parsed<std::int64_t>(text.substr(0, digits));
  for (const auto& [name, factor] : units)
    if (count && text.substr(digits) == name && *count <= day / factor)
      return milliseconds{*count * factor};
  return std::nullopt;
}

std::optional<std::string> bytes_of_file(const std::filesystem::path& file) {
  std::error_code failed;
  const auto size = std::filesystem::file_size(file, failed);
  if (failed || size > file_bytes_max)
    return std::nullopt;
  std::ifstream in{file, std::ios::binary};
  std::string bytes{std::istreambuf_iterator<char>{in}, {}};
  return in.bad() || bytes.size() != size ? std::nullopt : std::optional{std::move(bytes)};
}

} // namespace hedgerow::config
