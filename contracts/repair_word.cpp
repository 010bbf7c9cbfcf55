#include "contracts/repair_word.hpp"

#include "contracts/json.hpp"
#include "contracts/repair_blank.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace hedgerow::repairs {
namespace {

std::string folded(std::string_view word) {
  std::string out{word};
  for (auto& c : out)
    c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  return out;
}

constexpr std::array<std::pair<std::string_view, std::string_view>, 10> literals{{
    {"true", "true"},
    {"false", "false"},
    {"null", "null"},
    {"none", "null"},
    {"nil", "null"},
    {"undefined", "null"},
    {"nan", "null"},
    {"infinity", "null"},
    {"-infinity", "null"},
    {"+infinity", "null"},
}};

std::string_view literal_of(std::string_view word) {
  constexpr std::size_t literal_max = 9;
  if (word.size() > literal_max)
    return {};
  const auto plain = folded(word);
  const auto* found = std::ranges::find(literals, plain, &decltype(literals)::value_type::first);
  return found == literals.end() ? std::string_view{} : found->second;
}

/// The literal of JSON that starts with `word`.
std::string_view literal_begun_by(std::string_view word) {
  for (const std::string_view whole : {"true", "false", "null"})
    if (!word.empty() && whole.starts_with(word))
      return whole;
  return {};
}

/// Takes digits, and `_` between digits.
std::string_view take_digits(std::string_view& rest, std::string& out) {
  std::size_t n = 0;
  while (n < rest.size() && (is_digit(rest[n]) || (rest[n] == '_' && n > 0)))
    ++n;
  while (n > 0 && rest[n - 1] == '_')
    --n;
  const auto taken = rest.substr(0, n);
  std::ranges::copy_if(taken, std::back_inserter(out), is_digit);
  rest.remove_prefix(n);
  return taken;
}

/// Whether the digits `,` three digits at `at` are a number's thousands. Only in an object, where
/// no value can follow a comma.
bool is_thousands(std::string_view text, std::size_t at) {
  for (std::size_t i = 1; i <= 3; ++i)
    if (!is_digit(at_or_nul(text, at + i)))
      return false;
  const auto after = skip_space(text, at + 4);
  const char c = at_or_nul(text, after);
  return !is_digit(c) && c != ':';
}

/// Whether `word` is no text: a bracket after it starts something else.
bool is_value(std::string_view word) {
  constexpr std::size_t number_max = 32;
  return word.size() <= number_max && (!as_number(word).empty() || !literal_of(word).empty());
}

/// Whether a quote that ends an unquoted word stands before `at`: its partner is missing.
bool ends_item(std::string_view text, std::size_t at) {
  const auto next = skip_space(text, at);
  return next >= text.size() || std::string_view{",]}"}.find(text[next]) != std::string_view::npos;
}

/// A word on its way.
class scanner {
public:
  scanner(std::string_view text, std::size_t at, surroundings around)
      : text_{text},
        start_{at},
        around_{around} {}

  /// The end of the word.
  std::size_t end();
  /// Whether a quote without a partner ends it.
  bool has_quote() const { return has_quote_; }

private:
  bool stops(std::size_t i);
  bool stops_after_space(std::size_t i) const;

  std::string_view text_;
  std::size_t start_;
  surroundings around_;
  bool has_quote_ = false;
};

bool scanner::stops(std::size_t i) {
  const char c = text_[i];
  if (c == '\n' || c == '}' || c == ']')
    return true;
  if (c == ',')
    return around_.as != role::member || i == start_ || !is_digit(text_[i - 1])
           || !is_thousands(text_, i);
  if (c == ')')
    return around_.in_parentheses;
  if (c == ';' && around_.as == role::root)
    return true;
  if (c == '"') {
    has_quote_ = true;
    return true;
  }
  if ((c == '`' && text_.substr(i, 3) == "```") || (c == '/' && text_.substr(i, 2) == "/*"))
    return true;
  if (c == '{' || c == '[')
    return is_value(text_.substr(start_, i - start_));
  return space_length(text_, i) > 0 && stops_after_space(i);
}

bool scanner::stops_after_space(std::size_t i) const {
  const auto next = skip_space(text_, i);
  const auto two = text_.substr(next, 2);
  if (text_.substr(i, next - i).find('\n') != text_.npos)
    return true;
  if (two == "//" || two == "/*" || quote_length(text_, next) > 0)
    return true;
  return around_.as == role::member && is_bare_key(text_, next);
}

std::size_t scanner::end() {
  auto i = start_;
  while (i < text_.size()) {
    if (stops(i))
      return i;
    // White space was looked at as a whole.
    i = space_length(text_, i) > 0 ? skip_space(text_, i) : i + 1;
  }
  return i;
}

std::string_view trimmed(std::string_view word) {
  while (!word.empty()) {
    std::size_t n = 0;
    for (const std::size_t size : {1, 2, 3})
      if (size <= word.size() && space_length(word, word.size() - size) == size)
        n = size;
    if (n == 0)
      break;
    word.remove_suffix(n);
  }
  return word;
}

/// Without the commas between thousands.
std::string without_commas(std::string_view word) {
  std::string out{word};
  std::erase(out, ',');
  return out;
}

} // namespace

std::string as_number(std::string_view word) {
  std::string out;
  if (word.starts_with('-') || word.starts_with('+')) {
    out += word[0] == '-' ? "-" : "";
    word.remove_prefix(1);
  }
  const auto sign = out.size();
  const auto whole = take_digits(word, out);
  if (whole.empty())
    out += '0';
  if (whole.size() > 1 && whole[0] == '0')
    return {};
  bool has_digits = !whole.empty();
  if (word.starts_with('.')) {
    word.remove_prefix(1);
    std::string fraction;
    take_digits(word, fraction);
    has_digits = has_digits || !fraction.empty();
    out += fraction.empty() ? "" : "." + fraction;
  }
  if (!has_digits || out.size() == sign)
    return {};
  if (word.starts_with('e') || word.starts_with('E')) {
    word.remove_prefix(1);
    std::string exponent;
    if (word.starts_with('+') || word.starts_with('-')) {
      exponent += word[0];
      word.remove_prefix(1);
    }
    const auto digits = take_digits(word, exponent);
    out += digits.empty() ? "" : "e" + exponent;
  }
  return word.empty() ? out : std::string{};
}

word_reading read_word(std::string_view text, std::size_t at, surroundings around) {
  scanner scan{text, at, around};
  word_reading x;
  x.end = scan.end();
  const auto word = trimmed(text.substr(at, x.end - at));
  const auto at_end = x.end == text.size();
  if (scan.has_quote() && at + word.size() == x.end && ends_item(text, x.end + 1)) {
    x.end += 1;
    json::append_quoted(x.json, word);
    x.mended = "the quote that starts the text was put in";
    return x;
  }
  if (word.empty() || (at_end && word.find_first_not_of("+-.") == word.npos))
    return x;
  if (auto number = as_number(without_commas(word)); !number.empty()) {
    x.mended = number == word ? nullptr : "the number was written as JSON has it";
    x.json = std::move(number);
    return x;
  }
  x.json = literal_of(word);
  if (x.json.empty() && at_end)
    x.json = literal_begun_by(word);
  if (!x.json.empty()) {
    x.mended = x.json == word ? nullptr : "the literal was written as JSON has it";
    return x;
  }
  json::append_quoted(x.json, word);
  x.mended = "text without quotes was quoted";
  x.bare_text = true;
  return x;
}

} // namespace hedgerow::repairs
