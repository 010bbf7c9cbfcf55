#include "actors/ladder.hpp"

#include "routes/retry.hpp"

#include <algorithm>
#include <cassert>
#include <iterator>
#include <utility>

namespace hedgerow {

using std::chrono::microseconds;

namespace {

/// What the degradation rungs of `of` need at the end: 20 ms each, at most a fifth of the deadline.
milliseconds reserve_for(const task& of, milliseconds deadline) {
  milliseconds needed{0};
  for (const auto& r : of.ladder)
    if (!std::holds_alternative<model_rung>(r))
      needed += milliseconds{20};
  return std::min(needed, deadline / 5);
}

std::size_t first_model(const task& of) {
  auto is_model = [](const ladder_rung& x) { return std::holds_alternative<model_rung>(x); };
  return static_cast<std::size_t>(std::ranges::find_if(of.ladder, is_model) - of.ladder.begin());
}

/// From least to most informative for a caller. Source: semantics.md §1.10.
int weight(failure_class x) {
  switch (x) {
  case failure_class::transport:
    return 0;
  case failure_class::latency:
    return 1;
  case failure_class::contract:
    return 2;
  case failure_class::capability:
    return 3;
  case failure_class::auth:
    return 4;
  case failure_class::rate_limit:
    return 5;
  case failure_class::quota:
    return 6;
  case failure_class::invalid_request:
    return 7;
  case failure_class::policy:
    return 8;
  }
  return 0;
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
      facts_{facts},
      began_{now},
      deadline_{now + deadline},
      models_until_{deadline_ - reserve_for(of, deadline)},
      primary_{first_model(of)},
      rungs_(of.ladder.size()),
      random_{static_cast<std::minstd_rand::result_type>(seed ^ (seed >> 32))} {
  history_.reserve(8);
}

// -- events -------------------------------------------------------------------------------------

steps ladder::begin(time_point now) {
  note(trail_event::admitted, now).reason = "policy " + rules_->version;
  return move_on(now);
}

steps ladder::started(int attempt, const attempt_begun& how, time_point now) {
  auto* x = find(attempt);
  if (!x || x->cancelled || finished())
    return {};
  if (how.probe)
    entry_of(trail_event::attempt_started, attempt).kind = attempt_kind::probe;
  auto left = until(x->since, models_until_);
  auto most = std::min(std::max(left / 2, how.p95.value_or(milliseconds{0})), left * 3 / 4);
  x->give_up_at = std::min(x->give_up_at.value_or(x->since + most), x->since + most);
  const auto& hedge = task_->hedge;
  if (!hedge || x->kind == attempt_kind::hedge || hedges_ >= hedge->at_most)
    return {};
  auto delay = hedge->fixed ? hedge->fixed : how.hedge_after;
  if (!delay) {
    note(trail_event::hedge_suppressed, *x, now).reason = "no latency data yet";
    return {};
  }
  auto after = hedge->fixed ? *delay : std::clamp(*delay, hedge->floor, hedge->ceiling);
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
    if (!finished())
      return block(*verdict, now);
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
  if (!late || late->attempt != asked || finished())
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
    if (x.give_up_at && now >= *x.give_up_at) {
      x.give_up_at.reset();
      if (another_untried() && attempts_ < task_->budget.attempts) {
        steps out;
        auto rung = x.rung;
        stop(x, to_string(failure_class::latency), "given up while another route is untried", now,
             out);
        append(out, fail(rung, {.kind = failure_class::latency, .reason = "too slow"}, now));
        return out;
      }
    }
    if (x.hedge_at && now >= *x.hedge_at) {
      x.hedge_at.reset();
      if (only_live() && next_hedge_rung(x.rung) && attempts_ < task_->budget.attempts) {
        asking_for_ = x.attempt;
        return {ask_for_hedge{}};
      }
      note(trail_event::hedge_suppressed, x, now).reason = "no equivalent route or attempt left";
    }
  }
  return {};
}

std::optional<time_point> ladder::next_due() const {
  if (finished() || degrading_)
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

// -- what follows from an end ---------------------------------------------------------------------

/// A judged output: the answer, if it is valid.
steps ladder::take(const flight& x, const verdict& said, time_point now) {
  if (said.kind == verdict_kind::invalid) {
    violations_ = said.violations;
    return fail(x.rung, broken(said), now);
  }
  winner_rung_ = x.rung;
  repaired_ = said.kind == verdict_kind::repaired;
  return finish(outcome::answered, x.attempt, now);
}

/// A route that does not let an attempt start is a skipped rung; a hedge that was granted may still
/// go to another one.
steps ladder::refused(const flight& x, time_point now) {
  if (live() == 0)
    return move_on(now);
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
    return {}; // The other attempt may still win; what follows is decided when it ends.
  if (schedule_retry(rung, why, now))
    return {};
  return move_on(now);
}

steps ladder::move_on(time_point now) {
  if (attempts_ >= task_->budget.attempts || now >= models_until_)
    return degrade(now);
  auto next = next_rung(now);
  if (!next)
    return degrade(now);
  auto kind = kind_of(*next);
  rungs_[*next].as_fallback = kind != attempt_kind::primary;
  return start(*next, kind, now);
}

steps ladder::start(std::size_t rung, attempt_kind kind, time_point now) {
  auto& memory = rungs_[rung];
  memory.tried = true;
  ++attempts_;
  if (kind == attempt_kind::retry) {
    ++memory.retries;
    ++retries_;
  } else if (memory.as_fallback) {
    ++fallbacks_;
  }
  flights_.push_back({.attempt = ++last_attempt_, .rung = rung, .kind = kind, .since = now});
  note(trail_event::attempt_started, flights_.back(), now);
  return {start_attempt{last_attempt_, rung, kind}};
}

bool ladder::schedule_retry(std::size_t rung, const failure& why, time_point now) {
  auto& memory = rungs_[rung];
  if (memory.retries >= task_->retry.attempts || why.final_for_route)
    return false;
  if (why.kind != failure_class::transport && why.kind != failure_class::rate_limit)
    return false;
  auto others = another_untried();
  if (attempts_ + (others ? 1 : 0) >= task_->budget.attempts)
    return false;
  auto left = until(now, models_until_);
  auto wait = full_jitter(task_->retry.base, task_->retry.cap, memory.retries, uniform());
  if (why.retry_after) {
    if (*why.retry_after > limit_of(task_->retry.wait_up_to, left))
      return false;
    auto jitter = std::chrono::duration_cast<milliseconds>(*why.retry_after * (0.1 * uniform()));
    // "Now" is said by servers that mean "not yet": a hint never shortens our own backoff.
    wait = std::max(wait, *why.retry_after + jitter);
  } else if (why.kind == failure_class::rate_limit) {
    return false;
  }
  if (wait >= (others ? left / 2 : left))
    return false;
  retry_ = {.rung = rung, .at = now + wait};
  if (others)
    retry_->give_up_at = now + left / 2;
  auto& entry = note(trail_event::retry_scheduled, now);
  entry.route = setup(rung).config.name;
  entry.reason = why.retry_after ? std::string{why.hint} : "jittered backoff";
  entry.wait = wait;
  return true;
}

steps ladder::out_of_time(time_point now) {
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

steps ladder::block(const failure& why, time_point now) {
  remember(why);
  withheld_ = why.status == 200;
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

/// Counts what an ended attempt cost and writes its end down. An attempt that we stopped has its
/// entry already, and was priced by estimate.
void ladder::settle(const flight& x, const attempt_end& how, int status, time_point now) {
  if (const auto* refused = std::get_if<attempt_refused>(&how))
    return undo(x, *refused);
  if (x.cancelled)
    return;
  auto& entry = note(trail_event::attempt_ended, x, now);
  entry.status = status;
  if (const auto* why = std::get_if<failure>(&how)) {
    entry.result = to_string(why->kind);
    entry.reason = why->reason;
    return;
  }
  const auto* judged = std::get_if<attempt_judged>(&how);
  entry.result = judged ? "ok" : "cancelled";
  if (!judged)
    return;
  const auto& spent = judged->usage;
  entry.cost = cost_of(setup(x.rung).config.cost, spent.input, spent.cached_input, spent.output);
  entry.usage = spent;
  cost_ += *entry.cost;
  usage_.input += spent.input;
  usage_.output += spent.output;
  usage_.cached_input += spent.cached_input;
  usage_.reasoning += spent.reasoning;
  auto& verdict_entry = note(trail_event::verdict, x, now);
  verdict_entry.result = to_string(judged->said.kind);
  verdict_entry.reason = judged->said.reason;
  verdict_entry.violations = judged->said.violations;
}

/// A refused attempt never was one. Its rung was passed over at the time it was asked.
void ladder::undo(const flight& x, const attempt_refused& why) {
  --attempts_;
  if (x.kind == attempt_kind::retry)
    --retries_;
  else if (rungs_[x.rung].as_fallback)
    --fallbacks_;
  if (x.kind == attempt_kind::hedge) {
    --hedges_;
    rungs_[x.rung].tried = false; // It may still serve as a fallback.
    rungs_[x.rung].no_hedge = true;
  }
  if (why.retry_in)
    retry_in_ = std::min(*why.retry_in, retry_in_.value_or(*why.retry_in));
  may_fit_ = true;
  auto& entry = entry_of(trail_event::attempt_started, x.attempt);
  entry.event = trail_event::rung_skipped;
  entry.reason = why.why;
  entry.attempt = 0;
  if (!x.cancelled)
    return;
  cost_ -= price_of_input(x.rung);
  std::erase_if(history_, [&](const trail_entry& y) { return y.attempt == x.attempt; });
}

void ladder::remember(const failure& why) {
  last_ = why;
  (why.too_long ? too_long_ : may_fit_) = true;
  if (!worst_ || weight(why.kind) >= weight(worst_->kind))
    worst_ = why;
}

// -- which rung
// ------------------------------------------------------------------------------------

/// The next untried model rung that may cure the last failure, if there was one.
std::optional<std::size_t> ladder::next_rung(time_point now) {
  using enum rung_role;
  const auto why = last_ ? std::optional{last_->kind} : std::nullopt;
  if (why == failure_class::contract)
    return next_rung(stronger, now);
  if (why != failure_class::capability)
    if (auto found = next_rung(equivalent, now))
      return found;
  if (why == failure_class::capability || too_long_)
    if (auto found = next_rung(longer_context, now))
      return found;
  return next_rung(stronger, now);
}

/// The next untried model rung of this role. Notes the rungs that it passes over for good.
std::optional<std::size_t> ladder::next_rung(rung_role as, time_point now) {
  for (std::size_t i = 0; i < rungs_.size(); ++i) {
    const auto* r = std::get_if<model_rung>(&task_->ladder[i]);
    if (!r || rungs_[i].tried || role_of(i) != as)
      continue;
    auto why_not = why_unfit(i);
    if (why_not.empty())
      return i;
    rungs_[i].tried = true;
    too_long_ = too_long_ || why_not == "context";
    auto& entry = note(trail_event::rung_skipped, now);
    entry.route = r->route;
    entry.reason = why_not;
  }
  return std::nullopt;
}

/// The next untried equivalent rung, in another failure domain than `beside` if there is one.
std::optional<std::size_t> ladder::next_hedge_rung(std::size_t beside) const {
  const auto& late = setup(beside).config;
  std::optional<std::size_t> same_domain;
  for (std::size_t i = 0; i < rungs_.size(); ++i) {
    if (!is_model(i) || rungs_[i].tried || rungs_[i].no_hedge || !why_unfit(i).empty()
        || role_of(i) != rung_role::equivalent)
      continue;
    const auto& other = setup(i).config;
    if (other.name == late.name)
      continue;
    if (other.provider.name != late.provider.name || other.region != late.region)
      return i;
    if (!same_domain)
      same_domain = i;
  }
  return same_domain;
}

/// Why the request cannot be put to this rung's model, in the trail's words; empty: it can.
std::string_view ladder::why_unfit(std::size_t rung) const {
  const auto& route = setup(rung).config;
  if (!route.enabled)
    return "disabled";
  if (route.safety < task_->safety)
    return "safety";
  if ((facts_.needs_tools && !route.capabilities.has(capability::tools))
      || (facts_.needs_vision && !route.capabilities.has(capability::vision)))
    return "capability";
  if (route.context > 0 && facts_.estimated_input + facts_.max_output > route.context)
    return "context";
  return {};
}

/// Whether a rung is left that may still answer where the one under way is late or out of use.
bool ladder::another_untried() const {
  for (std::size_t i = 0; i < rungs_.size(); ++i)
    if (is_model(i) && !rungs_[i].tried && why_unfit(i).empty()
        && (role_of(i) != rung_role::longer_context || too_long_))
      return true;
  return false;
}

bool ladder::is_model(std::size_t rung) const {
  return std::holds_alternative<model_rung>(task_->ladder[rung]);
}

/// The first model rung is the primary, whatever it is called.
rung_role ladder::role_of(std::size_t rung) const {
  return rung == primary_ ? rung_role::equivalent : std::get<model_rung>(task_->ladder[rung]).as;
}

attempt_kind ladder::kind_of(std::size_t rung) const {
  if (rung == primary_)
    return attempt_kind::primary;
  switch (role_of(rung)) {
  case rung_role::equivalent:
    return attempt_kind::fallback;
  case rung_role::stronger:
    return attempt_kind::stronger;
  case rung_role::longer_context:
    return attempt_kind::longer_context;
  }
  return attempt_kind::fallback;
}

const route_setup& ladder::setup(std::size_t rung) const {
  return rules_->routes.find(std::get<model_rung>(task_->ladder[rung]).route)->second;
}

// -- small things
// -----------------------------------------------------------------------------------

answer ladder::facts() const {
  answer out;
  out.task = task_->name;
  out.ended = ended_.value_or(outcome::failed);
  out.attempts = attempts_;
  out.retries = retries_;
  out.fallbacks = fallbacks_;
  out.hedged = hedges_ > 0;
  out.repaired = repaired_;
  out.violations = violations_;
  out.usage = usage_;
  out.cost = cost_;
  out.withheld = withheld_;
  out.latency = std::chrono::duration_cast<microseconds>(ended_at_ - began_);
  if (winner_rung_) {
    const auto& route = setup(*winner_rung_).config;
    out.route = route.name;
    out.provider = route.provider.name;
    out.model = route.model;
    out.region = route.region;
    out.fallback = rungs_[*winner_rung_].as_fallback;
  }
  if (out.ended != outcome::answered && out.ended != outcome::degraded)
    out.problem = problem();
  if (out.ended == outcome::failed)
    out.retry_after = worst_ && worst_->retry_after ? worst_->retry_after : retry_in_;
  return out;
}

error ladder::problem() const {
  switch (*ended_) {
  case outcome::blocked:
    return {errc::content_policy_violation,
            withheld_ ? "The model's answer was withheld: " + worst_->reason + "."
                      : "The provider refused this request: " + worst_->reason + ".",
            {}};
  case outcome::rejected:
    if (worst_ && worst_->kind == failure_class::invalid_request)
      return {
          errc::invalid_request, "The provider rejected the request: " + worst_->reason + ".", {}};
    return {errc::context_length_exceeded,
            "The request does not fit the context of any route of the task; send less.",
            {}};
  case outcome::cancelled:
    return {errc::invalid_request, "The caller went away.", {}};
  default:
    if (timed_out_)
      return {errc::deadline_exceeded, "No route gave a valid answer before the deadline.", {}};
    return {errc::all_routes_failed,
            "No route could answer: "
                + (worst_ ? std::string{to_string(worst_->kind)} + ", " + worst_->reason
                          : std::string{"every route is out of use for now"})
                + ".",
            {}};
  }
}

std::string_view ladder::cause() const {
  return last_ ? to_string(last_->kind) : std::string_view{"skipped"};
}

ladder::flight* ladder::find(int attempt) {
  auto i = std::find_if(flights_.begin(), flights_.end(),
                        [attempt](const flight& x) { return x.attempt == attempt; });
  return i == flights_.end() ? nullptr : &*i;
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

trail_entry& ladder::note(trail_event event, time_point now) {
  auto& entry = history_.emplace_back();
  entry.at = std::chrono::duration_cast<microseconds>(now - began_);
  entry.event = event;
  return entry;
}

trail_entry& ladder::note(trail_event event, const flight& x, time_point now) {
  auto& entry = note(event, now);
  entry.route = setup(x.rung).config.name;
  entry.attempt = x.attempt;
  entry.kind = x.kind;
  return entry;
}

/// The entry about `attempt`; it is there.
trail_entry& ladder::entry_of(trail_event event, int attempt) {
  return *std::ranges::find_if(
      history_, [&](const trail_entry& x) { return x.event == event && x.attempt == attempt; });
}

void ladder::note_degraded(time_point now) {
  auto& entry = note(trail_event::degraded, now);
  entry.result =
      std::holds_alternative<rules_rung>(task_->ladder[*degrading_]) ? "rules" : "message";
  entry.reason = cause();
}

double ladder::price_of_input(std::size_t rung) const {
  return cost_of(setup(rung).config.cost, facts_.estimated_input, 0, 0);
}

double ladder::uniform() { return std::uniform_real_distribution<double>{0, 1}(random_); }

} // namespace hedgerow
