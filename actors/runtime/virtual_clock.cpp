#include "actors/runtime/virtual_clock.hpp"

#include <caf/abstract_actor.hpp>
#include <caf/actor_cast.hpp>

#include <algorithm>
#include <utility>

namespace hedgerow {

namespace {

/// Owns what nobody may cancel.
constexpr caf::actor_id nobody = 0;

caf::strong_actor_ptr strong(caf::abstract_actor* x) {
  return caf::actor_cast<caf::strong_actor_ptr>(x);
}

} // namespace

virtual_clock::virtual_clock() { first_.fill(none); }

void virtual_clock::add(time_point due, caf::actor_id owner, kind is, std::uint64_t number,
                        clock_event what) {
  if (free_.empty()) {
    entries_.emplace_back();
    free_.push_back(static_cast<place>(entries_.size() - 1));
  }
  const auto at = free_.back();
  free_.pop_back();
  auto& x = entries_[at];
  auto& first = first_[owner % owners];
  x.what = std::move(what);
  x.owner = owner;
  x.is = is;
  x.number = number;
  x.before = none;
  x.after = std::exchange(first, at);
  if (x.after != none)
    entries_[x.after].before = at;
  schedule_.push_back({due, ++order_, at, x.use});
  std::push_heap(schedule_.begin(), schedule_.end());
  ++pending_;
}

clock_event virtual_clock::take(place at) {
  auto& x = entries_[at];
  (x.before == none ? first_[x.owner % owners] : entries_[x.before].after) = x.after;
  if (x.after != none)
    entries_[x.after].before = x.before;
  ++x.use;
  free_.push_back(at);
  --pending_;
  return std::exchange(x.what, hedgerow::receive_timeout{});
}

template <class Which>
void virtual_clock::cancel(caf::actor_id owner, Which is_it) {
  // The last handle of an actor may go with what is cancelled, and that actor's end comes back to
  // this clock: nothing is destroyed before the list has been gone through.
  std::vector<clock_event> cancelled;
  for (auto at = first_[owner % owners]; at != none;) {
    const auto next = entries_[at].after;
    if (entries_[at].owner == owner && is_it(entries_[at]))
      cancelled.push_back(take(at));
    at = next;
  }
}

void virtual_clock::skip_cancelled() {
  while (!schedule_.empty() && entries_[schedule_.front().at].use != schedule_.front().use) {
    std::pop_heap(schedule_.begin(), schedule_.end());
    schedule_.pop_back();
  }
}

std::optional<virtual_clock::time_point> virtual_clock::next_due() {
  skip_cancelled();
  return schedule_.empty() ? std::nullopt : std::optional{schedule_.front().due};
}

void virtual_clock::fire_next() {
  const auto next = schedule_.front();
  std::pop_heap(schedule_.begin(), schedule_.end());
  schedule_.pop_back();
  current_time = std::max(current_time, next.due);
  auto what = take(next.at);
  hedgerow::ship(what);
}

std::vector<caf::strong_actor_ptr> virtual_clock::awaited() const {
  std::vector<caf::strong_actor_ptr> out;
  for (const auto first : first_)
    for (auto at = first; at != none; at = entries_[at].after) {
      const auto& what = entries_[at].what;
      if (const auto* timeout = std::get_if<hedgerow::receive_timeout>(&what))
        out.push_back(timeout->self);
      else if (const auto* request = std::get_if<hedgerow::request_timeout>(&what))
        out.push_back(request->self);
      else if (const auto* mail = std::get_if<actor_message>(&what))
        out.push_back(mail->receiver);
    }
  return out;
}

void virtual_clock::set_ordinary_timeout(time_point t, caf::abstract_actor* self,
                                         caf::atom_value type, std::uint64_t id) {
  cancel_ordinary_timeout(self, type);
  add(t, self->id(), kind::ordinary, static_cast<std::uint64_t>(type),
      hedgerow::receive_timeout{strong(self), type, id});
}

void virtual_clock::set_multi_timeout(time_point t, caf::abstract_actor* self, caf::atom_value type,
                                      std::uint64_t id) {
  add(t, self->id(), kind::multi, id, hedgerow::receive_timeout{strong(self), type, id});
}

void virtual_clock::set_request_timeout(time_point t, caf::abstract_actor* self,
                                        caf::message_id id) {
  add(t, self->id(), kind::request, id.integer_value(),
      hedgerow::request_timeout{strong(self), id});
}

void virtual_clock::cancel_ordinary_timeout(caf::abstract_actor* self, caf::atom_value type) {
  cancel(self->id(), [type](const entry& x) {
    return x.is == kind::ordinary && x.number == static_cast<std::uint64_t>(type);
  });
}

void virtual_clock::cancel_request_timeout(caf::abstract_actor* self, caf::message_id id) {
  cancel(self->id(),
         [id](const entry& x) { return x.is == kind::request && x.number == id.integer_value(); });
}

void virtual_clock::cancel_timeouts(caf::abstract_actor* self) {
  cancel(self->id(), [](const entry&) { return true; });
}

void virtual_clock::schedule_message(time_point t, caf::strong_actor_ptr receiver,
                                     caf::mailbox_element_ptr content) {
  // A request to an actor that has ended must still reach it, for only then its sender hears so.
  const auto owner = content->mid.is_request() ? nobody : receiver->id();
  add(t, owner, kind::message, 0, actor_message{std::move(receiver), std::move(content)});
}

void virtual_clock::schedule_message(time_point t, caf::group target, caf::strong_actor_ptr sender,
                                     caf::message content) {
  add(t, nobody, kind::message, 0,
      group_message{std::move(target), std::move(sender), std::move(content)});
}

void virtual_clock::cancel_all() {
  std::vector<clock_event> cancelled;
  for (auto& first : first_)
    while (first != none)
      cancelled.push_back(take(first));
  schedule_.clear();
}

} // namespace hedgerow
