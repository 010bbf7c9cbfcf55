#include "contracts/ecma_regex.hpp"

#include "contracts/ecma_property.hpp"
#include "contracts/utf8.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

namespace hedgerow::ecma {
namespace {

/// RE2 takes no larger counts in `{n,m}`; larger ones are spelled out.
constexpr unsigned count_max = 1000;
constexpr unsigned spelled_max = 100'000;
constexpr std::size_t translated_bytes_max = 256 * 1024;

constexpr std::string_view any = R"([\x{0}-\x{10ffff}])";
constexpr std::string_view nothing = R"([^\x{0}-\x{10ffff}])";

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }
bool is_surrogate(char32_t c) { return c >= 0xd800 && c <= 0xdfff; }

std::string hex(char32_t c) {
  char room[16];
  const auto end = std::to_chars(room, room + sizeof room, static_cast<std::uint32_t>(c), 16).ptr;
  return R"(\x{)" + std::string{room, end} + '}';
}

/// A member of a class: one character, or a set of them.
struct member {
  std::optional<char32_t> character;
  character_set set;
};

/// `{n}`, `{n,}` or `{n,m}`.
struct counts {
  unsigned least = 0;
  std::optional<unsigned> most;
};

class translator {
public:
  explicit translator(std::string_view text) : in_{text} {}

  result<regex> run() {
    while (!in_.empty() && failed_.empty())
      term();
    if (failed_.empty() && !groups_.empty())
      fail("a group is not closed");
    if (!failed_.empty())
      return error{.code = errc::config_invalid, .message = failed_, .param = {}};
    return regex{.text = std::move(out_), .beyond = std::move(beyond_)};
  }

private:
  void fail(std::string_view why) {
    if (failed_.empty())
      failed_ = why;
  }

  void beyond(std::string_view what) {
    if (beyond_.empty())
      beyond_ = what;
  }

  bool take(std::string_view text) {
    if (!in_.starts_with(text))
      return false;
    in_.remove_prefix(text.size());
    return true;
  }

  char take_one() {
    const auto c = in_[0];
    in_.remove_prefix(1);
    return c;
  }

  char32_t take_character() {
    const auto n = std::max<std::size_t>(utf8::sequence_length(in_), 1);
    const auto c = utf8::character(in_.substr(0, n));
    in_.remove_prefix(n);
    return c;
  }

  /// Something that a quantifier can follow.
  void atom(std::string_view text) {
    atom_ = out_.size();
    out_ += text;
  }

  void assertion(std::string_view text) {
    atom_ = std::nullopt;
    out_ += text;
  }

  void atom(const character_set& set, bool negated) {
    atom((set.is_complement != negated ? "[^" : "[") + set.members + ']');
  }

  void character(char32_t c) {
    const auto plain =
        c < 128 && (is_letter(static_cast<char>(c)) || is_digit(static_cast<char>(c)));
    atom(is_surrogate(c) ? std::string{nothing}
         : plain         ? std::string(1, static_cast<char>(c))
                         : hex(c));
  }

  void term() {
    if (out_.size() > translated_bytes_max)
      return fail("it is too long");
    if (take("("))
      return open();
    if (take(")"))
      return close();
    if (take("["))
      return atom(char_class());
    if (take("\\"))
      return escape();
    if (take("|"))
      return assertion("|");
    if (take("^"))
      return assertion("^");
    if (take("$"))
      return assertion(R"(\z)");
    if (take("."))
      return atom(R"([^\n\r\x{2028}\x{2029}])");
    if (in_[0] == '*' || in_[0] == '+' || in_[0] == '?')
      return repeat(std::string(1, take_one()));
    if (const auto found = quantifier())
      return repeat_counted(*found);
    character(take_character());
  }

  void open() {
    groups_.push_back(out_.size());
    if (take("?=") || take("?!") || take("?<=") || take("?<!"))
      beyond("lookahead and lookbehind are not supported");
    else if (take("?<"))
      group_name();
    else if (!take("?:") && in_.starts_with('?'))
      fail("no group starts like this: (?");
    assertion("(?:");
  }

  void close() {
    if (groups_.empty())
      return fail("a group is closed that was not opened");
    out_ += ')';
    atom_ = groups_.back();
    groups_.pop_back();
  }

