#include "contracts/ecma_class.hpp"

#include "contracts/utf8.hpp"

#include <algorithm>
#include <charconv>

namespace hedgerow::ecma {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }
bool is_surrogate(char32_t c) { return c >= 0xd800 && c <= 0xdfff; }

std::string escaped(char32_t c) {
  char room[16];
  const auto end = std::to_chars(room, room + sizeof room, static_cast<std::uint32_t>(c), 16).ptr;
  return R"(\x{)" + std::string{room, end} + '}';
}

void reader::fail(std::string_view why) {
  if (failed_.empty())
    failed_ = why;
}

void reader::go_beyond(std::string_view what) {
  if (beyond_.empty())
    beyond_ = what;
}

bool reader::take(std::string_view text) {
  if (!rest_.starts_with(text))
    return false;
  rest_.remove_prefix(text.size());
  return true;
}

char reader::take_one() {
  const auto c = rest_[0];
  rest_.remove_prefix(1);
  return c;
}

char32_t reader::take_character() {
  const auto n = std::max<std::size_t>(utf8::sequence_length(rest_), 1);
  const auto c = utf8::character(rest_.substr(0, n));
  rest_.remove_prefix(n);
  return c;
}

reader::member reader::take_escape() {
  const auto before = rest_;
  const auto c = take_one();
  switch (c) {
  case 'd':
  case 'D':
    return {.character = {}, .set = {.members = "0-9", .is_complement = c == 'D'}};
  case 'w':
  case 'W':
    return {.character = {}, .set = {.members = "0-9A-Za-z_", .is_complement = c == 'W'}};
  case 's':
  case 'S':
    return {.character = {}, .set = {.members = std::string{spaces}, .is_complement = c == 'S'}};
  case 'p':
  case 'P':
    return {.character = {}, .set = take_property(c == 'P')};
  default:
    rest_ = before;
    return {.character = take_character_escape(), .set = {}};
  }
}

character_set reader::take_property(bool negated) {
  const auto end = rest_.find('}');
  if (!rest_.starts_with('{') || end == rest_.npos) {
    fail("a property of Unicode has no name");
    return {};
  }
  const auto name = rest_.substr(1, end - 1);
  rest_.remove_prefix(end + 1);
  auto found = property(name);
  if (!found) {
    go_beyond("the property of Unicode called " + std::string{name} + " is not known");
    return {.members = "0"};
  }
  found->is_complement = found->is_complement != negated;
  return *found;
}

char32_t reader::take_character_escape() {
  if (rest_[0] < 0)
    return take_character();
  const auto c = take_one();
  constexpr std::string_view letters = "fnrtv";
  constexpr std::string_view controls = "\f\n\r\t\v";
  if (const auto i = letters.find(c); i != letters.npos)
    return static_cast<char32_t>(controls[i]);
  if (c == '0' && (rest_.empty() || !is_digit(rest_[0])))
    return 0;
  if (c == 'c' && !rest_.empty() && is_letter(rest_[0]))
    return static_cast<char32_t>(take_one() & 31);
  if (c == 'x')
    return take_hex(2);
  if (c == 'u')
    return take_unicode_escape();
  if (is_letter(c) || is_digit(c))
    fail("no escape is written like this: \\" + std::string(1, c));
  return static_cast<char32_t>(c);
}

char32_t reader::take_hex(std::size_t n) {
  std::uint32_t out = 0;
  const auto digits = rest_.substr(0, n);
  const auto done = std::from_chars(digits.data(), digits.data() + digits.size(), out, 16);
  if (digits.size() != n || done.ptr != digits.data() + n)
    fail("an escape has too few hex digits");
  else
    rest_.remove_prefix(n);
  return out;
}

char32_t reader::take_unicode_escape() {
  if (take("{")) {
    const auto end = rest_.find('}');
    const auto out = end == 0 || end > 8 ? 0x110000 : take_hex(end);
    if (out > 0x10ffff || !take("}"))
      fail("an escape names no character");
    return std::min<char32_t>(out, 0x10ffff);
  }
  const auto high = take_hex(4);
  if (high < 0xd800 || high > 0xdbff)
    return high;
  const auto before = rest_;
  if (take("\\u") && !rest_.starts_with('{'))
    if (const auto low = take_hex(4); low >= 0xdc00 && low <= 0xdfff)
      return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
  rest_ = before;
  return high;
}

reader::member reader::take_class_member() {
  if (!take("\\"))
    return {.character = take_character(), .set = {}};
  if (take("b"))
    return {.character = U'\b', .set = {}};
  if (rest_.empty()) {
    fail("it ends with a backslash");
    return {};
  }
  return take_escape();
}

std::string reader::take_class() {
  const auto negated = take("^");
  std::string inside;
  while (failed_.empty() && !take("]")) {
    if (rest_.empty()) {
      fail("a class is not closed");
      break;
    }
    const auto first = take_class_member();
    const auto is_range = rest_.size() > 1 && rest_[0] == '-' && rest_[1] != ']';
    if (!is_range || !first.character) {
      add(inside, first);
      continue;
    }
    rest_.remove_prefix(1);
    add_range(inside, first, take_class_member());
  }
  if (inside.empty())
    return std::string{negated ? any_character : no_character};
  return (negated ? "[^" : "[") + inside + ']';
}

void reader::add(std::string& inside, const member& x) {
  if (x.character)
    inside += is_surrogate(*x.character) ? "" : escaped(*x.character);
  else if (!x.set.is_complement)
    inside += x.set.members;
  else if (x.set.members == spaces)
    inside += not_spaces;
  else
    inside += complement(x.set.members);
}

std::string reader::complement(const std::string& members) {
  if (members == "0-9")
    return R"(\D)";
  if (members == "0-9A-Za-z_")
    return R"(\W)";
  if (members.starts_with(R"(\p{)") && members.find('}') == members.size() - 1)
    return R"(\P)" + members.substr(2);
  go_beyond("the negation of such a property cannot stand in a class");
  return "0";
}

void reader::add_range(std::string& inside, const member& first, const member& last) {
  if (!last.character) {
    add(inside, first);
    inside += R"(\-)";
    add(inside, last);
  } else if (*first.character > *last.character) {
    fail("a range in a class ends before it starts");
  } else {
    inside += escaped(*first.character) + '-' + escaped(*last.character);
  }
}

} // namespace hedgerow::ecma
