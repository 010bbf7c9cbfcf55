#pragma once

#include "actors/boards.hpp"
#include "actors/ladder.hpp"
#include "actors/policy.hpp"
#include "actors/request.hpp"
#include "contracts/contract.hpp"
#include "routes/health.hpp"
#include "routes/transport.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

/// What the actors say to each other: nouns, one struct a message.
namespace hedgerow {

/// Names one attempt over all requests of an engine: the request's number times 256, plus the
/// attempt's.
using attempt_id = std::uint64_t;

constexpr attempt_id make_attempt_id(std::uint64_t request, int attempt) {
  return request << 8 | static_cast<attempt_id>(attempt);
}

constexpr int attempt_number(attempt_id x) { return static_cast<int>(x & 0xff); }

/// All of a request that its attempts share; immutable.
struct question {
  std::string id;
  std::shared_ptr<const policy> rules;
  /// Points into `rules`.
  const task* of = nullptr;
  /// What the models are asked, the task's own part included.
  prompt ask;
  terms must;
  std::string input;
  request_facts facts;
  milliseconds deadline{0};
  std::string caller;
  std::string segment;
  bool wants_trail = false;
  /// Receives the answer as it comes; null: it is wanted whole.
  stream_handler on_text;
};

using question_ptr = std::shared_ptr<const question>;

/// Supervisor to route: call your model.
struct attempt {
  attempt_id id = 0;
  attempt_kind kind = attempt_kind::primary;
  question_ptr about;
  /// What the model is asked instead of `about->ask`, whose answer it still has to be: a re-ask.
  /// Null: nothing else.
  std::shared_ptr<const prompt> instead = nullptr;
  /// Text that the model is asked to go on from: the answer begins with it.
  std::string after = {};
  /// Output tokens that the request's budget still pays for; absent: it sets no limit.
  std::optional<std::int64_t> max_tokens = std::nullopt;
  /// Input and output, as far as they can be foreseen; the route's limits count them.
  std::int64_t tokens = 0;
};

/// Route to supervisor: the attempt is under way.
struct attempt_underway {
  attempt_id id = 0;
  attempt_begun how;
};

/// Transport to supervisor: some of a streamed answer has come.
struct attempt_piece {
  attempt_id id = 0;
  std::string text;
  std::shared_ptr<stream_window> window;
};

/// The one reply to an `attempt`, from its route or, past it, from the validator.
struct attempt_over {
  attempt_id id = 0;
  attempt_end how;
  /// The output that `how` judged.
  completion output;
  int status = 0;
};

/// Supervisor to route: nobody wants this attempt any more.
struct cancel {
  attempt_id id = 0;
};

/// Transport to its route: a call has ended.
struct call_over {
  attempt_id id = 0;
  call_ended how;
};

/// Engine to route: go on under this configuration.
struct reconfigure;

/// Route to validator: an output that nobody has judged.
struct candidate {
  attempt_id id = 0;
  question_ptr about;
  completion output;
  int status = 0;
};

/// A supervisor's timer.
struct wake {};

/// Engine to supervisor: the caller went away.
struct abandon {};

/// Supervisor to task: a request has arrived.
struct arrival {};

/// Supervisor to task: may I start one more hedge?
struct hedge_wish {};

/// Supervisor to task: an answer of a route did or did not meet the contract.
struct fitness_note {
  std::string route;
  bool passed = false;
};

/// Engine to task: go on under this policy, in which you are called `name`.
struct task_setup {
  std::shared_ptr<const policy> rules;
  std::string name;
  std::shared_ptr<task_board> board;
};

/// Supervisor to degrader: answer from this rung.
struct degrade_wish {
  question_ptr about;
  std::size_t rung = 0;
  std::string cause;
};

/// What a degradation rung gave; `answered` false: it had nothing to say.
struct degraded_answer {
  bool answered = false;
  std::string text;
  bool is_json = false;
  degradation truth;
};

/// A request's whole story, once every attempt of it has ended.
struct record {
  question_ptr about;
  /// The answer's facts without its output, and all steps.
  answer facts;
};

/// A breaker of a route moved.
struct breaker_moved {
  std::string route;
  transition what;
};

/// Asks a route how it is.
struct get_status {};

/// How a route is, per traffic class.
struct route_status {
  std::string route;
  std::size_t in_flight = 0;
  std::array<breaker_state, traffic_classes> breakers{};
};

} // namespace hedgerow
