#pragma once

#include "actors/policy.hpp"
#include "actors/trail.hpp"
#include "contracts/completion.hpp"
#include "contracts/contract.hpp"
#include "contracts/error.hpp"
#include "routes/stream_window.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hedgerow {

struct answer;

/// Text of a streamed answer on its way to the caller.
struct stream_text {
  /// With the first text: what is known of the answer by then; `ended` and `latency` are not.
  std::shared_ptr<const answer> about = nullptr;
  std::string text;
  /// To be told when the text has been passed on; null: nobody counts.
  std::shared_ptr<stream_window> window = nullptr;
};

/// Receives the text of a streamed answer, in order and before the answer itself; runs on an
/// actor's thread and must return at once.
using stream_handler = std::function<void(stream_text)>;

/// What a caller asks of the engine.
struct request {
  /// Names the request in headers, logs and trails; empty: the engine draws one.
  std::string id;
  /// A task of the policy.
  std::string task;
  /// What the model is asked. The task's `system`, `params` and contract are added by the engine.
  prompt ask;
  /// What rules see: the native call's `input`, else the last user message.
  std::string input;
  /// `input` is JSON text; otherwise it is a plain string.
  bool input_is_json = false;
  /// What the caller itself wants of the answer (its `response_format`), beside the task's
  /// contract.
  std::shared_ptr<const contract> form;
  /// Shortens the task's deadline, never lengthens it.
  std::optional<milliseconds> deadline;
  /// Who asks, for metrics and logs; never a key.
  std::string caller;
  std::string segment;
  /// Whether the answer shall carry the trail.
  bool wants_trail = false;
  /// Receives the answer as it comes, as far as the task commits to parts of it; null: the answer
  /// is wanted whole. What has been received is the beginning of the answer's text if the request
  /// ends as `answered`, and part of no answer otherwise.
  stream_handler on_text;
};

/// How a request ended.
enum class outcome : std::uint8_t { answered, degraded, blocked, rejected, failed, cancelled };

std::string_view to_string(outcome x);

/// The truth about an answer that no model gave.
struct degradation {
  /// The rung: `rules` or `message`.
  std::string kind;
  /// Why no model answered: a failure class or `skipped`.
  std::string reason;
  /// What a person should be told.
  std::string message;
};

/// What a caller gets, exactly once per request.
struct answer {
  std::string id;
  std::string task;
  outcome ended = outcome::failed;
  /// Of `answered` and `degraded`: the text and tool calls.
  completion what;
  /// `what.text` is a JSON value that satisfies the contract.
  bool is_json = false;
  std::optional<degradation> degraded;
  /// Of `blocked`, `rejected`, `failed` and `cancelled`: what the caller is told.
  std::optional<error> problem;
  /// Of `blocked`: a model's output was withheld; otherwise the provider refused the request.
  bool withheld = false;
  /// Of `failed`: when asking again may help, if that is known.
  std::optional<milliseconds> retry_after;

  /// The route that answered; empty if none did.
  std::string route;
  std::string provider;
  std::string model;
  std::string region;
  /// Calls started, cancelled ones included.
  int attempts = 0;
  /// Calls of a rung after its failure.
  int retries = 0;
  /// Rungs started because an earlier one failed or was skipped.
  int fallbacks = 0;
  /// The answer came from such a rung.
  bool fallback = false;
  /// A second call was started beside a late one.
  bool hedged = false;
  bool repaired = false;
  /// How a stream that broke went on: `prefix` or `prefill`; empty: it did not break.
  std::string_view resumed;
  /// Of a repaired answer: what was wrong with it; else what was wrong with the last output that
  /// did not pass.
  std::vector<violation> violations;
  /// Of a repaired answer: what was done.
  std::vector<change> changes;
  token_usage usage;
  /// USD, all attempts; cancelled ones are estimated from the tokens sent.
  double cost = 0;
  std::chrono::microseconds latency{0};
  /// The part of `latency` in which nothing was waited for.
  std::chrono::microseconds overhead{0};
  std::vector<trail_entry> steps;
};

/// Receives the answer; runs on an actor's thread and must return at once.
using answer_handler = std::function<void(answer)>;

} // namespace hedgerow
