#include "contracts/schema_pattern.hpp"

#include "contracts/ecma_regex.hpp"

#include <re2/re2.h>

namespace hedgerow {
namespace {

/// The memory of a pattern's automaton while it runs.
constexpr std::int64_t bytes_max = 2 << 20;
constexpr std::string_view special = R"(\^$.|?*+()[]{})";

error unusable(std::string_view text, std::string_view why) {
  auto message = "the pattern " + std::string{text} + " cannot be used: ";
  message += why;
  return {.code = errc::config_invalid, .message = std::move(message), .param = {}};
}

bool is_literal(std::string_view text) { return text.find_first_of(special) == text.npos; }

} // namespace

pattern::pattern(std::string_view source, kind what) : source_{source}, what_{what} {}
pattern::pattern(pattern&&) noexcept = default;
pattern& pattern::operator=(pattern&&) noexcept = default;
pattern::~pattern() = default;

result<pattern> pattern::compile(std::string_view text) {
  if (text.empty() || text == "^" || text == ".*" || text == "^.*")
    return pattern{text, kind::anything};
  if (text.starts_with('^')) {
    const auto is_exact = text.ends_with('$');
    const auto literal = text.substr(1, text.size() - (is_exact ? 2 : 1));
    if (is_literal(literal)) {
      pattern out{text, is_exact ? kind::exact : kind::prefix};
      out.literal_ = literal;
      return out;
    }
  }
  const auto translated = ecma::translated(text);
  if (!translated)
    return unusable(text, translated.error().message);
  if (!translated->beyond.empty())
    return unusable(text, translated->beyond);
  RE2::Options options;
  options.set_log_errors(false);
  options.set_never_capture(true);
  options.set_max_mem(bytes_max);
  pattern out{text, kind::automaton};
  out.automaton_ = std::make_unique<const RE2>(translated->text, options);
  if (!out.automaton_->ok())
    return unusable(text, out.automaton_->error());
  return out;
}

bool pattern::matches(std::string_view text) const {
  switch (what_) {
  case kind::anything:
    return true;
  case kind::prefix:
    return text.starts_with(literal_);
  case kind::exact:
    return text == literal_;
  case kind::automaton:
    break;
  }
  return automaton_->Match({text.data(), text.size()}, 0, text.size(), RE2::UNANCHORED, nullptr, 0);
}

std::size_t pattern::size() const {
  return automaton_ ? static_cast<std::size_t>(automaton_->ProgramSize()) : 1;
}

} // namespace hedgerow
