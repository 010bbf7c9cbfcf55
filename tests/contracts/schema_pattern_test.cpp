#include "contracts/ecma_regex.hpp"
#include "contracts/schema_pattern.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace hedgerow;

namespace {

bool matches(std::string_view expression, std::string_view text) {
  return pattern::compile(expression).value().matches(text);
}

std::string why_not(std::string_view expression) {
  const auto made = pattern::compile(expression);
  return made ? "it compiled" : made.error().message;
}

} // namespace

TEST_CASE("a pattern matches what ECMA-262 says it matches", "[unit]") {
  struct row {
    const char* expression;
    std::string matched;
    std::string other;
  };
  const auto [expression, matched, other] = GENERATE(
      row{"b+", "abbc", "ac"}, row{"^a$", "a", "a\n"}, row{"^a|b$", "ab", "c"},
      row{"^a.c$", "abc",
          "a\xe2\x80\xa8"
          "c"},
      row{R"(^\s$)", "\xef\xbb\xbf", "x"}, row{R"(^\s$)", "\v", "\xe2\x80\x8b"},
      row{R"(^\S$)", "x", "\xc2\xa0"}, row{R"(^[\S]$)", "é", "\xe2\x80\x87"},
      row{R"(^[\s\d]$)", "\xe3\x80\x80", "x"}, row{R"(^\w$)", "_", "é"}, row{R"(^\d$)", "5", "٥"},
      row{R"(^[\D]$)", "٥", "5"}, row{R"(^[^\W]$)", "x", "-"}, row{R"(^\W$)", "é", "e"},
      row{R"(^\cC$)", "\x03", "C"}, row{R"(^\x41\u00e9\u{1F600}$)", "Aé😀", "Aé"},
      row{R"(^\uD83D\uDE00$)", "😀", "x"}, row{R"(^[\uD83D\uDE00-\uD83D\uDE02]$)", "😁", "😃"},
      row{R"(^\p{Letter}+$)", "écu", "e1"}, row{R"(^\p{L}$)", "ß", "1"},
      row{R"(^\P{Lu}$)", "a", "A"}, row{R"(^[\P{Lu}]$)", "a", "A"},
      row{R"(^\p{gc=Decimal_Number}$)", "٥", "a"}, row{R"(^\p{Script=Greek}$)", "α", "a"},
      row{R"(^\p{sc=Cyrl}$)", "ж", "z"}, row{R"(^\p{ASCII}$)", "a", "é"},
      row{R"(^\P{ASCII}$)", "é", "a"}, row{R"(^\p{LC}$)", "A", "中"},
      row{R"(^\p{Cn}$)", "\xcd\xb8", "a"}, row{R"(^\p{Any}$)", "a", ""}, row{R"(^[^]$)", "\n", ""},
      row{R"(^[[:alpha:]]$)", "a]", "b"}, row{R"(^[a-c\-]+$)", "a-c", "d"},
      row{R"(^[\w-]+$)", "a-b", "a b"}, row{R"(^[\]\\]$)", "]", "["}, row{R"(^[\b]$)", "\b", "b"},
      row{R"(\bword\b)", "a word.", "swords"},
      row{R"(^(?<year>\d{4})-(?:0[1-9]|1[0-2])$)", "2024-12", "2024-13"},
      row{"^a{2,3}$", "aaa", "a"}, row{"^a{2,}?$", "aaaa", "a"}, row{"^{a}$", "{a}", "a"},
      row{R"(^\/\-\.$)", "/-.", "/-x"}, row{"^x-", "x-rate", "ax-"}, row{"^GET$", "GET", "GETS"},
      row{"^.*$", "any", "a\nb"}, row{R"(^\0$)", std::string(1, '\0'), "0"},
      row{"^é+$", "éé", "\xc3"});
  CAPTURE(expression);
  CHECK(matches(expression, matched));
  CHECK_FALSE(matches(expression, other));
}

TEST_CASE("counts that RE2 does not take are spelled out", "[unit]") {
  CHECK(matches("^[ab]{1500,2500}$", std::string(2500, 'a')));
  CHECK_FALSE(matches("^[ab]{1500,2500}$", std::string(2501, 'a')));
  CHECK_FALSE(matches("^[ab]{1500,2500}$", std::string(1499, 'a')));
  CHECK(matches("^(?:ab){2,3000}$", "abab"));
  CHECK_FALSE(matches("^(?:ab){2,3000}$", "ab"));
  CHECK(matches("^a{1200,}$", std::string(5000, 'a')));
  CHECK_FALSE(matches("^a{1200,}$", std::string(1199, 'a')));
}

TEST_CASE("what cannot be matched in linear time is refused with the pattern", "[unit]") {
  struct row {
    const char* expression;
    const char* words;
  };
  const auto [expression, words] =
      GENERATE(row{"(?=a)b", "lookahead"}, row{"(?!a)b", "lookahead"}, row{"(?<=a)b", "lookbehind"},
               row{"(?<!a)b", "lookbehind"}, row{R"((a)\1)", "back to a group"},
               row{R"((?<x>a)\k<x>)", "back to a group"}, row{R"(\p{Alphabetic})", "not known"},
               row{R"(\p{Script=Klingon})", "cannot be used"}, row{R"([\P{LC}])", "in a class"},
               row{"a{200000}", "too often"}, row{"(a{1000}){1000}", "cannot be used"});
  CAPTURE(expression);
  CHECK_THAT(why_not(expression), Catch::Contains(words));
  CHECK_THAT(why_not(expression), Catch::Contains(expression));
}

TEST_CASE("what is no regular expression is an error", "[unit]") {
  const auto expression =
      GENERATE(as<std::string>{}, "(", ")", "[", "[a", "a**", "*a", "+", "a{2,1}", "[z-a]", R"(\)",
               R"(\a)", R"(\Z)", R"(\z)", R"(\x4)", R"(\u12)", R"(\u{110000})", R"(\u{})", R"(\p)",
               R"(\pL)", R"(\p{)", "(?a)", "(?i)a", "(?P<n>a)", "(?<1>a)", "(?<n", R"(\k)", R"([\)",
               "a++", R"(\u{)", R"(\c)");
  CAPTURE(expression);
  CHECK_FALSE(ecma::translated(expression).has_value());
}

TEST_CASE("a pattern that would explode elsewhere takes linear time", "[unit]") {
  CHECK_FALSE(matches("^(a+)+$", std::string(100'000, 'a') + "b"));
  CHECK_FALSE(matches(R"(^(([a-z])+.)+[A-Z]([a-z])+$)", std::string(100'000, 'a')));
}

TEST_CASE("a hundred thousand open groups do not grow the stack", "[unit]") {
  CHECK_FALSE(pattern::compile(std::string(100'000, '(')).has_value());
  CHECK_FALSE(pattern::compile(std::string(100'000, '(') + std::string(100'000, ')')).has_value());
  CHECK_FALSE(pattern::compile(std::string(1'000'000, '[')).has_value());
}
