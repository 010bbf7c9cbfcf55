#include "actors/rules.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace hedgerow;

namespace {

rule_set compiled(std::vector<rule> rules) {
  auto out = rule_set::compile(std::move(rules));
  REQUIRE(out.has_value());
  return std::move(*out);
}

/// The one answer of a rule that always matches.
std::string filled(std::string answer, std::string_view input) {
  return compiled({{{}, {}, std::move(answer)}}).answer(input).value();
}

std::string first_sentence(std::string_view input) {
  return filled(R"("$input.first_sentence")", input);
}

error refused(std::vector<rule> rules) {
  auto out = rule_set::compile(std::move(rules));
  REQUIRE_FALSE(out.has_value());
  CHECK(out.error().code == errc::config_invalid);
  return out.error();
}

} // namespace

TEST_CASE("the first rule that matches answers", "[rules]") {
  const auto rules = compiled({{{"refund", "charged twice"}, {}, "1"},
                               {{}, "(?i)cannot (log|sign) in", "2"},
                               {{"invoice"}, "[0-9]{4}", "3"}});
  CHECK(rules.answer("I want a REFUND, I cannot sign in") == "1");
  CHECK(rules.answer("was Charged Twice.") == "1");
  CHECK(rules.answer("I CANNOT LOG IN") == "2");
  CHECK(rules.answer("invoice 1234") == "3");
  CHECK_FALSE(rules.answer("invoice 123"));
  CHECK_FALSE(rules.answer("1234"));
  CHECK_FALSE(rules.answer(""));
  CHECK(rules.rules().size() == 3);
}

TEST_CASE("words ignore the case of ASCII letters and of no others", "[rules]") {
  const auto rules = compiled({{{"ÄRGER x"}, {}, "1"}});
  CHECK(rules.answer("ÄRGER X") == "1");
  CHECK_FALSE(rules.answer("ärger x"));
}

TEST_CASE("a rule without a condition always matches", "[rules]") {
  CHECK(compiled({{{}, {}, "null"}}).answer("") == "null");
}

TEST_CASE("the input is filled in where a string stands for it", "[rules]") {
  CHECK(filled(R"({"a": "$input", "b": ["$input", 1, {"c": "$input"}], "d": "my $input"})",
               "say \"hi\"\n")
        == R"({"a":"say \"hi\"\n","b":["say \"hi\"\n",1,{"c":"say \"hi\"\n"}],"d":"my $input"})");
  CHECK(filled(R"("$input")", "$input.first_sentence") == R"("$input.first_sentence")");
}

TEST_CASE("a first sentence ends at a mark with a space behind it, or after 200 characters",
          "[rules]") {
  CHECK(first_sentence("It broke. Help!") == R"("It broke.")");
  CHECK(first_sentence("Why? Because.") == R"("Why?")");
  CHECK(first_sentence("v1.2 broke") == R"("v1.2 broke")");
  CHECK(first_sentence("  \n It broke\nand then") == R"("It broke")");
  CHECK(first_sentence("Done.") == R"("Done.")");
  CHECK(first_sentence("") == R"("")");
  CHECK(first_sentence({}) == R"("")");
  CHECK(first_sentence(" \n\t") == R"("")");
  std::string umlauts;
  for (int i = 0; i < 300; ++i)
    umlauts += "ü";
  CHECK(first_sentence(umlauts) == '"' + umlauts.substr(0, 400) + '"');
}

TEST_CASE("rules that cannot work are refused with their index", "[rules]") {
  CHECK(refused({}).message.find("no rule") != std::string::npos);
  const rule good{{}, {}, "1"};
  CHECK(refused({good, {{}, "(", "1"}}).param == "1.matches");
  CHECK(refused({{{}, "(?=a)", "1"}}).message.find("(?=a)") != std::string::npos);
  CHECK(refused({good, good, {{}, {}, "{"}}).param == "2.answer");
  CHECK(refused({{{}, {}, R"({"a":["$input.lastsentence"]})"}}).message.find("lastsentence")
        != std::string::npos);
}
