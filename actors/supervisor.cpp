#include "actors/supervisor.hpp"

#include "actors/runtime/coordinator.hpp"
#include "contracts/reask.hpp"

#include <algorithm>
#include <utility>

namespace hedgerow {

namespace {

/// What a reply may be late by before its actor is taken for lost.
constexpr milliseconds grace{1000};

/// CAF's own errors, as the end of an attempt. A reply that cannot be judged counts as broken: the
/// same route would only say it again.
attempt_end to_end(const caf::error& reason, bool underway) {
  if (reason == caf::sec::request_timeout)
    return failure{.kind = failure_class::latency, .reason = "its route did not reply"};
  if (reason != caf::sec::request_receiver_down)
    return failure{.kind = failure_class::contract, .reason = "the output could not be judged"};
  if (!underway)
    return attempt_refused{"disabled", {}}; // The route this request knows is no more.
  return failure{.kind = failure_class::transport, .reason = "its validator is being restarted"};
}

/// Guards are attempts beside the ladder's own, which has at most 200: theirs count down from here.
constexpr int last_number = 255;

bool is_guard(attempt_id x) { return attempt_number(x) > 200; }

/// What a guard's attempt came to.
guard_word word_of(const attempt_over& x) {
  if (const auto* why = std::get_if<failure>(&x.how))
    return {safety_verdict::unverified,
            "the guard failed: " + std::string{to_string(why->kind)} + ", " + why->reason};
  if (const auto* no = std::get_if<attempt_refused>(&x.how))
    return {safety_verdict::unverified, "the guard is out of use: " + std::string{no->why}};
  if (std::holds_alternative<cancelled>(x.how))
    return {safety_verdict::unverified, "the guard was stopped"};
  return read_guard(x.output);
}

token_usage usage_of(const attempt_over& x) {
  const auto* judged = std::get_if<attempt_judged>(&x.how);
  return judged ? judged->usage : token_usage{};
}

bool wants_json(const terms& must) {
  const auto is_json = [](const auto& c) { return c && c->format == contract::form::json; };
  return is_json(must.task) || is_json(must.request);
}

} // namespace

supervisor_actor::behavior_type
supervisor(supervisor_actor::stateful_pointer<supervisor_state> self, supervisor_job job) {
  auto& state = self->state;
  state.self = self;
  state.job = std::move(job);
  state.open();
  return {
      [self](const attempt_underway& x) { self->state.underway(x); },
      [self](attempt_piece& x) { self->state.arrived(x); },
      [self](const abandon&) {
        self->state.carry_out(self->state.plan->abandoned(self->clock().now()));
      },
      [self](const wake&) { self->state.woken(); },
  };
}

void supervisor_state::open() {
  began = self->clock().now();
  const auto& about = *job.about;
  auto facts = about.facts;
  facts.rungs = seen_rungs();
  facts.hedge_patience =
      job.actors->task_boards.find(about.of->name)->second->hedge_patience(began);
  plan.emplace(*about.rules, *about.of, std::move(facts), began, about.deadline, job.seed);
  if (about.facts.commits_early && wants_json(about.must))
    shape.emplace();
  carry_out(plan->begin(began));
  self->send(job.actors->tasks.find(about.of->name)->second, arrival{});
}

/// What the boards say as the request begins.
std::vector<rung_facts> supervisor_state::seen_rungs() const {
  const auto& ladder = job.about->of->ladder;
  auto& fitness = *job.actors->task_boards.find(job.about->of->name)->second;
  std::vector<rung_facts> out(ladder.size());
  for (std::size_t i = 0; i < ladder.size(); ++i)
    if (const auto* model = std::get_if<model_rung>(&ladder[i])) {
      const auto& route = *job.actors->route_boards.find(model->route)->second;
      out[i].usual_output = route.usual_output.load(std::memory_order_relaxed);
      out[i].input_ratio = route.input_ratio.load(std::memory_order_relaxed);
      out[i].pass_rate = fitness.at(i).pass_rate.load(std::memory_order_relaxed);
      out[i].low =
          fitness.at(i).low.load(std::memory_order_relaxed) && !fitness.take_probe(i, began);
    }
  return out;
}

/// Tells the task how an answer met its contract, if the end says anything about that.
void supervisor_state::note_fitness(const attempt_over& x) {
  const auto* judged = std::get_if<attempt_judged>(&x.how);
  const auto* why = std::get_if<failure>(&x.how);
  const auto breaks = why != nullptr
                      && (why->kind == failure_class::contract
                          || (why->kind == failure_class::capability && !why->too_long));
  if (!breaks && (judged == nullptr || judged->said.kind == verdict_kind::blocked))
    return;
  const auto rung = asked_for(attempt_number(x.id)).rung;
  self->send(job.actors->tasks.find(job.about->of->name)->second,
             fitness_note{std::get<model_rung>(job.about->of->ladder[rung]).route,
                          !breaks && judged->said.kind != verdict_kind::invalid});
}

void supervisor_state::underway(const attempt_underway& x) {
  if (is_guard(x.id))
    return;
  asked_for(attempt_number(x.id)).underway = true;
  carry_out(plan->started(attempt_number(x.id), x.how, self->clock().now()));
}

void supervisor_state::arrived(attempt_piece& x) {
  const auto attempt = attempt_number(x.id);
  carry_out(plan->content(attempt, x.text.size(), self->clock().now()));
  if (plan->committed() != attempt || plan->finished())
    return x.window->taken(x.text.size());
  const auto said = match(x.text);
  if (!said) {
    x.window->taken(x.text.size());
    return carry_out(plan->diverged(attempt, self->clock().now()));
  }
  x.window->taken(*said);
  const auto fresh = std::string_view{x.text}.substr(*said);
  if (shape && !shape->take(fresh)) {
    x.window->taken(fresh.size());
    return carry_out(plan->malformed(attempt, self->clock().now()));
  }
  deliver(fresh, std::move(x.window));
}

/// How much of `text` the caller has already; nothing: it has something else.
std::optional<std::size_t> supervisor_state::match(std::string_view text) {
  const auto expected = std::string_view{delivered}.substr(matched, text.size());
  if (!text.starts_with(expected))
    return std::nullopt;
  matched += expected.size();
  return expected.size();
}

void supervisor_state::deliver(std::string_view text, std::shared_ptr<stream_window> window) {
  if (text.empty())
    return;
  stream_text out{.text = std::string{text}, .window = std::move(window)};
  if (delivered.empty())
    out.about = std::make_shared<const answer>(conclude());
  delivered += text;
  matched = delivered.size();
  job.about->on_text(std::move(out));
}

/// A streamed answer that does not begin with what the caller has of it cannot be its end.
bool supervisor_state::contradicts(const attempt_over& x) const {
  const auto* judged = std::get_if<attempt_judged>(&x.how);
  return plan->committed() == attempt_number(x.id) && judged != nullptr
         && judged->said.kind != verdict_kind::blocked && !x.output.text.starts_with(delivered);
}

/// An answer that could be the request's, and that nobody has screened.
bool supervisor_state::must_be_screened(const attempt_over& x) const {
  const auto& screen = job.about->of->screen;
  const auto* judged = std::get_if<attempt_judged>(&x.how);
  return screen && screen->output && judged && !judged->screened
         && (judged->said.kind == verdict_kind::valid
             || judged->said.kind == verdict_kind::repaired)
         && plan->wants(attempt_number(x.id));
}

void supervisor_state::ask_guard(prompt about, int attempt, attempt_over held) {
  const auto& name = job.about->of->screen->route;
  const auto& guard = job.about->rules->routes.find(name)->second.config;
  const auto id = make_attempt_id(job.number, last_number - screenings++);
  const auto& to = job.actors->routes.find(name)->second;
  guards.push_back({id, to, attempt, std::move(held)});
  if (has_image(about) && !guard.capabilities.has(capability::vision))
    return guard_said(id, {safety_verdict::unverified, "the guard cannot look at images"}, {});
  auto judged = std::make_shared<question>();
  judged->id = job.about->id;
  judged->rules = job.about->rules;
  judged->of = job.about->of;
  judged->facts.estimated_input = estimated_input_tokens(about);
  judged->facts.traffic = classify(about, judged->facts.estimated_input, false);
  judged->deadline = job.about->deadline;
  judged->ask = std::move(about);
  hedgerow::attempt out{.id = id, .about = std::move(judged)};
  out.tokens = out.about->facts.estimated_input;
  self->request(to, guard.timeout.total + 2 * grace, std::move(out))
      .then([this, id](attempt_over& how) { guard_said(id, word_of(how), usage_of(how)); },
            [this, id](const caf::error&) {
              guard_said(id, {safety_verdict::unverified, "the guard did not reply"}, {});
            });
}

void supervisor_state::guard_said(attempt_id id, const guard_word& word, const token_usage& spent) {
  const auto i = std::ranges::find(guards, id, &guard_call::id);
  auto call = std::move(*i);
  guards.erase(i);
  if (call.attempt == 0)
    return carry_out(plan->screened(word, spent, self->clock().now()));
  auto& judged = std::get<attempt_judged>(call.held.how);
  judged.screened = word;
  judged.screening = spent;
  // A loser was stopped while its guard was asked: that is no verdict on it.
  if (word.is != safety_verdict::allow && plan->wants(call.attempt))
    judged.said = {.kind = verdict_kind::blocked, .reason = word.reason};
  over(call.held);
}

void supervisor_state::over(attempt_over& x) {
  if (must_be_screened(x)) {
    const auto attempt = attempt_number(x.id);
    plan->screening(attempt);
    auto about = guard_prompt(job.about->ask, x.output);
    return ask_guard(std::move(about), attempt, std::move(x));
  }
  if (contradicts(x))
    x.how = failure{.kind = failure_class::transport,
                    .reason = "its text is not the one that was delivered"};
  note_fitness(x);
  auto finished_before = plan->finished();
  auto next = plan->ended(attempt_number(x.id), x.how, x.status, self->clock().now());
  if (!finished_before && plan->finished())
    output = std::move(x.output);
  else if (const auto* judged = std::get_if<attempt_judged>(&x.how))
    broken.push_back({attempt_number(x.id), std::move(x.output), judged->said.violations});
  carry_out(std::move(next));
}

void supervisor_state::lost(attempt_id id, const caf::error& reason) {
  auto attempt = attempt_number(id);
  auto how = to_end(reason, asked_for(attempt).underway);
  carry_out(plan->ended(attempt, how, 0, self->clock().now()));
}

asked_route& supervisor_state::asked_for(int attempt) {
  return asked[static_cast<std::size_t>(attempt) - 1];
}

void supervisor_state::carry_out(steps what) {
  auto now = self->clock().now();
  for (const auto& x : what)
    std::visit([this](const auto& y) { carry_out(y); }, x);
  account(now);
  if (told)
    return;
  if (plan->finished() && plan->in_flight() == 0 && guards.empty()) {
    told = true;
    record story{job.about, conclude()};
    story.facts.steps = plan->take_history();
    self->send(job.actors->recorder, std::move(story));
    self->quit();
    return;
  }
  arm(now);
}

void supervisor_state::carry_out(const screen_input&) {
  ask_guard(guard_prompt(job.about->ask), 0, {});
}

void supervisor_state::carry_out(const start_attempt& x) {
  const auto& name = std::get<model_rung>(job.about->of->ladder[x.rung]).route;
  const auto& to = job.actors->routes.find(name)->second;
  asked.push_back({x.rung, to});
  if (x.resumes != resumption::none)
    matched = x.resumes == resumption::prefix ? 0 : to_go_on_from().size();
  auto id = make_attempt_id(job.number, x.attempt);
  auto most = job.about->rules->routes.find(name)->second.config.timeout.total + 2 * grace;
  self->request(to, most, attempt_for(x))
      .then([this](attempt_over& how) { over(how); },
            [this, id](const caf::error& reason) { lost(id, reason); });
}

attempt supervisor_state::attempt_for(const start_attempt& x) const {
  attempt out{.id = make_attempt_id(job.number, x.attempt),
              .kind = x.kind,
              .about = job.about,
              .instead = reask_about(x.about),
              .max_tokens = x.max_tokens,
              .tokens = x.tokens};
  if (const auto words = to_go_on_from(); x.resumes == resumption::prefill && !words.empty()) {
    auto ask = job.about->ask;
    message partial{.from = role::assistant};
    partial.parts.push_back({.text = std::string{words}});
    ask.messages.push_back(std::move(partial));
    out.instead = std::make_shared<const prompt>(std::move(ask));
    out.after = words;
  }
  return out;
}

/// What was delivered, without blanks at its end: Anthropic refuses to go on from these, and models
/// go on from a word with the blank that follows it.
std::string_view supervisor_state::to_go_on_from() const {
  return std::string_view{delivered}.substr(0, delivered.find_last_not_of(" \t\r\n") + 1);
}

/// The conversation that asks for the output of `attempt` again; null for no attempt.
std::shared_ptr<const prompt> supervisor_state::reask_about(int attempt) const {
  const auto i = std::ranges::find(broken, attempt, &broken_output::attempt);
  if (i == broken.end())
    return nullptr;
  return std::make_shared<const prompt>(reask(job.about->ask, i->output, i->violations));
}

void supervisor_state::carry_out(const cancel_attempt& x) {
  const auto guard = std::ranges::find(guards, x.attempt, &guard_call::attempt);
  if (guard != guards.end())
    return self->send(guard->whom, cancel{guard->id}); // Its model has answered.
  self->send(asked_for(x.attempt).whom, cancel{make_attempt_id(job.number, x.attempt)});
}

void supervisor_state::carry_out(const ask_for_hedge&) {
  self->request(job.actors->tasks.find(job.about->of->name)->second, grace, hedge_wish{})
      .then([this](bool granted) { carry_out(plan->hedge_decided(granted, self->clock().now())); },
            [this](const caf::error&) {
              carry_out(plan->hedge_decided(false, self->clock().now()));
            });
}

void supervisor_state::carry_out(const degrade_to& x) {
  const auto& all = job.actors->degraders;
  auto left = began + job.about->deadline - self->clock().now();
  auto most = std::clamp<time_point::duration>(left, milliseconds{1}, grace);
  self->request(all[job.number % all.size()], most,
                degrade_wish{job.about, x.rung, std::string{plan->cause()}})
      .then(
          [this](degraded_answer& y) {
            instead = std::move(y);
            carry_out(plan->degraded(instead.answered, self->clock().now()));
          },
          [this](const caf::error&) { carry_out(plan->degraded(false, self->clock().now())); });
}

void supervisor_state::carry_out(const answer_with&) {
  for (const auto& x : guards)
    if (x.attempt == 0)
      self->send(x.whom, cancel{x.id});
  account(self->clock().now());
  auto reply = conclude();
  if (reply.ended == outcome::answered) {
    reply.what = std::move(output);
    if (!reply.what.model.empty())
      reply.model = reply.what.model;
    reply.is_json = reply.what.tool_calls.empty() && wants_json(job.about->must);
  } else if (reply.ended == outcome::degraded) {
    reply.what.text = std::move(instead.text);
    reply.is_json = instead.is_json;
  }
  if (job.about->wants_trail)
    reply.steps = plan->history();
  std::exchange(job.done, nullptr)(std::move(reply));
  give_way();
}

void supervisor_state::woken() {
  auto now = self->clock().now();
  if (armed && now >= *armed)
    armed.reset();
  carry_out(plan->due(now));
}

/// Sees to it that a `wake` comes when the ladder next has something to decide.
void supervisor_state::arm(time_point now) {
  auto next = plan->next_due();
  if (!next || (armed && *armed <= *next))
    return;
  armed = *next;
  self->delayed_send(self, std::max(*next - now, time_point::duration{0}), wake{});
}

/// Adds up the time in which something outside was waited for.
void supervisor_state::account(time_point now) {
  if (waiting_since && (!plan->waiting() || plan->finished())) {
    waited += now - *waiting_since;
    waiting_since.reset();
  } else if (!waiting_since && plan->waiting() && !plan->finished()) {
    waiting_since = now;
  }
}

answer supervisor_state::conclude() {
  auto out = plan->facts();
  out.id = job.about->id;
  if (out.ended == outcome::degraded)
    out.degraded = instead.truth;
  // The two were not measured at the same moments.
  out.overhead =
      std::max(out.latency - std::chrono::duration_cast<std::chrono::microseconds>(waited),
               std::chrono::microseconds{0});
  return out;
}

} // namespace hedgerow
