#include "contracts/refusal.hpp"

#include "contracts/json.hpp"
#include "contracts/refusal_phrases.hpp"
#include "contracts/utf8.hpp"

#include <re2/re2.h>

#include <memory>
#include <string>
#include <vector>

namespace hedgerow {
namespace {

constexpr std::size_t characters_max = 400;
/// No text of so few characters has more bytes.
constexpr std::size_t bytes_max = 4 * characters_max;

void replace_all(std::string& text, std::string_view what, std::string_view by) {
  for (auto i = text.find(what); i != text.npos; i = text.find(what, i + by.size()))
    text.replace(i, what.size(), by);
}

/// Up to three apologies with what joins them, then the refusal.
std::string expression_of(const refusals::language& x) {
  std::string out = R"((?i)^[\s"“”„«»*_>#]*(?:(?:)";
  out += x.apology;
  out += ')';
  out += refusals::joiner;
  out += "){0,3}(?:";
  if (!x.cannot.empty())
    out.append("(?:").append(x.cannot).append(")(?:").append(x.what).append(")");
  if (!x.cannot.empty() && !x.sentences.empty())
    out += '|';
  out.append(x.sentences).append(")");
  // Typographic apostrophes are the same as plain ones, and white space is white space.
  replace_all(out, "'", "['’‘ʼ`´]");
  replace_all(out, " ?", R"(\s*)");
  replace_all(out, " ", R"(\s+)");
  return out;
}

std::vector<std::unique_ptr<const RE2>> compiled() {
  RE2::Options options;
  options.set_log_errors(false);
  std::vector<std::unique_ptr<const RE2>> out;
  for (const auto& each : refusals::languages)
    out.push_back(std::make_unique<const RE2>(expression_of(each), options));
  return out;
}

bool has_json(std::string_view text) {
  for (auto i = text.find_first_of("{["); i != text.npos; i = text.find_first_of("{[", i + 1))
    if (json::starts_with_container(text.substr(i)))
      return true;
  return false;
}

} // namespace

std::string_view refusal_in(std::string_view text) {
  // Constant after its construction, which costs some milliseconds and which most processes,
  // whose models do not refuse, never need.
  static const auto expressions = compiled();
  if (text.empty() || text.size() > bytes_max || utf8::length(text) > characters_max
      || has_json(text))
    return {};
  re2::StringPiece found;
  for (const auto& each : expressions)
    if (each->Match({text.data(), text.size()}, 0, text.size(), RE2::ANCHOR_START, &found, 1))
      return {found.data(), found.size()};
  return {};
}

} // namespace hedgerow
