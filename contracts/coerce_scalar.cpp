#include "contracts/coerce_scalar.hpp"

#include "contracts/json_number.hpp"
#include "contracts/repair_blank.hpp"
#include "contracts/repair_reader.hpp"
#include "contracts/repair_word.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace hedgerow::coercion {
namespace {

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == text.npos)
    return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") + 1 - first);
}

bool is_word_byte(char c) {
  return repairs::is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
         || static_cast<unsigned char>(c) >= 0x80;
}

std::string lower(std::string_view text) {
  std::string out{text};
  for (auto& c : out)
    c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  return out;
}

/// Without the commas of `1,234,567`; nothing if they are no such commas.
std::optional<std::string> without_thousands(std::string_view text) {
  const auto start = text.starts_with('-') || text.starts_with('+') ? 1u : 0u;
  const auto end = std::min(text.find_first_not_of("0123456789,", start), text.size());
  auto comma = text.find(',', start);
  if (comma == text.npos)
    return std::string{text};
  if (comma == start || comma > start + 3)
    return std::nullopt;
  for (; comma < end; comma += 4)
    if (text[comma] != ',' || end - comma < 4 || text.substr(comma + 1, 3).find(',') != text.npos)
      return std::nullopt;
  std::string out{text};
  std::erase(out, ',');
  return out;
}

/// Without the zeros that stand before a number's first digit.
std::string without_zeros(std::string text) {
  const auto sign = text.starts_with('-') || text.starts_with('+') ? 1u : 0u;
  auto end = sign;
  while (end + 1 < text.size() && text[end] == '0' && repairs::is_digit(text[end + 1]))
    ++end;
  return text.erase(sign, end - sign);
}

std::string text_of_scalar(const json::value& x) {
  return x.IsString() ? std::string{json::text_of(x)} : json::compact(x);
}

/// Whether the folded `word` stands in the folded `text` as a word of its own.
bool has_word(std::string_view text, std::string_view word) {
  for (auto i = text.find(word); i != text.npos; i = text.find(word, i + 1)) {
    const auto end = i + word.size();
    if ((i == 0 || !is_word_byte(text[i - 1])) && (end == text.size() || !is_word_byte(text[end])))
      return true;
  }
  return false;
}

/// Whether `text` is `word` and then, after a colon, a dash, a period or the like, something about
/// it.
bool is_labelled(std::string_view text, std::string_view word) {
  if (word.empty() || !text.starts_with(word))
    return false;
  const auto rest = trimmed(text.substr(word.size()));
  return rest.starts_with(':') || rest.starts_with('.') || rest.starts_with('(')
         || rest.starts_with("- ") || rest.starts_with("\u2013") || rest.starts_with("\u2014");
}

/// What `text` ends with after its last line break or colon, folded: where the answer stands after
/// reasons.
std::string conclusion(std::string_view text) {
  text = trimmed(text);
  const auto cut = text.find_last_of(":\n");
  return cut == text.npos ? std::string{} : folded(text.substr(cut + 1));
}

/// Which of `words`, as they are, `text` means: the same word; else the only one in it, if it is
/// labelled or the conclusion. Nothing: none, or several.
template <class Words>
std::optional<std::size_t> meant_word(std::string_view text, const Words& words) {
  const auto word = folded(text);
  std::optional<std::size_t> same;
  std::optional<std::size_t> mentioned;
  std::size_t same_count = 0;
  std::size_t mentioned_count = 0;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto known = folded(words[i]);
    if (known == word) {
      same = i;
      ++same_count;
    } else if (!known.empty() && has_word(word, known)) {
      mentioned = i;
      ++mentioned_count;
    }
  }
  if (same_count > 0)
    return same_count == 1 ? same : std::nullopt;
  if (mentioned_count != 1)
    return std::nullopt;
  const auto only = std::string_view{words[*mentioned]};
  const auto is_it =
      is_labelled(lower(trimmed(text)), lower(only)) || conclusion(text) == folded(only);
  return is_it ? mentioned : std::nullopt;
}

} // namespace

std::optional<json::value> number_in(std::string_view text, memory& to) {
  text = trimmed(text);
  if (text.ends_with('.'))
    text.remove_suffix(1); // The end of a sentence.
  const auto plain = without_thousands(text);
  if (!plain || plain->find('_') != plain->npos)
    return std::nullopt;
  const auto digits = repairs::as_number(without_zeros(*plain)); // Viewed by the form.
  const auto form = json::read_number(digits);
  return form ? std::optional{json::made_number(*form, to)} : std::nullopt;
}

std::optional<bool> boolean_in(std::string_view text) {
  static constexpr std::array<std::string_view, 4> words{"true", "yes", "false", "no"};
  const auto i = meant_word(text, words);
  return i ? std::optional{*i < 2} : std::nullopt;
}

std::optional<bool> boolean_of(const json::value& number) {
  const auto x = json::to_double(number);
  return x == 1 || x == 0 ? std::optional{x == 1} : std::nullopt;
}

bool is_null_in(std::string_view text) {
  const auto word = lower(trimmed(text));
  return word == "null" || word == "none";
}

std::optional<json::value> container_in(std::string_view text, memory& to) {
  text = trimmed(text);
  if (!text.starts_with('{') && !text.starts_with('['))
    return std::nullopt;
  auto parsed = json::parse(text);
  if (!parsed) {
    const auto read = repairs::read_value(text, 0);
    if (read.failed || read.end < text.size())
      return std::nullopt;
    parsed = json::parse(read.json);
  }
  if (!parsed)
    return std::nullopt;
  return json::value{*parsed, to};
}

std::string folded(std::string_view text) {
  constexpr std::string_view edges = " \t\r\n\"'`*.,;:!()[]";
  const auto first = text.find_first_not_of(edges);
  auto out = lower(
      first == text.npos ? text : text.substr(first, text.find_last_not_of(edges) + 1 - first));
  for (auto& c : out)
    c = c == '_' || c == '-' ? ' ' : c;
  return out;
}

const json::value* meant_by(const json::value& x, const json::value& values) {
  if (x.IsArray() || json::is_object(x))
    return nullptr;
  std::vector<std::string> words;
  std::vector<const json::value*> scalars;
  for (const auto& value : values.GetArray()) {
    if (value.IsArray() || json::is_object(value))
      continue;
    words.push_back(text_of_scalar(value));
    scalars.push_back(&value);
  }
  const auto i = meant_word(text_of_scalar(x), words);
  return i ? scalars[*i] : nullptr;
}

} // namespace hedgerow::coercion
