#pragma once

#include <caf/actor_clock.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <chrono>
#include <cstddef>
#include <optional>

namespace hedgerow {

class virtual_clock;

/// A scheduler without threads, whose clock stands still.
struct virtual_time_config : caf::actor_system_config {
  virtual_time_config();
};

/// An actor system without threads, for rehearsals and tests: messages move when told to, time
/// moves when told to, and the same events give the same run. For one thread.
class virtual_time {
public:
  using time_point = caf::actor_clock::time_point;

  virtual_time_config config;
  caf::actor_system system;

  /// Begins an hour after the epoch: now minus a window is a time that everybody can handle.
  virtual_time();

  /// Actors that are still alive get a chance to leave when everything that waits for its time has
  /// been told to; those that then hold each other are left behind.
  ~virtual_time();

  virtual_time(const virtual_time&) = delete;
  virtual_time& operator=(const virtual_time&) = delete;

  time_point now() const;

  /// Delivers messages, and what they cause, until there are none. No timer fires.
  void run();

  /// When the next timer is due, if one is set.
  std::optional<time_point> next_due() const;

  /// Moves time to `to`, stopping wherever something is due, so that it is handled at its own time.
  void advance_to(time_point to);

  void advance(caf::timespan by) { advance_to(now() + by); }

  /// Moves time as a machine sees it that slept: what was due meanwhile is handled late, when it
  /// is over.
  void jump(caf::timespan by);

  /// How many timeouts and delayed messages wait for their time.
  std::size_t pending_timers() const;

  /// How many actors are alive, those of CAF's own included that count themselves.
  std::size_t living();

private:
  friend struct virtual_time_config;
  class scheduler;

  scheduler& scheduler_;
  virtual_clock& clock_;
};

} // namespace hedgerow
