#include "actors/ladder.hpp"

#include "routes/retry.hpp"

#include <algorithm>
#include <cassert>
#include <iterator>
#include <numeric>
#include <utility>

namespace hedgerow {

namespace {

/// What the degradation rungs of `of` need at the end: 20 ms each, at most a fifth of the deadline.
milliseconds reserve_for(const task& of, milliseconds deadline) {
  milliseconds needed{0};
  for (const auto& r : of.ladder)
    if (!std::holds_alternative<model_rung>(r))
      needed += milliseconds{20};
  return std::min(needed, deadline / 5);
}

milliseconds limit_of(const patience& x, milliseconds remaining) {
  if (x.fixed)
    return std::min(*x.fixed, remaining);
  return std::chrono::duration_cast<milliseconds>(remaining * x.share);
}

milliseconds until(time_point now, time_point then) {
  return std::max(milliseconds{0}, std::chrono::duration_cast<milliseconds>(then - now));
}

/// Names what is broken without quoting the output.
failure broken(const verdict& said) {
  failure out{
      .kind = failure_class::contract, .reason = "the output breaks the contract", .status = 200};
  if (!said.violations.empty())
    out.reason = said.violations.front().keyword + " at '" + said.violations.front().pointer + "'";
  return out;
}

/// What ends a request at once, if `how` is that.
std::optional<failure> policy_verdict(const attempt_end& how) {
  const auto* why = std::get_if<failure>(&how);
  if (why && why->kind == failure_class::policy)
    return *why;
  const auto* judged = std::get_if<attempt_judged>(&how);
  if (judged && judged->said.kind == verdict_kind::blocked)
    return failure{.kind = failure_class::policy, .reason = judged->said.reason, .status = 200};
  return std::nullopt;
}

/// The route is on its way out: it would only stop the next one too.
failure stopped_by_its_route() {
  return {
      .kind = failure_class::transport, .reason = "stopped by its route", .final_for_route = true};
}

void append(steps& out, steps&& more) {
  out.insert(out.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

} // namespace

ladder::ladder(const policy& rules, const task& of, request_facts facts, time_point now,
               milliseconds deadline, std::uint64_t seed)
    : rules_{&rules},
      task_{&of},
      facts_{std::move(facts)},
      began_{now},
      deadline_{now + deadline},
      models_until_{deadline_ - reserve_for(of, deadline)},
      rungs_(of.ladder.size()),
      purse_{of.budget},
      random_{static_cast<std::minstd_rand::result_type>(seed ^ (seed >> 32))} {
  for (std::size_t i = 0; i < rungs_.size(); ++i)
    if (const auto* model = std::get_if<model_rung>(&of.ladder[i]))
      rungs_[i].calls = &rules.routes.find(model->route)->second;
  order_ = draw_order();
  const auto first = std::ranges::find_if(order_, [&](std::size_t i) { return is_model(i); });
  primary_ = first == order_.end() ? order_.size() : *first;
  history_.reserve(8);
}

// -- events -------------------------------------------------------------------------------------

steps ladder::begin(time_point now) {
  note(trail_event::admitted, now).reason = "policy " + rules_->version;
  if (!task_->screen || !task_->screen->input)
    return move_on(now);
  screening_input_ = true;
  return {screen_input{}};
}

steps ladder::screened(const guard_word& said, const token_usage& spent, time_point now) {
  const auto was_waited_for = std::exchange(screening_input_, false);
  note_screening("input", said, spent, now);
  if (finished() || !was_waited_for)
    return {};
  if (said.is == safety_verdict::allow)
    return move_on(now);
  input_blocked_ = true;
  return block({.kind = failure_class::policy, .reason = said.reason}, said.is, now);
}

void ladder::screening(int attempt) {
  if (auto* x = find(attempt)) {
    x->screening = true;
    x->has_content = true;
    x->hedge_at.reset();
    x->give_up_at.reset();
  }
}

steps ladder::started(int attempt, const attempt_begun& how, time_point now) {
  auto* x = find(attempt);
  if (!x || x->cancelled || finished())
    return {};
  if (how.probe)
    entry_of(trail_event::attempt_started, attempt).kind = attempt_kind::probe;
  if (committed_ != 0)
    return {};
  auto left = until(x->since, models_until_);
  auto most = std::min(std::max(left / 2, how.p95.value_or(milliseconds{0})), left * 3 / 4);
  x->give_up_at = std::min(x->give_up_at.value_or(x->since + most), x->since + most);
  const auto& hedge = task_->hedge;
  if (!hedge || task_->mode == task_mode::background || x->kind == attempt_kind::hedge
      || hedges_ >= hedge->at_most)
    return {};
  auto delay = hedge->fixed ? hedge->fixed : how.hedge_after;
  if (!delay) {
    note(trail_event::hedge_suppressed, *x, now).reason = "no latency data yet";
    return {};
  }
  auto after = hedge->fixed ? *delay : std::clamp(*delay, hedge->floor, hedge->ceiling);
  after *= facts_.hedge_patience;
  x->hedge_at = x->since + after;
  note(trail_event::hedge_scheduled, *x, now).wait = after;
  return {};
}

steps ladder::ended(int attempt, const attempt_end& how, int status, time_point now) {
  auto* found = find(attempt);
  assert(found && "an attempt ends once");
  auto x = *found;
  flights_.erase(flights_.begin() + (found - flights_.data()));
  settle(x, how, status, now);
  if (auto verdict = policy_verdict(how)) {
    // It ends the request, whoever says it and however late.
    const auto* judged = std::get_if<attempt_judged>(&how);
    const auto as = judged && judged->screened ? judged->screened->is : safety_verdict::block;
    if (!finished())
      return block(*verdict, as, now);
    latch_.raise(as);
    note(trail_event::latched, x, now).reason = "too late: the caller has been answered";
  }
  if (finished() || x.cancelled)
    return {};
  if (std::holds_alternative<attempt_refused>(how))
    return refused(x, now);
  if (const auto* judged = std::get_if<attempt_judged>(&how))
    return take(x, judged->said, now);
  if (const auto* why = std::get_if<failure>(&how))
    return fail(x.rung, *why, now);
  return fail(x.rung, stopped_by_its_route(), now);
}

steps ladder::hedge_decided(bool granted, time_point now) {
  auto asked = std::exchange(asking_for_, std::nullopt);
  auto* late = only_live();
  if (!late || late->attempt != asked || late->has_content || finished())
    return {};
  if (!granted) {
    note(trail_event::hedge_suppressed, *late, now).reason = "the task's extra load is used up";
    return {};
  }
  return hedge(late->rung, now);
}

steps ladder::degraded(bool answered, time_point now) {
  if (!degrading_ || finished())
    return {};
  if (answered)
    return finish(outcome::degraded, 0, now);
  ++*degrading_;
  return degrade(now);
}

steps ladder::abandoned(time_point now) {
  if (finished())
    return {};
  steps out;
  stop_all("cancelled", "the caller went away", now, out);
  append(out, finish(outcome::cancelled, 0, now));
  return out;
}

steps ladder::due(time_point now) {
  if (finished() || degrading_)
    return {};
  if (committed_ != 0)
    return {}; // From the commit on, a route's own limits hold.
  if (now >= models_until_)
    return out_of_time(now);
  if (retry_ && now >= retry_->at) {
    auto due = *std::exchange(retry_, std::nullopt);
    auto out = start(due.rung, attempt_kind::retry, now);
    flights_.back().give_up_at = due.give_up_at;
    return out;
  }
  for (auto& x : flights_) {
    if (x.cancelled)
      continue;
    steps out;
    if (x.give_up_at && now >= *x.give_up_at)
      out = give_up(x, now);
    else if (x.hedge_at && now >= *x.hedge_at)
      out = wish_for_hedge(x, now);
    if (!out.empty())
      return out;
  }
  return {};
}

std::optional<time_point> ladder::next_due() const {
  if (finished() || degrading_ || committed_ != 0)
    return std::nullopt;
  auto next = models_until_;
  if (retry_)
    next = std::min(next, retry_->at);
  for (const auto& x : flights_) {
    if (x.cancelled)
      continue;
    next = std::min(next, x.hedge_at.value_or(next));
    next = std::min(next, x.give_up_at.value_or(next));
  }
  return next;
}

// -- what follows --------------------------------------------------------------------------------

/// A judged output: the answer, if it is valid.
steps ladder::take(const flight& x, const verdict& said, time_point now) {
  if (said.kind == verdict_kind::invalid) {
    violations_ = said.violations;
    broken_ = {.attempt = x.attempt, .rung = x.rung};
    return fail(x.rung, broken(said), now);
  }
  winner_rung_ = x.rung;
  repaired_ = said.kind == verdict_kind::repaired;
  if (repaired_) {
    violations_ = said.violations;
    changes_ = said.changes;
  }
  return finish(outcome::answered, x.attempt, now);
}

/// A route that does not let an attempt start is a skipped rung; a hedge that was granted may still
/// go to another one.
steps ladder::refused(const flight& x, time_point now) {
  if (live() == 0)
    return committed_ != 0 ? resume(now) : move_on(now);
  const auto* late = only_live();
  if (x.kind != attempt_kind::hedge || !late)
    return {};
  return hedge(late->rung, now);
}

steps ladder::hedge(std::size_t beside, time_point now) {
  auto rung = next_hedge_rung(beside);
  if (!rung)
    return {};
  ++hedges_;
  return start(*rung, attempt_kind::hedge, now);
}

steps ladder::fail(std::size_t rung, const failure& why, time_point now) {
  remember(why);
  if (why.kind == failure_class::invalid_request)
    return reject(now);
  if (live() > 0)
    return {};         // The other attempt may still win; what follows is decided when it ends.
  if (committed_ != 0) // What breaks the contract is with the caller already.
    return why.kind == failure_class::contract ? finish(outcome::failed, 0, now) : resume(now);
  if (auto again = reask(now); !again.empty())
    return again;
  if (may(cure::retry, why.kind) && schedule_retry(rung, why, now))
    return {};
  return move_on(now);
}

/// Asks the model of the last broken output again, with what was wrong. Leaves the attempt that a
/// stronger model still needs.
steps ladder::reask(time_point now) {
  const auto broken = std::exchange(broken_, std::nullopt);
  const auto kept = stronger_untried() ? 1 : 0;
  if (!broken || !may(cure::reask, failure_class::contract) || reasks_ >= task_->repair.reasks
      || attempts_ + kept >= task_->budget.attempts || now >= models_until_
      || !purse_.holds(reservation(broken->rung)))
    return {};
  auto out = start(broken->rung, attempt_kind::reask, now);
  std::get<start_attempt>(out.front()).about = broken->attempt;
  return out;
}

steps ladder::move_on(time_point now) {
  if (attempts_ >= task_->budget.attempts || now >= models_until_)
    return degrade(now);
  auto next = next_rung(now);
  if (!next)
    return knock_on_shut(now);
  auto kind = kind_of(*next);
  rungs_[*next].as_fallback = kind != attempt_kind::primary;
  return start(*next, kind, now);
}

/// Nobody else is left: each route that was passed over because its breaker is open may be asked
/// out of turn, which it allows now and then.
steps ladder::knock_on_shut(time_point now) {
  for (const auto i : order_)
    if (rungs_[i].shut && is_cure(i) && why_unfit(i).empty()) {
      rungs_[i].as_fallback = i != primary_;
      return start(i, attempt_kind::probe, now);
    }
  return degrade(now);
}

steps ladder::start(std::size_t rung, attempt_kind kind, time_point now) {
  auto& memory = rungs_[rung];
  memory.tried = true;
  memory.shut = false;
  ++attempts_;
  if (kind == attempt_kind::retry) {
    ++memory.retries;
    ++retries_;
  } else if (kind == attempt_kind::reask) {
    ++reasks_;
  } else if (memory.as_fallback) {
    ++fallbacks_;
  }
  flights_.push_back({.attempt = ++last_attempt_, .rung = rung, .kind = kind, .since = now});
  note(trail_event::attempt_started, flights_.back(), now);
  return {start_attempt{.attempt = last_attempt_,
                        .rung = rung,
                        .kind = kind,
                        .max_tokens = set_aside(flights_.back()),
                        .tokens = reservation(rung).tokens}};
}

bool ladder::schedule_retry(std::size_t rung, const failure& why, time_point now) {
  auto& memory = rungs_[rung];
  if (memory.retries >= task_->retry.attempts || why.final_for_route)
    return false;
  auto others = another_untried();
  if (attempts_ + (others ? 1 : 0) >= task_->budget.attempts || !purse_.holds(reservation(rung)))
    return false;
  auto left = until(now, models_until_);
  auto wait = wait_before_retry(why, memory.retries, left);
  if (!wait || *wait >= (others ? left / 2 : left))
    return false;
  retry_ = {.rung = rung, .at = now + *wait};
  if (others)
    retry_->give_up_at = now + left / 2;
  auto& entry = note(trail_event::retry_scheduled, now);
  entry.route = setup(rung).config.name;
  entry.reason = why.retry_after ? std::string{why.hint} : "jittered backoff";
  entry.wait = wait;
  return true;
}

/// Nothing: there is no point in waiting, or for longer than the task wants.
std::optional<milliseconds> ladder::wait_before_retry(const failure& why, int retries,
                                                      milliseconds left) {
  auto backoff = full_jitter(task_->retry.base, task_->retry.cap, retries, uniform());
  if (!why.retry_after)
    return why.kind == failure_class::rate_limit ? std::nullopt : std::optional{backoff};
  if (*why.retry_after > limit_of(task_->retry.wait_up_to, left))
    return std::nullopt;
  auto jitter = std::chrono::duration_cast<milliseconds>(*why.retry_after * (0.1 * uniform()));
  // "Now" is said by servers that mean "not yet": a hint never shortens our own backoff.
  return std::max(backoff, *why.retry_after + jitter);
}

/// Stops a late attempt, as long as somebody else may still answer.
steps ladder::give_up(flight& x, time_point now) {
  x.give_up_at.reset();
  if (!another_untried() || attempts_ >= task_->budget.attempts)
    return {};
  steps out;
  auto rung = x.rung;
  stop(x, to_string(failure_class::latency), "given up while another route is untried", now, out);
  append(out, fail(rung, {.kind = failure_class::latency, .reason = "too slow"}, now));
  return out;
}

steps ladder::wish_for_hedge(flight& x, time_point now) {
  x.hedge_at.reset();
  if (!only_live() || !next_hedge_rung(x.rung) || attempts_ >= task_->budget.attempts) {
    note(trail_event::hedge_suppressed, x, now).reason =
        "no equivalent route, attempt or budget left";
    return {};
  }
  asking_for_ = x.attempt;
  return {ask_for_hedge{}};
}

steps ladder::out_of_time(time_point now) {
  const auto is_asked = [](const flight& x) { return x.screening && !x.cancelled; };
  if (screening_input_ || std::ranges::any_of(flights_, is_asked))
    return block({.kind = failure_class::policy, .reason = "the guard did not answer in time"},
                 safety_verdict::unverified, now);
  timed_out_ = true;
  retry_.reset();
  steps out;
  stop_all(to_string(failure_class::latency), "the deadline", now, out);
  remember({.kind = failure_class::latency, .reason = "no answer before the deadline"});
  append(out, degrade(now));
  return out;
}

steps ladder::degrade(time_point now) {
  auto i = degrading_.value_or(0);
  while (i < task_->ladder.size() && std::holds_alternative<model_rung>(task_->ladder[i]))
    ++i;
  degrading_ = i;
  if (i < task_->ladder.size())
    return {degrade_to{i}};
  return finish(too_long_ && !may_fit_ ? outcome::rejected : outcome::failed, 0, now);
}

steps ladder::block(const failure& why, safety_verdict as, time_point now) {
  latch_.raise(as);
  remember(why);
  withheld_ = why.status == 200 && as == safety_verdict::block;
  note(trail_event::latched, now).reason = why.reason;
  steps out;
  stop_all("cancelled", "a policy verdict ends the request", now, out);
  append(out, finish(outcome::blocked, 0, now));
  return out;
}

steps ladder::reject(time_point now) {
  steps out;
  stop_all("cancelled", "the request itself is at fault", now, out);
  append(out, finish(outcome::rejected, 0, now));
  return out;
}

steps ladder::finish(outcome how, int attempt, time_point now) {
  steps out;
  // Whatever led here: nothing leaves past a verdict.
  if (!latch_.is_open() && (how == outcome::answered || how == outcome::degraded))
    how = outcome::blocked;
  stop_all("cancelled", "another attempt was first", now, out);
  if (how == outcome::degraded)
    note_degraded(now);
  ended_ = how;
  ended_at_ = now;
  retry_.reset();
  note(trail_event::ended, now).result = to_string(how);
  out.push_back(answer_with{attempt});
  return out;
}

void ladder::stop(flight& x, std::string_view as, std::string_view reason, time_point now,
                  steps& out) {
  x.cancelled = true;
  cost_ += price_of_input(x.rung);
  purse_.settle(std::exchange(x.held, {}), input_of(x.rung));
  auto& entry = note(trail_event::attempt_ended, x, now);
  entry.result = as;
  entry.reason = reason;
  out.push_back(cancel_attempt{x.attempt});
}

void ladder::stop_all(std::string_view as, std::string_view reason, time_point now, steps& out) {
  for (auto& x : flights_)
    if (!x.cancelled)
      stop(x, as, reason, now, out);
}

ladder::flight* ladder::find(int attempt) {
  auto i = std::find_if(flights_.begin(), flights_.end(),
                        [attempt](const flight& x) { return x.attempt == attempt; });
  return i == flights_.end() ? nullptr : &*i;
}

bool ladder::wants(int attempt) const {
  return !finished() && std::ranges::any_of(flights_, [attempt](const flight& x) {
    return x.attempt == attempt && !x.cancelled;
  });
}

int ladder::live() const {
  return static_cast<int>(std::count_if(flights_.begin(), flights_.end(),
                                        [](const flight& x) { return !x.cancelled; }));
}

/// The attempt that runs alone, if one does.
ladder::flight* ladder::only_live() {
  auto lives = [](const flight& x) { return !x.cancelled; };
  return live() == 1 ? &*std::ranges::find_if(flights_, lives) : nullptr;
}

/// As the ladder has them, but for the rungs of a spread, each of which is as likely to come first
/// of those that are left as its weight says.
std::vector<std::size_t> ladder::draw_order() {
  std::vector<std::size_t> out(task_->ladder.size());
  std::iota(out.begin(), out.end(), std::size_t{0});
  const auto of = [&](std::size_t i) { return std::get_if<model_rung>(&task_->ladder[out[i]]); };
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (const auto* x = of(i); !x || x->spread == 0)
      continue;
    double all = 0;
    auto end = i;
    for (; end < out.size() && of(end) && of(end)->spread == of(i)->spread; ++end)
      all += of(end)->weight;
    auto drawn = uniform() * all;
    auto pick = i;
    while (pick + 1 < end && (drawn -= of(pick)->weight) >= 0)
      ++pick;
    std::swap(out[i], out[pick]);
  }
  return out;
}

double ladder::uniform() { return std::uniform_real_distribution<double>{0, 1}(random_); }

} // namespace hedgerow
