#include "contracts/ecma_regex.hpp"

#include "contracts/ecma_class.hpp"

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

/// `{n}`, `{n,}` or `{n,m}`.
struct counts {
  unsigned least = 0;
  std::optional<unsigned> most;
};

class translator {
public:
  explicit translator(std::string_view text) : in_{text} {}

  result<regex> run() {
    while (!in_.at_end() && in_.failure().empty())
      term();
    if (!groups_.empty())
      in_.fail("a group is not closed");
    if (!in_.failure().empty())
      return error{.code = errc::config_invalid, .message = in_.failure(), .param = {}};
    return regex{.text = std::move(out_), .beyond = in_.beyond()};
  }

private:
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
    atom(is_surrogate(c) ? std::string{no_character}
         : plain         ? std::string(1, static_cast<char>(c))
                         : escaped(c));
  }

  void term() {
    if (out_.size() > translated_bytes_max)
      return in_.fail("it is too long");
    if (in_.take("("))
      return open();
    if (in_.take(")"))
      return close();
    if (in_.take("["))
      return atom(in_.take_class());
    if (in_.take("\\"))
      return escape();
    if (in_.take("|"))
      return assertion("|");
    if (in_.take("^"))
      return assertion("^");
    if (in_.take("$"))
      return assertion(R"(\z)");
    if (in_.take("."))
      return atom(R"([^\n\r\x{2028}\x{2029}])");
    if (std::string_view{"*+?"}.find(in_.rest()[0]) != std::string_view::npos)
      return repeat(std::string(1, in_.take_one()));
    if (const auto found = quantifier())
      return repeat_counted(*found);
    character(in_.take_character());
  }

  void open() {
    groups_.push_back(out_.size());
    if (in_.take("?=") || in_.take("?!") || in_.take("?<=") || in_.take("?<!"))
      in_.go_beyond("lookahead and lookbehind are not supported");
    else if (in_.take("?<"))
      group_name();
    else if (!in_.take("?:") && in_.rest().starts_with('?'))
      in_.fail("no group starts like this: (?");
    assertion("(?:");
  }

  void close() {
    if (groups_.empty())
      return in_.fail("a group is closed that was not opened");
    out_ += ')';
    atom_ = groups_.back();
    groups_.pop_back();
  }

  void group_name() {
    const auto rest = in_.rest();
    const auto end = rest.find('>');
    const auto name = rest.substr(0, end);
    const auto in_name = [](char c) {
      return is_letter(c) || is_digit(c) || c == '_' || c == '$' || c < 0;
    };
    if (end == rest.npos || name.empty() || is_digit(name[0])
        || !std::ranges::all_of(name, in_name))
      return in_.fail("a group has a name that is none");
    in_.take(rest.substr(0, end + 1));
  }

  /// Takes `{n,m}` if the text goes on with one.
  std::optional<counts> quantifier() {
    const auto before = in_.rest();
    if (in_.take("{"))
      if (const auto least = number()) {
        counts out{.least = *least, .most = *least};
        if (in_.take(","))
          out.most = number();
        if (in_.take("}"))
          return out;
      }
    in_.go_back(before);
    return std::nullopt;
  }

  std::optional<unsigned> number() {
    const auto rest = in_.rest();
    const auto digits = rest.substr(0, rest.find_first_not_of("0123456789"));
    unsigned out = spelled_max + 1; // Stays where the digits are too many.
    std::from_chars(digits.data(), digits.data() + digits.size(), out);
    in_.take(digits);
    return digits.empty() ? std::nullopt : std::optional{out};
  }

  void repeat(const std::string& how) {
    if (!atom_)
      return in_.fail("there is nothing to repeat");
    out_ += how;
    if (in_.take("?"))
      out_ += '?';
    atom_ = std::nullopt;
  }

  void repeat_counted(counts x) {
    if (x.most && *x.most < x.least)
      return in_.fail("a count ends before it starts");
    if (std::max(x.least, x.most.value_or(0)) <= count_max)
      return repeat(braces(x));
    if (!atom_)
      return in_.fail("there is nothing to repeat");
    if (std::max(x.least, x.most.value_or(0)) > spelled_max)
      in_.go_beyond("it repeats something too often");
    else
      spell_out(x);
    in_.take("?");
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
        return in_.fail("it is too long");
    }
    out_ += repeated + braces(x) + ')';
  }

  void escape() {
    if (in_.at_end())
      return in_.fail("it ends with a backslash");
    if (in_.take("b"))
      return assertion(R"(\b)");
    if (in_.take("B"))
      return assertion(R"(\B)");
    if (in_.rest()[0] >= '1' && in_.rest()[0] <= '9')
      return back_reference();
    if (in_.take("k")) {
      if (!in_.take("<"))
        return in_.fail("a reference names no group");
      group_name();
      return back_reference();
    }
    const auto found = in_.take_escape();
    if (found.character)
      character(*found.character);
    else
      atom(found.set, false);
  }

  void back_reference() {
    number();
    in_.go_beyond("references back to a group are not supported");
    atom("(?:)");
  }

  reader in_;
  std::string out_;
  /// Where in `out_` the last thing starts that can be repeated.
  std::optional<std::size_t> atom_;
  /// Where the open groups start.
  std::vector<std::size_t> groups_;
};

} // namespace

result<regex> translated(std::string_view text) { return translator{text}.run(); }

} // namespace hedgerow::ecma
