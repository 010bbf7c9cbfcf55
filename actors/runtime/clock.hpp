#pragma once

#include "actors/runtime/clock_event.hpp"
#include "actors/runtime/work_count.hpp"

#include <boost/asio/steady_timer.hpp>

#include <caf/actor_clock.hpp>
#include <caf/atom.hpp>

#include <atomic>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <vector>

namespace hedgerow {

/// Timeouts and delayed messages of actors that run on Asio threads, driven by one Asio timer.
/// Ships what CAF's own clocks ship, with one difference: whatever waits for an actor is dropped
/// when that actor ends, delayed messages included, so the clock never keeps a dead actor's
/// memory. Only a message to another actor is still delivered after its sender's end. Every
/// operation takes logarithmic time; any thread may call.
class runtime_clock final : public caf::actor_clock {
public:
  /// `timer_context` runs the timer; every armed wait holds a share of `work`. Both outlive
  /// `*this`.
  runtime_clock(boost::asio::io_context& timer_context, work_count& work);

  /// Drops everything, refuses everything that comes later and never arms the timer again.
  void close();

  /// How many timeouts and messages wait for their time.
  std::size_t pending() const;

  void set_ordinary_timeout(time_point t, caf::abstract_actor* self, caf::atom_value type,
                            std::uint64_t id) override;
  void set_multi_timeout(time_point t, caf::abstract_actor* self, caf::atom_value type,
                         std::uint64_t id) override;
  void set_request_timeout(time_point t, caf::abstract_actor* self, caf::message_id id) override;
  void cancel_ordinary_timeout(caf::abstract_actor* self, caf::atom_value type) override;
  void cancel_request_timeout(caf::abstract_actor* self, caf::message_id id) override;
  void cancel_timeouts(caf::abstract_actor* self) override;
  void schedule_message(time_point t, caf::strong_actor_ptr receiver,
                        caf::mailbox_element_ptr content) override;
  void schedule_message(time_point t, caf::group target, caf::strong_actor_ptr sender,
                        caf::message content) override;
  void cancel_all() override;

private:
  enum class kind : std::uint8_t { ordinary, multi, request, message };

  /// What an entry is cancelled by. Sorted by owner, so that an actor's entries stand together.
  struct claim {
    caf::actor_id owner;
    kind what;
    std::uint64_t number;
    std::uint64_t type;
    auto operator<=>(const claim&) const = default;
  };

  struct entry;
  using schedule = std::multimap<time_point, entry>;
  using claims = std::map<claim, schedule::iterator>;

  struct entry {
    clock_event what;
    claims::iterator claimed;
  };

  void add(time_point due, const claim& by, clock_event what);
  void cancel(const claim& by);
  claim next_message_of(caf::actor_id owner);
  /// Requires: the lock is held. What it returns must be destroyed after the lock is released: the
  /// last handle of an actor may go with it, and that actor's end comes back to this clock.
  schedule::node_type take(claims::iterator what);
  void arm();
  void fire();

  mutable std::mutex mutex_;
  work_count& work_;
  boost::asio::steady_timer timer_;
  std::optional<time_point> armed_for_;
  bool closed_ = false;
  std::atomic<std::uint64_t> messages_{0};
  schedule schedule_;
  claims claims_;
};

} // namespace hedgerow