  void group_name() {
    const auto end = in_.find('>');
    const auto name = in_.substr(0, end);
    const auto in_name = [](char c) {
      return is_letter(c) || is_digit(c) || c == '_' || c == '$' || c < 0;
    };
    if (end == in_.npos || name.empty() || is_digit(name[0]) || !std::ranges::all_of(name, in_name))
      return fail("a group has a name that is none");
    in_.remove_prefix(end + 1);
  }

  /// Takes `{n,m}` if the text goes on with one.
  std::optional<counts> quantifier() {
    const auto before = in_;
    if (take("{"))
      if (const auto least = number()) {
        counts out{.least = *least, .most = *least};
        if (take(","))
          out.most = number();
        if (take("}"))
          return out;
      }
    in_ = before;
    return std::nullopt;
  }

  std::optional<unsigned> number() {
    const auto n = std::min(in_.find_first_not_of("0123456789"), in_.size());
    unsigned out = spelled_max + 1; // Stays where the digits are too many.
    std::from_chars(in_.data(), in_.data() + n, out);
    in_.remove_prefix(n);
    return n == 0 ? std::nullopt : std::optional{out};
  }

  void repeat(const std::string& how) {
    if (!atom_)
      return fail("there is nothing to repeat");
    out_ += how;
    if (take("?"))
      out_ += '?';
    atom_ = std::nullopt;
  }

  void repeat_counted(counts x) {
    if (x.most && *x.most < x.least)
      return fail("a count ends before it starts");
    if (std::max(x.least, x.most.value_or(0)) <= count_max)
      return repeat(braces(x));
    if (!atom_)
      return fail("there is nothing to repeat");
    if (std::max(x.least, x.most.value_or(0)) > spelled_max)
      beyond("it repeats something too often");
    else
      spell_out(x);
    take("?");
    atom_ = std::nullopt;
  }

  static std::string braces(const counts& x) {
    auto out = '{' + std::to_string(x.least);
    if (!x.most)
      out += ',';
    else if (*x.most != x.least)
      out += ',' + std::to_string(*x.most);
    return out + '}';
  }

  /// `a{1500,}` as `a{1000}a{500,}`.
  void spell_out(counts x) {
    const auto repeated = out_.substr(*atom_);
    out_.resize(*atom_);
    out_ += "(?:";
    while (x.least > count_max || x.most.value_or(0) > count_max) {
      const auto least = std::min(x.least, count_max);
      out_ += repeated + braces({.least = least, .most = count_max});
      x.least -= least;
      if (x.most)
        x.most = *x.most - count_max;
      if (out_.size() > translated_bytes_max)
        return fail("it is too long");
    }
    out_ += repeated + braces(x) + ')';
  }

  void escape() {
    if (in_.empty())
      return fail("it ends with a backslash");
    if (take("b"))
      return assertion(R"(\b)");
    if (take("B"))
      return assertion(R"(\B)");
    if (in_[0] >= '1' && in_[0] <= '9')
      return back_reference();
    if (take("k")) {
      if (!take("<"))
        return fail("a reference names no group");
      group_name();
      return back_reference();
    }
    const auto found = class_escape();
    if (found.character)
      character(*found.character);
    else
      atom(found.set, false);
  }

  void back_reference() {
    while (!in_.empty() && is_digit(in_[0]))
      in_.remove_prefix(1);
    beyond("references back to a group are not supported");
    atom("(?:)");
  }

  /// What a backslash means inside a class, and mostly outside too.
  member class_escape() {
    const auto before = in_;
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
      return {.character = {}, .set = unicode_property(c == 'P')};
    default:
      in_ = before;
      return {.character = character_escape(), .set = {}};
    }
  }

  character_set unicode_property(bool negated) {
    const auto end = in_.find('}');
    if (!in_.starts_with('{') || end == in_.npos) {
      fail("a property of Unicode has no name");
      return {};
    }
    const auto name = in_.substr(1, end - 1);
    in_.remove_prefix(end + 1);
    auto found = property(name);
    if (!found) {
      beyond("the property of Unicode called " + std::string{name} + " is not known");
      return {.members = "0"};
    }
    found->is_complement = found->is_complement != negated;
    return *found;
  }

