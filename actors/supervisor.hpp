#pragma once

#include "actors/cast.hpp"
#include "actors/ladder.hpp"
#include "contracts/json_prefix.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hedgerow {

/// Counts one supervisor for as long as it is held.
struct presence {
  explicit presence(std::shared_ptr<std::atomic<std::size_t>> all) : count{std::move(all)} {
    count->fetch_add(1, std::memory_order_relaxed);
  }
  ~presence() { count->fetch_sub(1, std::memory_order_relaxed); }
  presence(const presence&) = delete;
  presence& operator=(const presence&) = delete;

  std::shared_ptr<std::atomic<std::size_t>> count;
};

/// One request, as its supervisor is given it.
struct supervisor_job {
  question_ptr about;
  std::shared_ptr<const cast> actors;
  answer_handler done;
  /// Unique within the engine.
  std::uint64_t number = 0;
  std::uint64_t seed = 0;
  /// Held for as long as the supervisor lives.
  std::shared_ptr<presence> here;
};

/// Whom an attempt was given to.
struct asked_route {
  std::size_t rung = 0;
  route_actor whom;
  /// It has let the attempt start.
  bool underway = false;
};

/// An output that broke the contract, kept in case its model is asked again.
struct broken_output {
  int attempt = 0;
  completion output;
  std::vector<violation> violations;
};

/// A guard that is being asked.
struct guard_call {
  attempt_id id = 0;
  route_actor whom;
  /// The attempt whose answer it is asked about, and that answer; 0: it is the input.
  int attempt = 0;
  attempt_over held;
};

struct supervisor_state {
  supervisor_actor::pointer self = nullptr;
  supervisor_job job;
  std::optional<ladder> plan;
  /// By attempt number, from 1.
  std::vector<asked_route> asked;
  std::vector<broken_output> broken;
  std::vector<guard_call> guards;
  /// How often a guard was asked.
  int screenings = 0;
  /// The whole story is with the recorder.
  bool told = false;
  /// The text that the caller has of a streamed answer, and how much of it the attempt that goes on
  /// from it has said so far.
  std::string delivered;
  /// Of a streamed answer that must be JSON: whether it may still become that.
  std::optional<json::prefix> shape;
  std::size_t matched = 0;
  /// The output of the attempt that answers, or what a degradation rung gave.
  completion output;
  degraded_answer instead;
  /// The time for which a `wake` is under way.
  std::optional<time_point> armed;
  time_point began;
  std::optional<time_point> waiting_since;
  std::chrono::steady_clock::duration waited{0};

  void open();
  std::vector<rung_facts> seen_rungs() const;
  void note_fitness(const attempt_over& x);
  void underway(const attempt_underway& x);
  void arrived(attempt_piece& x);
  std::optional<std::size_t> match(std::string_view text);
  void deliver(std::string_view text, std::shared_ptr<stream_window> window);
  void over(attempt_over& x);
  bool must_be_screened(const attempt_over& x) const;
  void ask_guard(prompt about, int attempt, attempt_over held);
  void guard_said(attempt_id id, const guard_word& word, const token_usage& spent);
  void lost(attempt_id id, const caf::error& reason);
  bool contradicts(const attempt_over& x) const;
  std::string_view to_go_on_from() const;
  asked_route& asked_for(int attempt);
  attempt attempt_for(const start_attempt& x) const;
  std::shared_ptr<const prompt> reask_about(int attempt) const;
  void carry_out(steps what);
  void carry_out(const screen_input& x);
  void carry_out(const start_attempt& x);
  void carry_out(const cancel_attempt& x);
  void carry_out(const ask_for_hedge& x);
  void carry_out(const degrade_to& x);
  void carry_out(const answer_with& x);
  void woken();
  void arm(time_point now);
  void account(time_point now);
  answer conclude();
};

/// Takes one request to its one answer: carries out what its ladder decides, runs the hedges and
/// cancels the losers. Answers once, lives on until its last attempt has ended, hands the whole
/// story to the recorder and is gone.
supervisor_actor::behavior_type
supervisor(supervisor_actor::stateful_pointer<supervisor_state> self, supervisor_job job);

} // namespace hedgerow
