#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The nouns: what is asked of a model and what it answers, in no provider's dialect.
namespace hedgerow {

enum class role : std::uint8_t { system, user, assistant, tool };

std::string_view to_string(role x);

/// One piece of a message.
struct part {
  enum class kind : std::uint8_t { text, image };

  kind what = kind::text;
  /// The text, or the image's URL (`https:` or `data:`).
  std::string text;
  /// Of an image: `low`, `high`, `auto` or empty.
  std::string detail;
};

/// A model's wish to have a tool called.
struct tool_call {
  std::string id;
  std::string name;
  /// JSON text as the model wrote it; may be broken.
  std::string arguments;
  /// Gemini's proof that the call is its own, which it wants back with the call; empty: none.
  std::string signature = {};
};

/// What a model thought on the way to its answer. In the next turn it goes back, unread, to the
/// kind of provider that issued it, which may insist on it; no other gets it, for none but the
/// issuer takes the signature.
struct thought {
  enum class issuer : std::uint8_t { anthropic, gemini };

  issuer by = issuer::anthropic;
  /// Empty where the provider does not show it.
  std::string text;
  /// The issuer's proof of it; of a redacted thought, the thought itself in the issuer's cipher.
  std::string signature;
  bool redacted = false;
};

struct message {
  role from = role::user;
  std::vector<part> parts;
  /// Of an assistant's message.
  std::vector<tool_call> tool_calls;
  /// Of a tool's message: the call it answers.
  std::string tool_call_id;
  /// The participant's name, where the caller gave one.
  std::string name;
  /// Of an assistant's message, in the order they were thought.
  std::vector<thought> thoughts = {};
  /// Of a tool's message: the tool did not do what was asked.
  bool failed = false;
};

class lowered_schemas;

/// A tool the model may ask for.
struct tool {
  std::string name;
  std::string description;
  /// JSON Schema of the arguments, compact JSON text; empty: no parameters.
  std::string parameters;
  std::optional<bool> strict;
  /// `parameters` as each dialect takes them, see `lowering.hpp`; null: made for each call.
  std::shared_ptr<const lowered_schemas> lowered = {};
};

/// Whether and which tool the model must use.
struct tool_choice {
  enum class kind : std::uint8_t { automatic, none, required, named };

  kind what = kind::automatic;
  /// Of `named`.
  std::string name;
};

/// The form the caller wants the text in.
struct output_format {
  enum class kind : std::uint8_t { text, json_object, json_schema };

  kind what = kind::text;
  /// Of `json_schema`: its name and the schema as compact JSON text.
  std::string name;
  std::string schema;
  std::optional<bool> strict;
  /// `schema` as each dialect takes it, see `lowering.hpp`; null: it goes as it stands.
  std::shared_ptr<const lowered_schemas> lowered;
};

/// Sampling and limits. What is absent is left to the provider.
struct parameters {
  std::optional<double> temperature;
  std::optional<double> top_p;
  std::optional<double> frequency_penalty;
  std::optional<double> presence_penalty;
  std::optional<std::int64_t> seed;
  /// Tokens; reasoning included where the provider counts it.
  std::optional<std::int64_t> max_tokens;
  std::vector<std::string> stop;
  std::string reasoning_effort;
  std::optional<bool> parallel_tool_calls;
  /// The caller's opaque id of its end user.
  std::string user;
};

/// What is asked of a model.
struct prompt {
  std::vector<message> messages;
  std::vector<tool> tools;
  std::optional<tool_choice> choice;
  output_format format;
  parameters params;
};

/// Tokens as the provider counted them. `cached_input` is part of `input`, `reasoning` of `output`.
struct token_usage {
  std::int64_t input = 0;
  std::int64_t output = 0;
  std::int64_t cached_input = 0;
  std::int64_t reasoning = 0;
};

/// Why the model stopped.
enum class finish_reason : std::uint8_t { stop, tool_calls, length, content_filter };

std::string_view to_string(finish_reason x);

/// What a model answered: a candidate until a validator has judged it.
struct completion {
  std::string text;
  std::vector<tool_call> tool_calls;
  finish_reason finish = finish_reason::stop;
  /// The model that answered, as the provider reported it; empty if it did not.
  std::string model;
  token_usage usage;
  std::vector<thought> thoughts = {};
  /// Of a streamed answer: events that were passed over because they were no JSON and held nothing
  /// of the answer.
  std::size_t skipped_events = 0;
};

/// Tokens that `x` will roughly cost as input: four bytes of ASCII to a token, three of anything
/// else, and 765 an image. Source: semantics.md §4.11 (bytes/4 for English, bytes/3 where CJK is
/// heavy); 765 is OpenAI's published cost of a 1024×1024 image.
std::int64_t estimated_input_tokens(const prompt& x);

} // namespace hedgerow
