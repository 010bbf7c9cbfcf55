#pragma once

#include "contracts/citations.hpp"
#include "contracts/completion.hpp"
#include "contracts/repair.hpp"
#include "contracts/schema.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hedgerow {

/// A tool that a contract allows, and what its arguments must satisfy; null: any JSON object.
struct allowed_tool {
  tool what;
  std::optional<schema> arguments;
};

/// What an answer must satisfy, whichever route produced it.
struct contract {
  enum class form : std::uint8_t { text, json, tool_call };

  std::string name;
  /// `json`: the text is one JSON value and nothing else. `tool_call`: at least one tool call.
  form format = form::text;
  /// Of `json`: what the parsed text must satisfy.
  std::optional<schema> shape;
  /// `shape` as providers are told it; null: as it stands.
  std::shared_ptr<const lowered_schemas> sent;
  /// The tools that may be called; empty: those that the request offers.
  std::vector<allowed_tool> tools;
  /// Whether several tools may be called at once.
  bool parallel = true;
  /// Of `json`: where the addresses of sources must stand; null: nowhere.
  std::optional<citations> sources;
  /// Whether each of them must be among the addresses that the request supplied.
  bool sources_among_input = false;
  /// Language of the text, or of the strings in the JSON, see `language.hpp`; empty: any.
  std::string language;
  /// Of the text, in characters (code points).
  std::size_t max_length = std::numeric_limits<std::size_t>::max();
  /// Of the text: something other than white space.
  bool not_empty = false;
  /// JSON pointer to a number from 0 to 1 that the answer must carry; empty: none.
  std::string confidence;
  /// What may be mended before an answer counts as broken.
  repair_steps repair;
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
  /// Of `repaired`: all that was done. A change in a tool call points into `/tool_calls`.
  std::vector<change> changes;
  /// Of `blocked`: why.
  std::string reason;
};

/// Judges `x`, which answers `asked`, against `must`. Changes `x` only where it says `repaired`:
/// then the text, or the arguments of a tool call, is the mended value as compact JSON.
///
/// Tool calls are held against `asked`: its tools, their schemas, `choice` and
/// `parallel_tool_calls`, and against the task's own tools; a violation points into `/tool_calls`.
/// Where the caller offered tools and the model called one, that is the answer's form, and what
/// task and request say of the text does not apply to it.
///
/// JSON is mended where every contract that wants it allows that, guided by the request's schema or
/// else the task's; tool arguments by the schema of their tool, but never those that end before
/// they are whole: a tool would act on half of what was meant. What is still broken afterwards is
/// left as the model wrote it.
///
/// `blocked` is an answer that the provider withheld (`content_filter`), and prose that refuses
/// where JSON or a tool call was wanted and is not there, see `refusal.hpp`.
verdict judge(const terms& must, const prompt& asked, completion& x);

/// Everything in `x` that breaks `c`; empty: the answer may leave the house. Tool calls are counted
/// here, and citations held against no request: that is what `judge` is for.
std::vector<violation> violations(const contract& c, const completion& x);

} // namespace hedgerow
