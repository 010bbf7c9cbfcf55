// What is told of a request: its trail, its counts and costs, its end.

#include "actors/ladder.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace hedgerow {

using std::chrono::microseconds;

namespace {

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

/// About as many tokens as a text of so many bytes has; a stream that broke told nobody.
std::int64_t tokens_in(std::size_t bytes) { return static_cast<std::int64_t>(bytes + 3) / 4; }

} // namespace

std::string_view to_string(resumption x) {
  switch (x) {
  case resumption::none:
    return "none";
  case resumption::prefix:
    return "prefix";
  case resumption::prefill:
    return "prefill";
  }
  return "unknown";
}

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
  out.changes = changes_;
  out.usage = usage_;
  out.cost = cost_;
  out.withheld = withheld_;
  if (resumed_ != resumption::none && out.ended == outcome::answered)
    out.resumed = to_string(resumed_);
  out.latency = std::chrono::duration_cast<microseconds>(ended_at_ - began_);
  if (winner_rung_ && (!ended_ || *ended_ == outcome::answered)) {
    const auto& route = setup(*winner_rung_).config;
    out.route = route.name;
    out.provider = route.provider.name;
    out.model = route.model;
    out.region = route.region;
    out.fallback = rungs_[*winner_rung_].as_fallback;
  }
  if (ended_ && out.ended != outcome::answered && out.ended != outcome::degraded)
    out.problem = problem();
  if (out.ended == outcome::failed)
    out.retry_after = worst_ && worst_->retry_after ? worst_->retry_after : retry_in_;
  return out;
}

error ladder::problem() const {
  switch (*ended_) {
  case outcome::blocked:
    if (latch_.now() == safety_verdict::unverified)
      return {errc::safety_unavailable,
              "The safety check could not be made: " + worst_->reason + ".",
              {}};
    if (input_blocked_)
      return {errc::content_policy_violation,
              "The safety check does not let this request pass: " + worst_->reason + ".",
              {}};
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
    return {
        errc::all_routes_failed,
        (committed_ != 0 ? "The stream broke off and could not go on: " : "No route could answer: ")
            + (worst_ ? std::string{to_string(worst_->kind)} + ", " + worst_->reason
                      : std::string{"every route is out of use for now"})
            + ".",
        {}};
  }
}

std::string_view ladder::cause() const {
  return last_ ? to_string(last_->kind) : std::string_view{"skipped"};
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
    if (x.has_content)
      pay(x, {.input = facts_.estimated_input, .output = tokens_in(x.text_bytes)}, entry);
    else
      purse_.settle(x.held, {});
    return;
  }
  const auto* judged = std::get_if<attempt_judged>(&how);
  entry.result = judged ? "ok" : "cancelled";
  if (!judged)
    return purse_.settle(x.held, {});
  if (judged->skipped_events > 0)
    entry.reason = "events passed over that are no JSON: " + std::to_string(judged->skipped_events);
  pay(x, judged->usage, entry);
  auto& verdict_entry = note(trail_event::verdict, x, now);
  verdict_entry.result = to_string(judged->said.kind);
  verdict_entry.reason = judged->said.reason;
  verdict_entry.violations = judged->said.violations;
  verdict_entry.changes = judged->said.changes;
  if (judged->screened)
    note_screening("output", *judged->screened, judged->screening, now);
}

/// The guard's word, and its price, which is the request's too.
void ladder::note_screening(std::string_view of, const guard_word& said, const token_usage& spent,
                            time_point now) {
  const auto& guard = rules_->routes.find(task_->screen->route)->second.config;
  auto& entry = note(trail_event::verdict, now);
  entry.route = guard.name;
  entry.result = said.is == safety_verdict::allow ? "valid" : "blocked";
  entry.reason = std::string{of} + ": " + said.reason;
  entry.usage = spent;
  entry.cost = cost_of(guard.cost, spent.input, spent.cached_input, spent.output);
  cost_ += *entry.cost;
  purse_.settle({}, {spent.input + spent.output, *entry.cost});
  add_usage(spent);
}

void ladder::pay(const flight& x, const token_usage& spent, trail_entry& entry) {
  entry.cost = cost_of(setup(x.rung).config.cost, spent.input, spent.cached_input, spent.output);
  entry.usage = spent;
  cost_ += *entry.cost;
  purse_.settle(x.held, {spent.input + spent.output, *entry.cost});
  add_usage(spent);
}

