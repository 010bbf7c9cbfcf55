#pragma once

#include "actors/policy.hpp"
#include "actors/recorder.hpp"
#include "actors/request.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

namespace caf {
class actor_system;
} // namespace caf

namespace hedgerow {

/// How an engine is set up, beside its policy.
struct engine_options {
  /// Draws ids, jitter and samples: the same seed and the same events give the same run.
  std::uint64_t seed = 0;
  /// Validators and degraders; one per scheduler thread is right.
  std::size_t lanes = 1;
  /// Where records go; see `record_sinks`.
  record_sinks sinks;
};

/// A submitted request, for its caller.
class request_handle {
public:
  request_handle() = default;

  /// The caller went away: everything below is cancelled. Harmless after the end, and from any
  /// thread.
  void abandon() const;

private:
  friend class engine;

  std::function<void()> abandon_;
};

/// The one class an embedder needs: spawns and monitors the actors, holds the current policy, and
/// restarts what dies. Thread-safe. Works on any actor system; see `runtime` for the one that runs
/// actors on Asio threads.
class engine {
public:
  /// Requires: `holds_together(rules)`. The actor system outlives the engine.
  engine(caf::actor_system& system, policy rules, engine_options options = {});

  /// Stops.
  ~engine();

  /// Tells the actors to end: calls in flight are cancelled and their requests answered. Returns at
  /// once; the actor system's destructor waits for the actors. Requests submitted later are
  /// answered without a model.
  void stop();

  engine(const engine&) = delete;
  engine& operator=(const engine&) = delete;

  /// Takes `x` to its one answer under the current policy. `done` is called exactly once, from an
  /// actor's thread, or before `submit` returns if the request is rejected at the door.
  request_handle submit(request x, answer_handler done);

  /// Replaces the policy whole. Requests under way keep theirs. What a route remembers (breakers,
  /// latencies, retry budget) stays if provider, base URL and model are the same.
  /// Requires: `holds_together(rules)`.
  void replace(policy rules);

  std::shared_ptr<const policy> rules() const;

  /// Takes a route out of use up to `until`, on the actor system's clock, for requests under way,
  /// too: their calls go on, and none is started. It stays so over crashes of the route and over
  /// policies in which it is the same route. False: there is no such route.
  bool disable(std::string_view route, time_point until = time_point::max());

  /// Takes it back into use; its breakers say how. False: there is no such route.
  bool enable(std::string_view route);

  /// Requests that have not been wound up: answered ones whose losers are still ending are among
  /// them.
  std::size_t in_flight() const;

private:
  struct core;

  std::shared_ptr<core> core_;
};

} // namespace hedgerow
