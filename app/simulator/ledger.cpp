#include "app/simulator/ledger.hpp"

#include <utility>

namespace hedgerow::simulated {

namespace {

std::uint64_t& slot(tally& x, ending how) {
  switch (how) {
  case ending::answered:
    return x.answered;
  case ending::rejected:
    return x.rejected;
  case ending::client_closed:
    return x.client_closed;
  case ending::reset:
    return x.reset;
  case ending::cut:
    return x.cut;
  case ending::stopped:
    return x.stopped;
  case ending::waiting:
    break;
  }
  return x.waiting;
}

void move(tally& x, ending from, ending to) {
  --slot(x, from);
  ++slot(x, to);
}

} // namespace

std::string_view to_string(ending x) {
  switch (x) {
  case ending::answered:
    return "answered";
  case ending::rejected:
    return "rejected";
  case ending::client_closed:
    return "client_closed";
  case ending::reset:
    return "reset";
  case ending::cut:
    return "cut";
  case ending::stopped:
    return "stopped";
  case ending::waiting:
    break;
  }
  return "waiting";
}

ledger::ledger(script what, std::size_t calls_kept, time_point now)
    : script_{std::move(what)},
      calls_kept_{calls_kept} {
  for (const auto& [model, all] : script_.models)
    places_[model].set_at = now;
}

std::optional<ledger::entry> ledger::admit(call& x) {
  const std::scoped_lock lock{guard_};
  if (!steps_of(script_, x.model))
    return std::nullopt;
  auto& at = place_of(x.model);
  const auto elapsed = std::chrono::duration_cast<microseconds>(x.arrived - at.set_at);
  // Each change of the steps has draws of its own, or every change would repeat the same waits.
  auto then =
      behaviour_of(script_, x.model, ++at.calls_since_set, elapsed, script_.seed + at.changes);
  if (!then)
    return std::nullopt;
  entry made;
  made.number = ++at.calls;
  made.then = std::move(*then);
  made.at_ = &at;
  ++at.all.waiting;
  ++all_.waiting;
  x.number = made.number;
  x.status = refuses(*made.then.how, x.prefilled) ? 400 : made.then.how->status;
  made.id_ = keep(x);
  changed_.notify_all();
  return made;
}

void ledger::reject(const call& x) {
  const std::scoped_lock lock{guard_};
  ++all_.rejected;
  keep(x);
  changed_.notify_all();
}

void ledger::tell(entry& x) {
  const std::scoped_lock lock{guard_};
  ++x.at_->all.events;
  ++all_.events;
  if (auto* noted = kept(x))
    ++noted->events;
  changed_.notify_all();
}

void ledger::end(entry& x, ending how, std::size_t bytes_sent, time_point now) {
  const std::scoped_lock lock{guard_};
  move(x.at_->all, x.how_, how);
  move(all_, x.how_, how);
  x.how_ = how;
  if (auto* noted = kept(x)) {
    noted->how = how;
    noted->bytes_sent = bytes_sent;
    noted->ended = now;
  }
  changed_.notify_all();
}

void ledger::set(const std::string& model, steps to, time_point now) {
  const std::scoped_lock lock{guard_};
  script_.models[model] = std::move(to);
  auto& at = places_[model];
  at.calls_since_set = 0;
  at.set_at = now;
  ++at.changes;
}

std::vector<call> ledger::calls() const {
  const std::scoped_lock lock{guard_};
  return {kept_.begin(), kept_.end()};
}

tally ledger::count(std::string_view model) const {
  const std::scoped_lock lock{guard_};
  const auto found = places_.find(model);
  return found == places_.end() ? tally{} : found->second.all;
}

tally ledger::count() const {
  const std::scoped_lock lock{guard_};
  return all_;
}

bool ledger::wait_for(const std::function<bool(const tally&)>& enough,
                      std::chrono::milliseconds limit) const {
  std::unique_lock lock{guard_};
  return changed_.wait_for(lock, limit, [&] { return enough(all_); });
}

ledger::place& ledger::place_of(std::string_view model) {
  auto found = places_.find(model);
  if (found == places_.end())
    found = places_.find(any_model);
  return found->second;
}

call* ledger::kept(const entry& x) {
  const bool there = x.id_ >= first_id_ && x.id_ - first_id_ < kept_.size();
  return there ? &kept_[x.id_ - first_id_] : nullptr;
}

std::uint64_t ledger::keep(const call& x) {
  if (calls_kept_ == 0)
    return first_id_++;
  if (kept_.size() == calls_kept_) {
    kept_.pop_front();
    ++first_id_;
  }
  kept_.push_back(x);
  return first_id_ + kept_.size() - 1;
}

} // namespace hedgerow::simulated
