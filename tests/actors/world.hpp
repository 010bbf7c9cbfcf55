#pragma once

#include "actors/engine.hpp"
#include "actors/messages.hpp"
#include "actors/rules.hpp"
#include "tests/support/deterministic.hpp"

#include <caf/actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

/// Scripted models, a policy of one task, and an engine that runs it in virtual time.
namespace hedgerow::test {

/// Text that comes while a streamed answer is under way.
struct said_early {
  milliseconds at{0};
  std::string text;
};

/// How a model takes one call.
struct act {
  milliseconds after{10};
  /// Absent: silence, until the call's total time has passed.
  std::optional<std::variant<completion, failure>> what;
  /// Of a streamed call.
  std::vector<said_early> pieces = {};
  /// It does not hear a stop: it ends as it would have without.
  bool deaf = false;
  /// It takes its route's actor with it.
  bool crashes = false;
  /// Its end is told a second time, so much later.
  std::optional<milliseconds> again_after = {};
};

act says(std::string text, milliseconds after = milliseconds{10});
/// A word every 10 ms, and the end 10 ms after the last.
act streams(const std::vector<std::string>& words, milliseconds first = milliseconds{10});
/// The same, but it breaks off instead of ending.
act breaks_off(const std::vector<std::string>& words, milliseconds first = milliseconds{10});
act fails(failure_class kind, milliseconds after = milliseconds{10});
act fails(failure why, milliseconds after = milliseconds{10});
/// An answer that the validator blocks.
act withheld(milliseconds after = milliseconds{10});
act silent();

/// One call, as the model saw it.
struct seen_call {
  time_point began;
  std::optional<time_point> ended;
  /// How often it was told to stop.
  int stops = 0;
  bool cancelled = false;
  bool streamed = false;
  prompt ask;
};

/// A model that takes its calls by a script, in virtual time.
class scripted_model : public std::enable_shared_from_this<scripted_model> {
public:
  scripted_model(deterministic& in, std::vector<act> script);

  transport call();

  std::size_t under_way() const;

  /// One for each call, in order.
  std::vector<act> script;
  /// For the calls after those.
  act otherwise = says("ok");
  /// … unless this makes one up for each.
  std::function<act(const model_call&)> improvise;
  std::vector<seen_call> calls;
  std::vector<time_point> crashes;

private:
  stop_call begin(model_call call, std::function<void(call_ended)> on_ended);
  void say(std::size_t call, std::size_t piece);
  void end(std::size_t call, call_ended how);
  call_ended outcome_of(const act& x, milliseconds total) const;

  deterministic& world_;
  /// Delivers ends at their time; told the number of the call and whether it was stopped.
  caf::actor timer_;
  std::vector<call_ended> planned_;
  std::vector<std::vector<said_early>> pieces_;
  std::vector<model_call> asked_;
  std::vector<std::function<void(call_ended)>> waiting_;
  std::vector<std::optional<milliseconds>> again_;
  /// Ends that are told a second time.
  std::vector<std::pair<std::function<void(call_ended)>, call_ended>> repeated_;
};

using model_ptr = std::shared_ptr<scripted_model>;

/// A request and what came of it.
struct submission {
  std::string id;
  milliseconds deadline{0};
  time_point began;
  time_point answered_at;
  std::vector<answer> answers;
  /// Of a streamed request: what has come so far, and when the first of it came.
  std::string heard;
  std::optional<time_point> heard_at;
  bool told_wrongly = false;
  request_handle handle;

  /// The one answer. Requires: there is exactly one.
  const answer& got() const;
  milliseconds took() const;
};

using submission_ptr = std::shared_ptr<submission>;

/// A route called `name` whose provider has the same name: a failure domain of its own.
route_setup route_to(std::string name, transport call);

/// A contract that wants a JSON object with a member `ok`.
std::shared_ptr<const contract> wants_ok();

/// The value of `wants_ok`.
inline const std::string good_json = R"({"ok":true})";

/// Requires: `rules` compile.
rules_rung rules_of(std::vector<rule> rules);

class world : public deterministic {
public:
  world();

  /// The policy the engine starts with, with a task `t`. To be changed before the first `submit`.
  policy plan;

  task& job() { return plan.tasks.at("t"); }

  /// Adds a route and its rung.
  model_ptr add(const std::string& route, std::vector<act> script,
                rung_role as = rung_role::equivalent);

  route_config& config(const std::string& route) { return plan.routes.at(route).config; }

  void add_message(std::string text = "Sorry.");

  /// Screens the task, input and output, by a guard that says `safe` unless told otherwise.
  model_ptr add_guard();

  /// Starts the engine at the first call.
  engine& works();

  submission_ptr submit(request x = {});

  /// Submits one whose answer is wanted as it comes.
  submission_ptr submit_streamed(request x = {});

  /// Submits one, and runs until everything has ended.
  submission_ptr play(request x = {});
  submission_ptr play_streamed(request x = {});

  /// Runs until everything has ended, the slowest call included.
  void settle();

  /// The machine sleeps: nobody can keep a deadline that passes meanwhile.
  void sleep(milliseconds by);

  /// What the engine promises and did not hold; see design.md. Requires: `settle`.
  std::vector<std::string> broken_promises();

  std::size_t calls() const;

  std::vector<record> records;
  std::vector<breaker_moved> moves;
  std::vector<time_point> moved_at;
  std::vector<std::pair<std::string, model_ptr>> models;
  /// Not among `models`: its calls are no attempts.
  model_ptr guard;
  std::vector<submission_ptr> submissions;
  std::vector<std::pair<time_point, milliseconds>> sleeps;
  engine_options options;
  std::unique_ptr<engine> running;

private:
  /// What was slept between these.
  milliseconds slept(time_point from, time_point to) const;
  void check_hedges(std::vector<std::string>& broken) const;
  void check_breakers(std::vector<std::string>& broken) const;
};

/// The entries of `event` in `x`.
std::vector<trail_entry> entries(const trail& x, trail_event event);

/// The trail as lines such as `attempt_started a 1 primary`, for comparison.
std::vector<std::string> lines(const trail& x);

} // namespace hedgerow::test
