#include "actors/runtime/clock.hpp"

#include <caf/abstract_actor.hpp>
#include <caf/actor_cast.hpp>

#include <utility>

namespace hedgerow {

namespace {

/// Owns what nobody may cancel.
constexpr caf::actor_id nobody = 0;

caf::strong_actor_ptr strong(caf::abstract_actor* x) {
  return caf::actor_cast<caf::strong_actor_ptr>(x);
}

std::uint64_t number_of(caf::atom_value x) { return static_cast<std::uint64_t>(x); }

} // namespace

runtime_clock::runtime_clock(boost::asio::io_context& timer_context, work_count& work)
    : work_{work},
      timer_{timer_context} {}

void runtime_clock::fire() {
  std::vector<schedule::node_type> due;
  {
    const std::lock_guard guard{mutex_};
    armed_for_.reset();
    const auto until = now();
    while (!schedule_.empty() && schedule_.begin()->first <= until)
      due.push_back(take(schedule_.begin()->second.claimed));
    arm();
  }
  for (auto& x : due)
    ship(x.mapped().what);
}

void runtime_clock::arm() {
  if (closed_ || schedule_.empty())
    return;
  const auto earliest = schedule_.begin()->first;
  if (armed_for_ && *armed_for_ <= earliest)
    return;
  armed_for_ = earliest;
  timer_.expires_at(earliest);
  timer_.async_wait([this, share = work_count::share{work_}](boost::system::error_code stopped) {
    if (!stopped)
      fire();
  });
}

void runtime_clock::add(time_point due, const claim& by, clock_event what) {
  schedule::node_type replaced;
  const std::lock_guard guard{mutex_};
  if (closed_)
    return;
  if (auto i = claims_.find(by); i != claims_.end())
    replaced = take(i);
  auto at = schedule_.emplace(due, entry{std::move(what), {}});
  at->second.claimed = claims_.emplace(by, at).first;
  arm();
}

runtime_clock::schedule::node_type runtime_clock::take(claims::iterator what) {
  auto taken = schedule_.extract(what->second);
  claims_.erase(what);
  return taken;
}

void runtime_clock::cancel(const claim& by) {
  schedule::node_type cancelled;
  const std::lock_guard guard{mutex_};
  if (auto i = claims_.find(by); i != claims_.end())
    cancelled = take(i);
}

void runtime_clock::set_ordinary_timeout(time_point t, caf::abstract_actor* self,
                                         caf::atom_value type, std::uint64_t id) {
  // The id is left out of the claim: a new timeout replaces the one before it.
  add(t, {self->id(), kind::ordinary, 0, number_of(type)}, receive_timeout{strong(self), type, id});
}

void runtime_clock::set_multi_timeout(time_point t, caf::abstract_actor* self, caf::atom_value type,
                                      std::uint64_t id) {
  add(t, {self->id(), kind::multi, id, number_of(type)}, receive_timeout{strong(self), type, id});
}

void runtime_clock::set_request_timeout(time_point t, caf::abstract_actor* self,
                                        caf::message_id id) {
  add(t, {self->id(), kind::request, id.integer_value(), 0}, request_timeout{strong(self), id});
}

void runtime_clock::cancel_ordinary_timeout(caf::abstract_actor* self, caf::atom_value type) {
  cancel({self->id(), kind::ordinary, 0, number_of(type)});
}

void runtime_clock::cancel_request_timeout(caf::abstract_actor* self, caf::message_id id) {
  cancel({self->id(), kind::request, id.integer_value(), 0});
}

void runtime_clock::cancel_timeouts(caf::abstract_actor* self) {
  std::vector<schedule::node_type> cancelled;
  const std::lock_guard guard{mutex_};
  auto i = claims_.lower_bound(claim{self->id(), kind::ordinary, 0, 0});
  while (i != claims_.end() && i->first.owner == self->id())
    cancelled.push_back(take(i++));
}

void runtime_clock::schedule_message(time_point t, caf::strong_actor_ptr receiver,
                                     caf::mailbox_element_ptr content) {
  // A request to an actor that has ended must still reach it, for only then its sender hears so.
  const auto owner = content->mid.is_request() ? nobody : receiver->id();
  add(t, next_message_of(owner), actor_message{std::move(receiver), std::move(content)});
}

void runtime_clock::schedule_message(time_point t, caf::group target, caf::strong_actor_ptr sender,
                                     caf::message content) {
  add(t, next_message_of(nobody),
      group_message{std::move(target), std::move(sender), std::move(content)});
}

runtime_clock::claim runtime_clock::next_message_of(caf::actor_id owner) {
  return {owner, kind::message, messages_.fetch_add(1, std::memory_order_relaxed), 0};
}

void runtime_clock::cancel_all() {
  schedule dropped;
  const std::lock_guard guard{mutex_};
  claims_.clear();
  schedule_.swap(dropped);
}

void runtime_clock::close() {
  {
    const std::lock_guard guard{mutex_};
    closed_ = true;
    timer_.cancel();
  }
  cancel_all();
}

std::size_t runtime_clock::pending() const {
  const std::lock_guard guard{mutex_};
  return schedule_.size();
}

} // namespace hedgerow
