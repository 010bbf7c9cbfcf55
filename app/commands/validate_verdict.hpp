#pragma once

#include "contracts/contract.hpp"
#include "contracts/repair.hpp"
#include "contracts/schema.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hedgerow {

/// What is said of one line.
struct line_verdict {
  bool valid = false;
  /// Valid, and not as it was written.
  bool repaired = false;
  /// What was held against the schema or contract; nothing if the line could not be read.
  std::optional<json::document> value;
  /// How `value` differs from what was written.
  std::vector<change> changes;
  /// What is wrong with `value`, or with the line.
  std::vector<violation> violations;
};

/// Judges the text of one answer.
using line_judge = std::function<line_verdict(std::string_view)>;

line_judge judge_by_schema(schema shape, bool repair);

/// As the gateway does: the answer is the line; of a contract with `format: text`, the JSON string
/// in it; of one with `format: tool_call`, the message in it, as OpenAI's API has it.
line_judge judge_by_contract(std::shared_ptr<const contract> must, bool raw);

/// `inner` for lines that are JSON strings with the text.
line_judge unwrapped(line_judge inner);

/// A verdict on a line that could not be read.
line_verdict unreadable(std::string message);

/// `text` as a JSON string.
std::string in_json(std::string_view text);

/// The verdict as one JSON object on one line: `valid`, `repaired`, `value`, `changes`,
/// `violations`.
std::string as_json(const line_verdict& x);

/// The verdict in words, on one line.
std::string in_words(const line_verdict& x);

} // namespace hedgerow
