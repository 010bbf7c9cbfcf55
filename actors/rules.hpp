#pragma once

#include "contracts/error.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hedgerow {

/// One rule of a rules file: when its conditions hold, all of them, it answers.
struct rule {
  /// Matches if the input contains one of these, ignoring ASCII case; empty: no such condition.
  std::vector<std::string> contains_any;
  /// Matches if this RE2 pattern is found in the input; empty: no such condition.
  std::string matches;
  /// JSON text. Strings in it that are `$input` or `$input.first_sentence` are filled in.
  std::string answer;
};

/// Deterministic answers that a person wrote; the first rule that matches answers. A rule without
/// a condition always matches.
class rule_set {
public:
  /// Errors: `config_invalid`, whose `param` is the rule and the member at fault, as in
  /// `2.matches`: a pattern that RE2 does not take, an answer that is not JSON or holds another
  /// `$input…` than the two above. No rule at all is such an error, too, without `param`.
  static result<rule_set> compile(std::vector<rule> rules);

  /// The answer to `input` as compact JSON text, or nothing if no rule matches.
  std::optional<std::string> answer(std::string_view input) const;

  const std::vector<rule>& rules() const;

private:
  struct program;

  explicit rule_set(std::shared_ptr<const program> code);

  std::shared_ptr<const program> code_;
};

} // namespace hedgerow
