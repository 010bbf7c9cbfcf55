#pragma once

#include "actors/runtime/clock_event.hpp"

#include <caf/detail/test_actor_clock.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace hedgerow {

/// A clock that stands still until it is told otherwise. Like `runtime_clock` it drops what waits
/// for an actor when that actor ends. For one thread.
///
/// The base is only what CAF's scheduler for tests asks for; nothing of it but `current_time` is
/// used.
class virtual_clock final : public caf::detail::test_actor_clock {
public:
  virtual_clock();

  /// When the next event is due, if there is one.
  std::optional<time_point> next_due();

  /// Delivers the next event, and moves the time to it unless it is later already. Requires:
  /// `next_due` has just said that there is one.
  void fire_next();

  /// How many events wait for their time.
  std::size_t pending() const { return pending_; }

  /// The actors that something waits for.
  std::vector<caf::strong_actor_ptr> awaited() const;

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
  using place = std::uint32_t;

  static constexpr place none = ~place{0};
  static constexpr std::size_t owners = 4096;

  /// An event, in the list of those whose owner's id falls on the same bucket.
  struct entry {
    clock_event what;
    caf::actor_id owner = 0;
    kind is = kind::message;
    std::uint64_t number = 0;
    place before = none;
    place after = none;
    /// Counts the uses of this place, so that the schedule knows its own.
    std::uint32_t use = 0;
  };

  /// What the heap holds: the earliest first, and of these the one that was there first.
  struct scheduled {
    time_point due;
    std::uint64_t order = 0;
    place at = none;
    std::uint32_t use = 0;

    bool operator<(const scheduled& x) const {
      return due != x.due ? x.due < due : x.order < order;
    }
  };

  void add(time_point due, caf::actor_id owner, kind is, std::uint64_t number, clock_event what);
  /// Cancels those of `owner` for which `is_it` holds.
  template <class Which>
  void cancel(caf::actor_id owner, Which is_it);
  clock_event take(place x);
  void skip_cancelled();

  std::vector<scheduled> schedule_;
  std::vector<entry> entries_;
  std::vector<place> free_;
  std::array<place, owners> first_;
  std::uint64_t order_ = 0;
  std::size_t pending_ = 0;
};

} // namespace hedgerow