void ladder::add_usage(const token_usage& spent) {
  usage_.input += spent.input;
  usage_.output += spent.output;
  usage_.cached_input += spent.cached_input;
  usage_.reasoning += spent.reasoning;
}

/// A refused attempt never was one. Its rung was passed over at the time it was asked.
void ladder::undo(const flight& x, const attempt_refused& why) {
  --attempts_;
  if (x.kind == attempt_kind::retry)
    --retries_;
  else if (x.kind == attempt_kind::reask)
    --reasks_;
  else if (rungs_[x.rung].as_fallback)
    --fallbacks_;
  if (x.kind == attempt_kind::hedge) {
    --hedges_;
    rungs_[x.rung].tried = false; // It may still serve as a fallback.
    rungs_[x.rung].no_hedge = true;
  }
  rungs_[x.rung].shut = why.why == "breaker" && x.kind != attempt_kind::probe;
  if (why.retry_in)
    retry_in_ = std::min(*why.retry_in, retry_in_.value_or(*why.retry_in));
  may_fit_ = true;
  auto& entry = entry_of(trail_event::attempt_started, x.attempt);
  entry.event = trail_event::rung_skipped;
  entry.reason = why.why;
  entry.attempt = 0;
  if (!x.cancelled)
    return purse_.settle(x.held, {});
  const auto paid = input_of(x.rung);
  purse_.settle({}, {-paid.tokens, -paid.cost});
  cost_ -= price_of_input(x.rung);
  std::erase_if(history_, [&](const trail_entry& y) { return y.attempt == x.attempt; });
}

void ladder::remember(const failure& why) {
  last_ = why;
  (why.too_long ? too_long_ : may_fit_) = true;
  if (!worst_ || weight(why.kind) >= weight(worst_->kind))
    worst_ = why;
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
  return cost_of(setup(rung).config.cost, input_tokens(rung), 0, 0);
}

/// The estimate, as this rung's route has been seen to count.
std::int64_t ladder::input_tokens(std::size_t rung) const {
  const auto ratio = rung < facts_.rungs.size() ? facts_.rungs[rung].input_ratio : 1;
  return std::llround(ratio * static_cast<double>(facts_.estimated_input));
}

expense ladder::input_of(std::size_t rung) const {
  return {input_tokens(rung), price_of_input(rung)};
}

expense ladder::with_output(std::size_t rung, std::int64_t tokens) const {
  const auto& price = setup(rung).config.cost;
  const auto input = input_tokens(rung);
  return {input + tokens, cost_of(price, input, 0, tokens)};
}

/// What a call of this rung will cost, as far as it can be foreseen.
expense ladder::reservation(std::size_t rung) const {
  return with_output(rung, expected_output(rung));
}

std::int64_t ladder::expected_output(std::size_t rung) const {
  constexpr std::int64_t until_there_are_data = 1000;
  const auto usual = rung < facts_.rungs.size() ? facts_.rungs[rung].usual_output : 0;
  const auto expected = facts_.max_output > 0 ? facts_.max_output
                        : usual > 0           ? usual
                                              : until_there_are_data;
  const auto most = setup(rung).config.max_output;
  return most > 0 ? std::min(expected, most) : expected;
}

/// Sets aside what the call of `x` may cost at most, and says how much output that is: all that is
/// left, but for what another rung would need beside it or after it.
std::optional<std::int64_t> ladder::set_aside(flight& x) {
  if (!purse_.is_limited())
    return std::nullopt;
  expense kept;
  for (std::size_t i = 0; i < rungs_.size(); ++i)
    if (is_untried(i)) {
      const auto other = reservation(i);
      kept = {std::max(kept.tokens, other.tokens), std::max(kept.cost, other.cost)};
    }
  const auto& route = setup(x.rung).config;
  const auto input = input_of(x.rung);
  const auto per_token = route.cost.output / 1e6;
  auto most = purse_.output_for(input, per_token, kept);
  if (most && *most < expected_output(x.rung))
    most = purse_.output_for(input, per_token, {});
  auto held = most.value_or(expected_output(x.rung));
  for (const auto limit : {facts_.max_output, route.max_output})
    held = limit > 0 ? std::min(held, limit) : held;
  x.held = with_output(x.rung, held);
  purse_.reserve(x.held);
  return most;
}

} // namespace hedgerow
