#include "actors/rules.hpp"

#include "contracts/json.hpp"

#include <re2/re2.h>

#include <algorithm>

namespace hedgerow {

namespace {

/// Characters of a first sentence.
constexpr std::size_t sentence_max = 200;

struct compiled_rule {
  std::vector<std::string> words;
  std::unique_ptr<re2::RE2> pattern;
  json::document answer;
};

std::string lower(std::string_view x) {
  std::string out{x};
  std::ranges::transform(out, out.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
  return out;
}

bool matches(const compiled_rule& x, std::string_view input, std::string_view lowered) {
  if (!x.words.empty() && std::ranges::none_of(x.words, [&](auto& w) {
        return lowered.find(w) != std::string_view::npos;
      }))
    return false;
  return !x.pattern
         || re2::RE2::PartialMatch(re2::StringPiece{input.data(), input.size()}, *x.pattern);
}

/// Up to the first full stop, question or exclamation mark that a space or the end follows.
std::string_view first_sentence(std::string_view x) {
  auto start = x.find_first_not_of(" \t\r\n");
  if (start == std::string_view::npos)
    return {};
  x.remove_prefix(start);
  std::size_t characters = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if ((static_cast<unsigned char>(x[i]) & 0xc0) != 0x80 && characters++ == sentence_max)
      return x.substr(0, i);
    auto stops = x[i] == '.' || x[i] == '!' || x[i] == '?';
    if (x[i] == '\n')
      return x.substr(0, i);
    if (stops && (i + 1 == x.size() || x[i + 1] == ' ' || x[i + 1] == '\n'))
      return x.substr(0, i + 1);
  }
  return x;
}

void fill_in(json::value& x, std::string_view input, json::document::AllocatorType& pool) {
  if (json::is_object(x))
    for (auto& member : x.GetObject())
      fill_in(member.value, input, pool);
  if (x.IsArray())
    for (auto& item : x.GetArray())
      fill_in(item, input, pool);
  if (!x.IsString())
    return;
  auto text = json::text_of(x);
  if (text == "$input.first_sentence")
    text = first_sentence(input);
  else if (text == "$input")
    text = input;
  else
    return;
  // A copy, since RapidJSON takes no null pointer and a view of nothing may be one.
  x.SetString(std::string{text}, pool);
}

/// A string that looks as if it were filled in and is not, somewhere in `x`.
std::optional<std::string> unknown_variable(const json::value& x) {
  if (x.IsString()) {
    const auto text = json::text_of(x);
    const auto is_word = text.starts_with("$input") && text.find(' ') == text.npos;
    return is_word && text != "$input" && text != "$input.first_sentence"
               ? std::optional<std::string>{text}
               : std::nullopt;
  }
  if (x.IsArray())
    for (const auto& item : x.GetArray())
      if (auto found = unknown_variable(item))
        return found;
  if (x.IsObject())
    for (const auto& member : x.GetObject())
      if (auto found = unknown_variable(member.value))
        return found;
  return std::nullopt;
}

/// `member`: of the rule, the one at fault.
error wrong(std::size_t index, const std::string& member, const std::string& what) {
  const auto number = std::to_string(index);
  return {errc::config_invalid, "rule " + number + ": " + what, number + "." + member};
}

} // namespace

struct rule_set::program {
  std::vector<rule> source;
  std::vector<compiled_rule> rules;
};

rule_set::rule_set(std::shared_ptr<const program> code) : code_{std::move(code)} {}

result<rule_set> rule_set::compile(std::vector<rule> rules) {
  if (rules.empty())
    return error{errc::config_invalid, "there is no rule", {}};
  auto out = std::make_shared<program>();
  for (std::size_t i = 0; i < rules.size(); ++i) {
    compiled_rule one;
    for (const auto& word : rules[i].contains_any)
      one.words.push_back(lower(word));
    if (!rules[i].matches.empty()) {
      one.pattern = std::make_unique<re2::RE2>(rules[i].matches, re2::RE2::Quiet);
      if (!one.pattern->ok())
        return wrong(i, "matches",
                     "the pattern `" + rules[i].matches
                         + "` cannot be used: " + one.pattern->error());
    }
    auto answer = json::parse(rules[i].answer);
    if (!answer)
      return wrong(i, "answer", "the answer is not JSON: " + answer.error().message);
    if (const auto unknown = unknown_variable(*answer))
      return wrong(i, "answer",
                   "the answer holds `" + *unknown
                       + "`; what is filled in is `$input` and `$input.first_sentence`");
    one.answer = std::move(*answer);
    out->rules.push_back(std::move(one));
  }
  out->source = std::move(rules);
  return rule_set{std::move(out)};
}

std::optional<std::string> rule_set::answer(std::string_view input) const {
  auto lowered = lower(input);
  for (const auto& x : code_->rules) {
    if (!matches(x, input, lowered))
      continue;
    json::document filled;
    filled.CopyFrom(x.answer, filled.GetAllocator());
    fill_in(filled, input, filled.GetAllocator());
    return json::compact(filled);
  }
  return std::nullopt;
}

const std::vector<rule>& rule_set::rules() const { return code_->source; }

} // namespace hedgerow
