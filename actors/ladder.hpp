#pragma once

#include "actors/policy.hpp"
#include "actors/purse.hpp"
#include "actors/request.hpp"
#include "actors/trail.hpp"
#include "contracts/contract.hpp"
#include "contracts/failure.hpp"
#include "contracts/guard.hpp"
#include "routes/attempt.hpp"
#include "routes/traffic_class.hpp"
#include "routes/transport.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

/// The policy of one request as a pure state machine: events in, steps out. It has no clock, sends
/// nothing and can be replayed; the supervisor carries out what it says.
namespace hedgerow {

/// What is known of a rung's route when a request begins.
struct rung_facts {
  /// Output tokens that 95 % of its answers keep within; 0: there are no data.
  std::int64_t usual_output = 0;
  /// What it counts as input, as a multiple of our estimate.
  double input_ratio = 1;
  /// Its answers meet the task's contract too seldom, and how often they do.
  bool low = false;
  double pass_rate = 1;
};

/// What a ladder knows of its request.
struct request_facts {
  traffic_class traffic = traffic_class::short_whole;
  std::int64_t estimated_input = 0;
  /// Output tokens that the caller allows; 0: not said.
  std::int64_t max_output = 0;
  bool needs_tools = false;
  bool needs_vision = false;
  /// The caller wants the answer as it comes …
  bool streamed = false;
  /// … and may have text before all of it has been judged.
  bool commits_early = false;
  /// How many times longer than usual a hedge waits, see `hedge_allowance::patience`.
  int hedge_patience = 1;
  /// By the place in the ladder; shorter: nothing is known of the rest.
  std::vector<rung_facts> rungs = {};
};

/// A route let an attempt start.
struct attempt_begun {
  bool probe = false;
  /// The hedge's quantile of the route's latency in this traffic class; absent: no data.
  std::optional<milliseconds> hedge_after;
  std::optional<milliseconds> p95;
};

/// A route did not let an attempt start.
struct attempt_refused {
  std::string_view why;
  std::optional<milliseconds> retry_in;
};

/// An attempt answered and the validator has judged it.
struct attempt_judged {
  token_usage usage;
  verdict said;
  /// Of a streamed answer, see `completion`.
  std::size_t skipped_events = 0;
  /// What the task's guard said of it; `said` is `blocked` unless that lets it pass.
  std::optional<guard_word> screened = std::nullopt;
  token_usage screening = {};
};

/// How an attempt ended. Exactly one arrives for each `start_attempt`.
using attempt_end = std::variant<attempt_refused, attempt_judged, failure, cancelled>;

/// How an attempt goes on from text that the caller has.
enum class resumption : std::uint8_t {
  none,    ///< Nothing has been delivered.
  prefix,  ///< It is asked afresh, and its answer must begin with that text.
  prefill, ///< It is asked for what follows that text.
};

std::string_view to_string(resumption x);

/// Steps: what to do next, in order.

/// Ask the task's guard about the input; its word comes as `screened`.
struct screen_input {};
struct start_attempt {
  int attempt = 0;
  std::size_t rung = 0;
  attempt_kind kind = attempt_kind::primary;
  /// Of a re-ask: the attempt whose output is to be mended.
  int about = 0;
  /// After a broken stream: how the text that was delivered goes on.
  resumption resumes = resumption::none;
  /// Output tokens that the request's budget still pays for; absent: it sets no limit.
  std::optional<std::int64_t> max_tokens = std::nullopt;
  /// Input and output, as far as they can be foreseen.
  std::int64_t tokens = 0;
};
struct cancel_attempt {
  int attempt = 0;
};
/// Ask the task whether one more hedge is allowed; the answer comes as `hedge_decided`.
struct ask_for_hedge {};
struct degrade_to {
  std::size_t rung = 0;
};
/// Answer the caller now. The attempt whose output it is, or 0.
struct answer_with {
  int attempt = 0;
};

using step = std::variant<screen_input, start_attempt, cancel_attempt, ask_for_hedge, degrade_to,
                          answer_with>;
using steps = std::vector<step>;

/// Decides, for one request, what is the safest useful thing to do next.
class ladder {
public:
  /// `rules` and `of` outlive the ladder. `deadline` is the request's own, not later than the
  /// task's.
  ladder(const policy& rules, const task& of, request_facts facts, time_point now,
         milliseconds deadline, std::uint64_t seed);

