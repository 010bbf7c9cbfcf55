// What streams add: the commit to one attempt, and what follows when that breaks.

#include "actors/ladder.hpp"

#include <iterator>
#include <utility>

namespace hedgerow {

namespace {

steps followed_by(steps out, steps more) {
  out.insert(out.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  return out;
}

} // namespace

steps ladder::content(int attempt, std::size_t text_bytes, time_point now) {
  auto* x = find(attempt);
  if (!x || x->cancelled || finished())
    return {};
  x->text_bytes += text_bytes;
  if (!std::exchange(x->has_content, true)) {
    note(trail_event::first_content, *x, now);
    x->give_up_at.reset();
    x->hedge_at.reset();
  }
  if (!facts_.commits_early || text_bytes == 0 || committed_ != 0)
    return {};
  committed_ = attempt;
  winner_rung_ = x->rung;
  retry_.reset();
  steps out;
  for (auto& other : flights_)
    if (other.attempt != attempt && !other.cancelled)
      stop(other, "cancelled", "another attempt was first", now, out);
  return out;
}

steps ladder::malformed(int attempt, time_point now) {
  auto* x = find(attempt);
  if (!x || x->cancelled || finished())
    return {};
  steps out;
  const auto rung = x->rung;
  stop(*x, to_string(failure_class::contract), "it can no longer become JSON", now, out);
  return followed_by(
      std::move(out),
      fail(rung, {.kind = failure_class::contract, .reason = "the stream is no JSON"}, now));
}

steps ladder::diverged(int attempt, time_point now) {
  auto* x = find(attempt);
  if (!x || x->cancelled || finished())
    return {};
  steps out;
  stop(*x, "cancelled", "its text is not the one that was delivered", now, out);
  return followed_by(std::move(out), resume(now));
}

/// What follows when a stream breaks of which the caller has a part: text of another model is never
/// put behind it, so either it goes on or it ends as what it is.
steps ladder::resume(time_point now) {
  for (auto rung = next_rung(now); rung && attempts_ < task_->budget.attempts;
       rung = next_rung(now)) {
    const auto how = resumption_on(*rung);
    if (how == resumption::none) {
      rungs_[*rung].tried = true;
      continue;
    }
    rungs_[*rung].as_fallback = true;
    auto out = start(*rung, kind_of(*rung), now);
    auto& begun = std::get<start_attempt>(out.front());
    begun.resumes = flights_.back().resumes = how;
    committed_ = begun.attempt;
    resumed_ = how;
    winner_rung_ = *rung;
    return out;
  }
  return finish(outcome::failed, 0, now);
}

resumption ladder::resumption_on(std::size_t rung) const {
  if (task_->stream.prefill && setup(rung).config.capabilities.has(capability::prefill))
    return resumption::prefill;
  return task_->stream.prefix ? resumption::prefix : resumption::none;
}

} // namespace hedgerow
