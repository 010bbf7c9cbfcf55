#pragma once

#include "contracts/contract.hpp"
#include "contracts/schema.hpp"
#include "routes/route_config.hpp"
#include "routes/transport.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

/// What an operator has decided: tasks, their ladders, routes. One immutable snapshot.
namespace hedgerow {

using std::chrono::milliseconds;

/// What a task is for; decides which checks a policy must pass.
enum class task_capability : std::uint8_t {
  extraction,
  classification,
  rewrite,
  retrieval,
  reasoning,
  code,
  multimodal,
  tool_execution,
  safety_review,
  chat,
};

std::string_view to_string(task_capability x);

enum class task_mode : std::uint8_t { interactive, background };

/// In which role a model rung stands in a ladder.
enum class rung_role : std::uint8_t {
  equivalent,     ///< Same contract, language, safety and latency target.
  stronger,       ///< After contract and capability failures, or when all before are unavailable.
  longer_context, ///< When the request does not fit those before.
};

std::string_view to_string(rung_role x);

/// Calls a model.
struct model_rung {
  std::string route;
  rung_role as = rung_role::equivalent;
  /// Neighbours of one spread, of which one is drawn by weight to come first; 0: it stands alone.
  std::size_t spread = 0;
  double weight = 1;
};

/// One rule of a rules file, compiled; see `rules.hpp`.
class rule_set;

/// Answers from rules that a person wrote.
struct rules_rung {
  std::shared_ptr<const rule_set> rules;
};

/// Says honestly that there is no answer.
struct message_rung {
  std::string text;
};

using ladder_rung = std::variant<model_rung, rules_rung, message_rung>;

/// When a second attempt is started beside a late one.
struct hedge_policy {
  /// A fixed delay …
  std::optional<milliseconds> fixed;
  /// … or this quantile (0..1) of the route's own latency in the request's traffic class.
  double quantile = 0.95;
  milliseconds floor{100};
  milliseconds ceiling{2000};
  /// Hedges started in any 10 s are at most max(1, this share of the task's requests in them).
  double max_extra = 0.05;
  int at_most = 1;
};

/// A time, or a share of what is left of the deadline.
struct patience {
  std::optional<milliseconds> fixed;
  double share = 0.25;
};

/// How often and how the same rung is called again.
struct retry_policy {
  int attempts = 2;
  milliseconds base{250};
  milliseconds cap{8000};
  /// The longest hint that is waited for.
  patience wait_up_to;
};

/// What may be spent on mending a broken output, beyond what costs nothing.
struct repair_policy {
  /// Model calls that ask again, with what was wrong.
  int reasks = 1;
};

/// When the first byte of a streamed answer leaves.
enum class stream_commit : std::uint8_t {
  first_token, ///< With the first text of an acceptable attempt.
  complete,    ///< When the whole answer is valid.
};

/// How streams are committed, and what may be done when one breaks after that.
struct stream_policy {
  /// Absent: `complete` where the contract is JSON or a tool call, else `first_token`.
  std::optional<stream_commit> commit;
  /// The next route is asked afresh, and goes on where its text is the one that was delivered.
  bool prefix = true;
  /// A route that has the capability is asked to continue the partial answer.
  bool prefill = false;
};

/// What may follow a failure; the roles name rungs.
enum class cure : std::uint8_t { retry, reask, equivalent, stronger, longer_context };

std::string_view to_string(cure x);

/// Which cures a failure class may take, in order; a class that is not named takes the usual ones.
using cure_lists = std::map<failure_class, std::vector<cure>>;

/// The usual cures of a class; none for `policy` and `invalid_request`. Source: design.md, "Failure
/// classes".
const std::vector<cure>& usual_cures(failure_class x);

/// What a request may spend.
struct request_budget {
  int attempts = 6;
  /// USD; absent: no limit.
  std::optional<double> cost = std::nullopt;
  /// Input and output together; absent: no limit.
  std::optional<std::int64_t> tokens = std::nullopt;
};

/// When a route is skipped for a task because its answers do not meet the contract.
struct fitness_policy {
  /// How many of its last answers are looked at.
  int window = 50;
  /// Answers below which nothing is concluded.
  int min_calls = 10;
  /// The share that has to pass.
  double pass_rate = 0.6;
};

/// A route whose model judges what goes in, what comes out, or both; see `guard.hpp`. Nothing
/// passes without its word.
struct screen_policy {
  std::string route;
  /// Before any other route is called.
  bool input = true;
  /// Before an answer of a model is delivered: it is never streamed then.
  bool output = true;
};

/// What a request's input must satisfy before any route is touched.
struct input_policy {
  std::optional<schema> shape;
  /// Estimated tokens; 0: no limit.
  std::int64_t max_tokens = 0;
};

/// A named product use of a model.
struct task {
  std::string name;
  task_capability capability = task_capability::chat;
  task_mode mode = task_mode::interactive;
  /// The whole request, every retry and hedge included.
  milliseconds deadline{30000};
  /// Null: any non-empty text, or a tool call that was allowed.
  std::shared_ptr<const contract> must;
  std::vector<ladder_rung> ladder;
  std::optional<hedge_policy> hedge;
  retry_policy retry;
  repair_policy repair;
  stream_policy stream;
  request_budget budget;
  fitness_policy fitness;
  cure_lists steps;
  safety_level safety = safety_level::standard;
  std::optional<screen_policy> screen;
  input_policy input;
  /// Sent before the caller's messages; empty: nothing.
  std::string system;
  /// Defaults of the task; a caller's own win.
  parameters params;
};

/// What may follow a failure of this class in `x`, in order: its own steps, else the usual ones.
const std::vector<cure>& cures_of(const task& x, failure_class why);

/// A configured route and the way to its model.
struct route_setup {
  route_config config;
  transport call;
};

/// Everything a request is decided by. Immutable once it is in use; replaced whole.
struct policy {
  /// Names the snapshot in trails.
  std::string version = "1";
  std::map<std::string, route_setup, std::less<>> routes;
  std::map<std::string, task, std::less<>> tasks;
};

/// Checks that `x` holds together: every rung names a route, budgets and times make sense. The
/// first finding is the error (`config_invalid`).
result<void> holds_together(const policy& x);

} // namespace hedgerow