  /// Events. After the step `answer_with` only `ended` may follow, for losers on their way out.
  steps begin(time_point now);
  /// The guard's word on the input, and what it cost.
  steps screened(const guard_word& said, const token_usage& spent, time_point now);
  steps started(int attempt, const attempt_begun& how, time_point now);
  steps ended(int attempt, const attempt_end& how, int status, time_point now);
  /// The attempt has answered, and the guard is asked about it before it ends.
  void screening(int attempt);
  /// A streamed attempt has brought content, so many bytes of text among it.
  steps content(int attempt, std::size_t text_bytes, time_point now);
  /// What a streamed attempt says can no longer become the JSON that is wanted.
  steps malformed(int attempt, time_point now);
  /// A resumed attempt says something else than what was delivered.
  steps diverged(int attempt, time_point now);
  steps hedge_decided(bool granted, time_point now);
  /// A degradation rung answered, or had nothing to say.
  steps degraded(bool answered, time_point now);
  /// The caller went away.
  steps abandoned(time_point now);
  /// A moment that `next_due` named has come; harmless at any other time.
  steps due(time_point now);

  /// The next moment at which `due` has something to decide.
  std::optional<time_point> next_due() const;

  /// The facts of the end, valid after `answer_with`: outcome, counts, cost, route, problem. The
  /// output itself is the supervisor's to add. Before the end, the facts so far.
  answer facts() const;

  /// Why a degradation is needed: a failure class or `skipped`.
  std::string_view cause() const;

  /// Attempts that have not ended, cancelled ones included.
  std::size_t in_flight() const { return flights_.size(); }

  bool finished() const { return ended_.has_value(); }

  /// Whether an answer of this attempt could still be the request's.
  bool wants(int attempt) const;

  /// The attempt whose text goes to the caller; 0: none yet.
  int committed() const { return committed_; }

  /// Something outside is waited for: an attempt, or the time of a retry.
  bool waiting() const { return screening_input_ || retry_.has_value() || live() > 0; }

  const trail& history() const { return history_; }

  /// The same, for the last time.
  trail take_history() { return std::move(history_); }

private:
  /// An attempt that has not ended.
  struct flight {
    int attempt = 0;
    std::size_t rung = 0;
    attempt_kind kind = attempt_kind::primary;
    time_point since;
    std::optional<time_point> hedge_at = std::nullopt;
    std::optional<time_point> give_up_at = std::nullopt;
    /// We have told it to stop; what it still says moves nothing but cost and policy.
    bool cancelled = false;
    /// Some of its answer has come.
    bool has_content = false;
    std::size_t text_bytes = 0;
    /// The guard is being asked about its answer.
    bool screening = false;
    resumption resumes = resumption::none;
    /// Set aside in the purse.
    expense held = {};
  };

  struct rung_memory {
    /// Of a model rung.
    const route_setup* calls = nullptr;
    bool tried = false;
    /// Started because an earlier one failed or was skipped.
    bool as_fallback = false;
    /// Its route did not take a hedge; it may take a call that is none.
    bool no_hedge = false;
    /// It was passed over because its route's answers meet the contract too seldom.
    bool was_low = false;
    /// Its route's breaker was open.
    bool shut = false;
    int retries = 0;
  };

  /// An output that its model may be asked to mend.
  struct broken_output {
    int attempt = 0;
    std::size_t rung = 0;
  };

  /// A retry that waits for its time.
  struct pending_retry {
    std::size_t rung = 0;
    time_point at;
    /// When it is given up, so that an untried rung keeps its half of the time.
    std::optional<time_point> give_up_at;
  };

