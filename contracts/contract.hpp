#pragma once

#include "contracts/completion.hpp"
#include "contracts/schema.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hedgerow {

/// What an answer must satisfy, whichever route produced it.
struct contract {
  enum class form : std::uint8_t { text, json, tool_call };

  std::string name;
  /// `json`: the text is one JSON value and nothing else. `tool_call`: at least one tool call.
  form format = form::text;
  /// Of `json`: what the parsed text must satisfy.
  std::optional<schema> shape;
  /// Of the text, in characters (code points).
  std::size_t max_length = std::numeric_limits<std::size_t>::max();
  /// Of the text: something other than white space.
  bool not_empty = false;
  /// JSON pointer to a number from 0 to 1 that the answer must carry; empty: none.
  std::string confidence;
};

/// What the contract of one request is: the task's, and what the caller asked for beside it.
struct terms {
  /// The task's own; null: any non-empty text or an allowed tool call.
  std::shared_ptr<const contract> task;
  /// From the caller's `response_format`; null: none.
  std::shared_ptr<const contract> request;
};

/// What the validator says of a candidate output.
enum class verdict_kind : std::uint8_t { valid, repaired, invalid, blocked };

std::string_view to_string(verdict_kind x);

struct verdict {
  verdict_kind kind = verdict_kind::valid;
  /// Of `invalid`: never empty. Of `repaired`: what was wrong before.
  std::vector<violation> violations;
  /// Of `blocked`: why; of `repaired`: what was done.
  std::string reason;
};

/// Judges `x`, which answers `asked`, against `must`. Changes `x` only where it says `repaired`.
///
/// Tool calls are held against `asked`: its tools, their schemas, `choice` and
/// `parallel_tool_calls`; a violation points into `/tool_calls`. Where the caller offered tools and
/// the model called one, that is the answer's form, and what task and request say of the text does
/// not apply to it.
///
/// `blocked` is an answer that the provider withheld (`content_filter`), and prose that refuses
/// where JSON or a tool call was wanted and is not there, see `refusal.hpp`.
verdict judge(const terms& must, const prompt& asked, completion& x);

/// Everything in `x` that breaks `c`; empty: the answer may leave the house. Tool calls are counted
/// here, not held against a prompt: that is what `judge` is for.
std::vector<violation> violations(const contract& c, const completion& x);

} // namespace hedgerow
