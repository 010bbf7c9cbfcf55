#pragma once

#include "actors/interfaces.hpp"
#include "routes/health.hpp"
#include "routes/output_lengths.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <array>
#include <optional>
#include <string>
#include <unordered_map>

namespace hedgerow {

/// An attempt whose call has not ended.
struct route_flight {
  caf::typed_response_promise<attempt_over> promise;
  question_ptr about;
  /// What the answer begins with, see `attempt`.
  std::string after;
  permit as = permit::passed;
  /// The model was asked something else than the question.
  bool asked_otherwise = false;
  call_load load;
  time_point since;
  stop_call stop;
};

struct route_state {
  route_state() = default;
  route_state(const route_state&) = delete;
  route_state& operator=(const route_state&) = delete;

  /// Stops what is still under way.
  ~route_state();

  route_actor::pointer self = nullptr;
  route_setup setup;
  route_surroundings around;
  std::optional<route_health> health;
  output_lengths outputs;
  double input_ratio = 1;
  /// Whether the failure domain was failing when last looked at.
  std::array<bool, traffic_classes> failing{};
  std::unordered_map<attempt_id, route_flight> flights;
  std::size_t next_validator = 0;
  /// Told to exit: refuses attempts and quits when the last call has ended.
  bool leaving = false;

  caf::result<attempt_over> begin(const attempt& x);
  void stop(const cancel& x);
  void end(call_over& x);
  void change(const reconfigure& x);
  void learn(const completion& x, const route_flight& from);
  void look_around(traffic_class traffic, time_point now);
  void tell_domain(time_point now);
  route_status status() const;
  void leave(const caf::error& reason);
  /// Every attempt under way fails at once: a route that crashes leaves no call and no waiting
  /// supervisor behind.
  void crash();
};

/// One way to call one model. Owns its breakers, limiter and retry budget; never retries by itself.
/// A cancelled attempt is stopped at the socket; its reply still comes, so that every attempt ends
/// exactly once.
route_actor::behavior_type route(route_actor::stateful_pointer<route_state> self, route_setup setup,
                                 route_surroundings around, std::uint64_t seed);

} // namespace hedgerow