  // What follows from an end; see ladder.cpp.
  steps fail(std::size_t rung, const failure& why, time_point now);
  steps take(const flight& x, const verdict& said, time_point now);
  steps refused(const flight& x, time_point now);
  steps move_on(time_point now);
  steps knock_on_shut(time_point now);
  steps hedge(std::size_t beside, time_point now);
  steps reask(time_point now);
  steps start(std::size_t rung, attempt_kind kind, time_point now);
  steps degrade(time_point now);
  steps finish(outcome how, int attempt, time_point now);
  steps out_of_time(time_point now);
  steps block(const failure& why, safety_verdict as, time_point now);
  steps reject(time_point now);
  void stop(flight& x, std::string_view as, std::string_view reason, time_point now, steps& out);
  void stop_all(std::string_view as, std::string_view reason, time_point now, steps& out);
  steps give_up(flight& x, time_point now);
  steps resume(time_point now);
  resumption resumption_on(std::size_t rung) const;
  steps wish_for_hedge(flight& x, time_point now);
  bool schedule_retry(std::size_t rung, const failure& why, time_point now);
  std::optional<milliseconds> wait_before_retry(const failure& why, int retries, milliseconds left);
  void remember(const failure& why);
  void pay(const flight& x, const token_usage& spent, trail_entry& entry);
  void note_screening(std::string_view of, const guard_word& said, const token_usage& spent,
                      time_point now);
  void add_usage(const token_usage& spent);
  void settle(const flight& x, const attempt_end& how, int status, time_point now);
  void undo(const flight& x, const attempt_refused& why);

  bool may(cure what, failure_class why) const;
  std::optional<std::size_t> next_rung(time_point now);
  std::optional<std::size_t> next_rung(rung_role as, time_point now);
  std::optional<std::size_t> fittest_low_rung() const;
  bool is_cure(std::size_t rung) const;
  bool is_low(std::size_t rung) const;
  std::optional<std::size_t> next_hedge_rung(std::size_t beside) const;
  std::string_view why_unfit(std::size_t rung) const;
  bool is_untried(std::size_t rung) const;
  bool another_untried() const;
  bool stronger_untried() const;
  bool is_model(std::size_t rung) const;
  rung_role role_of(std::size_t rung) const;
  attempt_kind kind_of(std::size_t rung) const;
  const route_setup& setup(std::size_t rung) const;
  flight* find(int attempt);
  int live() const;
  flight* only_live();
  trail_entry& entry_of(trail_event event, int attempt);
  void note_degraded(time_point now);
  trail_entry& note(trail_event event, time_point now);
  trail_entry& note(trail_event event, const flight& x, time_point now);
  double uniform();
  std::vector<std::size_t> draw_order();
  double price_of_input(std::size_t rung) const;
  std::int64_t input_tokens(std::size_t rung) const;
  expense input_of(std::size_t rung) const;
  expense with_output(std::size_t rung, std::int64_t tokens) const;
  expense reservation(std::size_t rung) const;
  std::int64_t expected_output(std::size_t rung) const;
  std::optional<std::int64_t> set_aside(flight& x);
  error problem() const;

  const policy* rules_;
  const task* task_;
  request_facts facts_;
  time_point began_;
  time_point deadline_;
  /// When model attempts end, so that the rungs behind them have their time.
  time_point models_until_;
  /// The places of the rungs in the order in which they are gone through.
  std::vector<std::size_t> order_;
  std::size_t primary_ = 0;
  std::vector<rung_memory> rungs_;
  std::vector<flight> flights_;
  std::optional<pending_retry> retry_;
  std::optional<broken_output> broken_;
  std::optional<std::size_t> degrading_;
  /// The late attempt for which a hedge was asked.
  std::optional<int> asking_for_;
  bool timed_out_ = false;
  /// A rung was passed over, or its model failed, because the request does not fit its context …
  bool too_long_ = false;
  /// … and another for some other reason, so that asking again may help.
  bool may_fit_ = false;
  int last_attempt_ = 0;
  int attempts_ = 0;
  int retries_ = 0;
  int reasks_ = 0;
  int fallbacks_ = 0;
  int hedges_ = 0;
  token_usage usage_;
  double cost_ = 0;
  purse purse_;
  std::optional<failure> last_;
  /// The most informative failure so far, for the caller.
  std::optional<failure> worst_;
  std::vector<violation> violations_;
  std::vector<change> changes_;
  std::optional<milliseconds> retry_in_;
  std::optional<outcome> ended_;
  int committed_ = 0;
  resumption resumed_ = resumption::none;
  /// Whose answer the caller gets, or has a part of.
  std::optional<std::size_t> winner_rung_;
  bool repaired_ = false;
  bool withheld_ = false;
  /// The guard is being asked about the input.
  bool screening_input_ = false;
  bool input_blocked_ = false;
  safety_latch latch_;
  time_point ended_at_;
  trail history_;
  std::minstd_rand random_;
};

} // namespace hedgerow