  char32_t character_escape() {
    if (in_[0] < 0)
      return take_character();
    const auto c = take_one();
    constexpr std::string_view letters = "fnrtv";
    constexpr std::string_view controls = "\f\n\r\t\v";
    if (const auto i = letters.find(c); i != letters.npos)
      return static_cast<char32_t>(controls[i]);
    if (c == '0' && (in_.empty() || !is_digit(in_[0])))
      return 0;
    if (c == 'c' && !in_.empty() && is_letter(in_[0]))
      return static_cast<char32_t>(take_one() & 31);
    if (c == 'x')
      return hex_digits(2);
    if (c == 'u')
      return unicode_escape();
    if (is_letter(c) || is_digit(c))
      fail("no escape is written like this: \\" + std::string(1, c));
    return static_cast<char32_t>(c);
  }

  char32_t hex_digits(std::size_t n) {
    std::uint32_t out = 0;
    const auto digits = in_.substr(0, n);
    const auto done = std::from_chars(digits.data(), digits.data() + digits.size(), out, 16);
    if (digits.size() != n || done.ptr != digits.data() + n)
      fail("an escape has too few hex digits");
    else
      in_.remove_prefix(n);
    return out;
  }

  char32_t unicode_escape() {
    if (take("{")) {
      const auto end = in_.find('}');
      const auto out = end == 0 || end > 8 ? 0x110000 : hex_digits(end);
      if (out > 0x10ffff || !take("}"))
        fail("an escape names no character");
      return std::min<char32_t>(out, 0x10ffff);
    }
    const auto high = hex_digits(4);
    if (high < 0xd800 || high > 0xdbff)
      return high;
    const auto before = in_;
    if (take("\\u") && !in_.starts_with('{'))
      if (const auto low = hex_digits(4); low >= 0xdc00 && low <= 0xdfff)
        return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
    in_ = before;
    return high;
  }

  member class_member() {
    if (!take("\\"))
      return {.character = take_character(), .set = {}};
    if (take("b"))
      return {.character = U'\b', .set = {}};
    if (in_.empty()) {
      fail("it ends with a backslash");
      return {};
    }
    return class_escape();
  }

  /// The rest of a class, whose bracket has been taken, as RE2 has it.
  std::string char_class() {
    const auto negated = take("^");
    std::string inside;
    while (failed_.empty() && !take("]")) {
      if (in_.empty()) {
        fail("a class is not closed");
        break;
      }
      const auto first = class_member();
      const auto is_range = in_.size() > 1 && in_[0] == '-' && in_[1] != ']';
      if (!is_range || !first.character) {
        add(inside, first);
        continue;
      }
      in_.remove_prefix(1);
      add_range(inside, first, class_member());
    }
    if (inside.empty())
      return std::string{negated ? any : nothing};
    return (negated ? "[^" : "[") + inside + ']';
  }

  void add(std::string& inside, const member& x) {
    if (x.character)
      inside += is_surrogate(*x.character) ? "" : hex(*x.character);
    else if (!x.set.is_complement)
      inside += x.set.members;
    else if (x.set.members == spaces)
      inside += not_spaces;
    else
      inside += complement(x.set.members);
  }

  std::string complement(const std::string& members) {
    if (members == "0-9")
      return R"(\D)";
    if (members == "0-9A-Za-z_")
      return R"(\W)";
    if (members.starts_with(R"(\p{)") && members.find('}') == members.size() - 1)
      return R"(\P)" + members.substr(2);
    beyond("the negation of such a property cannot stand in a class");
    return "0";
  }

  void add_range(std::string& inside, const member& first, const member& last) {
    if (!last.character) {
      add(inside, first);
      inside += R"(\-)";
      add(inside, last);
    } else if (*first.character > *last.character) {
      fail("a range in a class ends before it starts");
    } else {
      inside += hex(*first.character) + '-' + hex(*last.character);
    }
  }

  std::string_view in_;
  std::string out_;
  /// Where in `out_` the last thing starts that can be repeated.
  std::optional<std::size_t> atom_;
  /// Where the open groups start.
  std::vector<std::size_t> groups_;
  std::string beyond_;
  std::string failed_;
};

} // namespace

result<regex> translated(std::string_view text) { return translator{text}.run(); }

} // namespace hedgerow::ecma
