#include "tests/actors/world.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>

namespace hedgerow::test {

namespace {

std::string number(auto x) { return std::to_string(x); }

bool satisfies(const terms& must, const completion& x) {
  return (!must.task || violations(*must.task, x).empty())
         && (!must.request || violations(*must.request, x).empty());
}

/// Whether each attempt in `x` starts before it ends and ends once.
void check_attempts(const record& x, std::vector<std::string>& broken) {
  std::map<int, int> ended;
  std::set<std::string_view> routes;
  std::map<std::string_view, int> retries;
  int started = 0;
  auto latched = false;
  auto over = false;
  for (const auto& entry : x.facts.steps) {
    if (entry.event == trail_event::attempt_started) {
      ++started;
      if (entry.kind == attempt_kind::hedge && routes.contains(entry.route))
        broken.push_back(x.about->id + ": a hedge is a second call of its route");
      routes.insert(entry.route);
      retries[entry.route] += entry.kind == attempt_kind::retry;
      if (retries[entry.route] > x.about->of->retry.attempts)
        broken.push_back(x.about->id + ": more retries than its policy");
      if (over)
        broken.push_back(x.about->id + ": an attempt started after its end");
      if (latched)
        broken.push_back(x.about->id + ": an attempt started after a policy verdict");
      if (!ended.emplace(entry.attempt, 0).second)
        broken.push_back(x.about->id + ": attempt " + number(entry.attempt) + " started twice");
    }
    if (entry.event == trail_event::attempt_ended) {
      ++ended[entry.attempt];
      if (over)
        broken.push_back(x.about->id + ": an attempt survived its end");
    }
    over = over || entry.event == trail_event::ended;
    latched = latched || entry.event == trail_event::latched;
  }
  for (auto [attempt, times] : ended)
    if (times != 1)
      broken.push_back(x.about->id + ": attempt " + number(attempt) + " ended " + number(times)
                       + " times");
  if (started != x.facts.attempts)
    broken.push_back(x.about->id + ": counts other attempts than its trail");
  if (started > x.about->of->budget.attempts)
    broken.push_back(x.about->id + ": more attempts than its budget");
}

void check_trail(const record& x, std::vector<std::string>& broken) {
  const auto& steps = x.facts.steps;
  if (steps.empty() || steps.front().event != trail_event::admitted)
    broken.push_back(x.about->id + ": its trail does not begin with its admission");
  if (entries(steps, trail_event::ended).size() != 1)
    broken.push_back(x.about->id + ": not exactly one end");
  auto earlier = [](const trail_entry& a, const trail_entry& b) { return a.at < b.at; };
  if (!std::ranges::is_sorted(steps, earlier))
    broken.push_back(x.about->id + ": its trail is not in order of time");
  check_attempts(x, broken);
}

void check_answer(const submission& asked, const record& x, milliseconds slept,
                  std::vector<std::string>& broken) {
  const auto& got = asked.answers.front();
  const auto limit = asked.began + asked.deadline + milliseconds{1} + slept;
  if (asked.heard_at ? *asked.heard_at > limit : asked.answered_at > limit)
    broken.push_back(asked.id + ": answered after its deadline");
  if (got.ended != x.facts.ended)
    broken.push_back(asked.id + ": recorded with another outcome than it was answered with");
  if (got.ended == outcome::answered && !satisfies(x.about->must, got.what))
    broken.push_back(asked.id + ": its answer breaks the contract");
  if ((got.ended == outcome::degraded) != got.degraded.has_value())
    broken.push_back(asked.id + ": its degradation is not told truly");
  if (got.ended == outcome::answered && !got.what.text.starts_with(asked.heard))
    broken.push_back(asked.id + ": what was streamed does not begin its answer");
  if (asked.told_wrongly)
    broken.push_back(asked.id + ": what is known of it came not with its first text alone");
  if ((got.ended == outcome::answered) == got.route.empty())
    broken.push_back(asked.id + ": its route is not told truly");
  auto has_problem = got.ended != outcome::answered && got.ended != outcome::degraded;
  if (has_problem != got.problem.has_value())
    broken.push_back(asked.id + ": its problem is not told truly");
  if (got.ended != outcome::answered && got.ended != outcome::degraded && !got.what.text.empty())
    broken.push_back(asked.id + ": text of a model got out");
  auto blocks = [](const trail_entry& y) { return y.result == "blocked" || y.result == "policy"; };
  auto end = std::ranges::find(x.facts.steps, trail_event::ended, &trail_entry::event);
  if (std::any_of(x.facts.steps.begin(), end, blocks) && got.ended != outcome::blocked)
    broken.push_back(asked.id + ": a policy verdict did not end it");
}

/// Whether the guard has let pass what it had to before it went on.
void check_screens(const record& x, std::vector<std::string>& broken) {
  const auto& screen = x.about->of->screen;
  if (!screen)
    return;
  const auto passed = [&](std::string_view of) {
    return std::ranges::find_if(x.facts.steps, [&](const trail_entry& y) {
      return y.event == trail_event::verdict && y.route == screen->route && y.result == "valid"
             && y.reason.starts_with(of);
    });
  };
  const auto first =
      std::ranges::find(x.facts.steps, trail_event::attempt_started, &trail_entry::event);
  if (screen->input && first != x.facts.steps.end() && passed("input") > first)
    broken.push_back(x.about->id + ": a model was called before the guard let the input pass");
  if (screen->output && x.facts.ended == outcome::answered
      && passed("output") == x.facts.steps.end())
    broken.push_back(x.about->id + ": an answer left that the guard had not let pass");
}

} // namespace

act says(std::string text, milliseconds after) {
  completion x;
  x.text = std::move(text);
  x.usage = {.input = 100, .output = 10};
  return {.after = after, .what = std::move(x)};
}

act streams(const std::vector<std::string>& words, milliseconds first) {
  auto out = says({}, first);
  auto& whole = std::get<completion>(*out.what);
  for (const auto& x : words) {
    out.pieces.push_back({out.after, x});
    out.after += milliseconds{10};
    whole.text += x;
  }
  return out;
}

act breaks_off(const std::vector<std::string>& words, milliseconds first) {
  auto out = streams(words, first);
  out.what = failure{.kind = failure_class::transport, .reason = "as scripted"};
  return out;
}

act fails(failure why, milliseconds after) { return {.after = after, .what = std::move(why)}; }

act fails(failure_class kind, milliseconds after) {
  return fails(failure{.kind = kind, .reason = "as scripted"}, after);
}

act withheld(milliseconds after) {
  auto out = says("half a sentence that", after);
  std::get<completion>(*out.what).finish = finish_reason::content_filter;
  return out;
}

act silent() { return {}; }

scripted_model::scripted_model(deterministic& in, std::vector<act> acts)
    : script{std::move(acts)},
      world_{in} {}

transport scripted_model::call() {
  return [me = shared_from_this()](model_call x, std::function<void(call_ended)> on_ended) {
    return me->begin(std::move(x), std::move(on_ended));
  };
}

std::size_t scripted_model::under_way() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(calls, [](const seen_call& x) { return !x.ended; }));
}

stop_call scripted_model::begin(model_call x, std::function<void(call_ended)> on_ended) {
  if (!timer_)
    timer_ = world_.spawn([weak = weak_from_this()](caf::event_based_actor*) -> caf::behavior {
      return {[weak](std::size_t call, bool stopped) {
                if (auto me = weak.lock())
                  me->end(call, stopped ? call_ended{.what = cancelled{}}
                                        : std::move(me->planned_[call]));
              },
              [weak](std::size_t call, std::size_t piece) {
                if (auto me = weak.lock())
                  me->say(call, piece);
              },
              [weak](std::size_t repeated) {
                if (auto me = weak.lock()) {
                  auto [tell, how] = std::exchange(me->repeated_[repeated], {});
                  tell(std::move(how));
                }
              }};
    });
  auto index = calls.size();
  const auto next = index < script.size() ? script[index] : improvise ? improvise(x) : otherwise;
  if (next.crashes) {
    crashes.push_back(world_.now());
    throw std::runtime_error{"as drawn"};
  }
  calls.push_back({.began = world_.now(), .streamed = x.on_piece != nullptr, .ask = *x.ask});
  waiting_.push_back(std::move(on_ended));
  again_.push_back(next.again_after);
  planned_.push_back(outcome_of(next, x.total));
  auto after = next.what ? std::min(next.after, x.total) : x.total;
  pieces_.push_back(x.on_piece ? next.pieces : std::vector<said_early>{});
  if (!pieces_.back().empty())
    planned_.back().times.first_content = pieces_.back().front().at;
  for (std::size_t i = 0; i < pieces_.back().size(); ++i)
    caf::delayed_anon_send(timer_, pieces_.back()[i].at, index, i);
  asked_.push_back(std::move(x));
  caf::delayed_anon_send(timer_, after, index, false);
  return [weak = weak_from_this(), index, deaf = next.deaf] {
    auto me = weak.lock();
    if (!me)
      return;
    ++me->calls[index].stops;
    if (!deaf)
      caf::anon_send(me->timer_, index, true);
  };
}

call_ended scripted_model::outcome_of(const act& x, milliseconds total) const {
  call_ended out;
  if (!x.what || x.after > total)
    out.what = failure{.kind = failure_class::latency, .reason = "no answer in time"};
  else if (const auto* said = std::get_if<completion>(&*x.what))
    out.what = *said;
  else
    out.what = std::get<failure>(*x.what);
  const auto* why = std::get_if<failure>(&out.what);
  out.status = why ? why->status : 200;
  return out;
}

void scripted_model::say(std::size_t call, std::size_t piece) {
  if (calls[call].ended)
    return;
  const auto& text = pieces_[call][piece].text;
  asked_[call].window->sent(text.size());
  asked_[call].on_piece({.text = text, .content = true, .progress = true});
}

void scripted_model::end(std::size_t call, call_ended how) {
  if (calls[call].ended)
    return;
  asked_[call] = {}; // It knows its supervisor, who knows the policy, which knows this model.
  calls[call].ended = world_.now();
  calls[call].cancelled = std::holds_alternative<cancelled>(how.what);
  const auto on_ended = std::exchange(waiting_[call], nullptr);
  if (const auto later = again_[call]) {
    repeated_.emplace_back(on_ended, how);
    caf::delayed_anon_send(timer_, *later, repeated_.size() - 1);
  }
  on_ended(std::move(how));
}

const answer& submission::got() const {
  if (answers.size() != 1)
    throw std::logic_error{id + " was answered " + number(answers.size()) + " times"};
  return answers.front();
}

milliseconds submission::took() const {
  return std::chrono::duration_cast<milliseconds>(answered_at - began);
}

route_setup route_to(std::string name, transport call) {
  route_setup out;
  out.config.name = name;
  out.config.provider.name = name;
  out.config.provider.kind = provider_kind::in_process;
  out.config.provider.base_url = "in-process:" + name;
  out.config.model = name + "-1";
  out.config.region = "here";
  out.call = std::move(call);
  return out;
}

std::shared_ptr<const contract> wants_ok() {
  contract out;
  out.name = "ok";
  out.format = contract::form::json;
  out.shape = *schema::compile(R"({"type":"object","required":["ok"]})");
  return std::make_shared<const contract>(std::move(out));
}

rules_rung rules_of(std::vector<rule> rules) {
  return {std::make_shared<const rule_set>(rule_set::compile(std::move(rules)).value())};
}

world::world() {
  task of;
  of.name = "t";
  of.deadline = milliseconds{4000};
  of.repair.reasks = 0; // Most tests are about something else.
  plan.tasks.emplace("t", std::move(of));
  options.seed = 1;
  options.sinks.request_over = [this](const record& x) { records.push_back(x); };
  options.sinks.breaker_moved = [this](const breaker_moved& x) {
    moves.push_back(x);
    moved_at.push_back(now());
  };
}

model_ptr world::add(const std::string& route, std::vector<act> script, rung_role as) {
  auto model = std::make_shared<scripted_model>(*this, std::move(script));
  plan.routes.insert_or_assign(route, route_to(route, model->call()));
  job().ladder.push_back(model_rung{route, as});
  models.emplace_back(route, model);
  return model;
}

void world::add_message(std::string text) { job().ladder.push_back(message_rung{std::move(text)}); }

model_ptr world::add_guard() {
  guard = std::make_shared<scripted_model>(*this, std::vector<act>{});
  guard->otherwise = says("safe", milliseconds{50});
  plan.routes.insert_or_assign("guard", route_to("guard", guard->call()));
  job().screen = screen_policy{.route = "guard"};
  return guard;
}

engine& world::works() {
  if (!running)
    running = std::make_unique<engine>(system, plan, options);
  return *running;
}

submission_ptr world::submit_streamed(request x) {
  const auto heard = std::make_shared<std::weak_ptr<submission>>();
  x.on_text = [this, heard](stream_text piece) {
    const auto out = heard->lock();
    if (out->heard.empty() != (piece.about != nullptr))
      out->told_wrongly = true;
    if (!out->heard_at)
      out->heard_at = now();
    out->heard += piece.text;
    if (piece.window)
      piece.window->taken(piece.text.size());
  };
  auto out = submit(std::move(x));
  *heard = out;
  return out;
}

submission_ptr world::submit(request x) {
  if (x.task.empty())
    x.task = "t";
  if (x.id.empty())
    x.id = "r" + number(submissions.size());
  if (x.ask.messages.empty()) {
    message said;
    said.parts.push_back({.text = "hello"});
    x.ask.messages.push_back(std::move(said));
  }
  auto out = std::make_shared<submission>();
  submissions.push_back(out);
  out->id = x.id;
  out->began = now();
  auto rules = works().rules();
  auto of = rules->tasks.find(x.task);
  if (of != rules->tasks.end())
    out->deadline = std::min(x.deadline.value_or(of->second.deadline), of->second.deadline);
  out->handle = works().submit(std::move(x), [this, out = out.get()](answer got) {
    out->answered_at = now();
    out->answers.push_back(std::move(got));
  });
  return out;
}

submission_ptr world::play(request x) {
  auto out = submit(std::move(x));
  settle();
  return out;
}

submission_ptr world::play_streamed(request x) {
  auto out = submit_streamed(std::move(x));
  settle();
  return out;
}

void world::settle() { advance(std::chrono::seconds{60}); }

void world::sleep(milliseconds by) {
  sleeps.emplace_back(now(), by);
  jump(by);
}

milliseconds world::slept(time_point from, time_point to) const {
  milliseconds out{0};
  for (const auto& [at, by] : sleeps)
    if (at >= from && at <= to)
      out += by;
  return out;
}

std::size_t world::calls() const {
  std::size_t out = 0;
  for (const auto& [name, model] : models)
    out += model->calls.size() + model->crashes.size();
  return out;
}

std::vector<std::string> world::broken_promises() {
  std::vector<std::string> broken;
  if (running && running->in_flight() != 0)
    broken.push_back("the engine is not idle");
  std::size_t attempts = 0;
  for (const auto& x : submissions) {
    auto mine = [&](const record& y) { return y.about->id == x->id; };
    auto told = std::ranges::count_if(records, mine);
    if (x->answers.size() != 1)
      broken.push_back(x->id + ": answered " + number(x->answers.size()) + " times");
    if (told != 1)
      broken.push_back(x->id + ": recorded " + number(told) + " times");
    if (x->answers.size() != 1 || told != 1)
      continue;
    const auto& story = *std::ranges::find_if(records, mine);
    attempts += static_cast<std::size_t>(story.facts.attempts);
    check_answer(*x, story, slept(x->began, x->answered_at), broken);
    check_trail(story, broken);
    check_screens(story, broken);
  }
  if (attempts != calls())
    broken.push_back("the trails know of " + number(attempts) + " calls, the models of "
                     + number(calls()));
  for (const auto& [name, model] : models) {
    if (model->under_way() != 0)
      broken.push_back(name + ": a call has not ended");
    for (const auto& x : model->calls)
      if (x.stops > 1)
        broken.push_back(name + ": a call was stopped " + number(x.stops) + " times");
  }
  if (guard && guard->under_way() != 0)
    broken.push_back("a guard's call has not ended");
  check_hedges(broken);
  check_breakers(broken);
  return broken;
}

/// Whenever a hedge starts, the ten seconds up to then hold the task's share.
void world::check_hedges(std::vector<std::string>& broken) const {
  const auto& hedge = plan.tasks.at("t").hedge;
  std::vector<time_point> hedges;
  for (const auto& asked : submissions)
    for (const auto& x : records)
      if (x.about->id == asked->id && x.about->of->name == "t")
        for (const auto& y : x.facts.steps)
          if (y.event == trail_event::attempt_started && y.kind == attempt_kind::hedge)
            hedges.push_back(asked->began + y.at);
  for (auto then : hedges) {
    auto recent = [then](time_point x) { return x > then - std::chrono::seconds{10} && x <= then; };
    auto requests = std::ranges::count_if(submissions, recent, &submission::began);
    auto most = std::max(1.0, hedge->max_extra * static_cast<double>(requests));
    if (static_cast<double>(std::ranges::count_if(hedges, recent)) > most)
      broken.push_back("more hedges than the task's share");
  }
}

/// Half of the first cool-down is the shortest time for which an open breaker lets nothing through,
/// unless it is asked out of turn before.
void world::check_breakers(std::vector<std::string>& broken) const {
  std::set<std::pair<std::string_view, time_point>> out_of_turn;
  for (const auto& asked : submissions)
    for (const auto& x : records)
      if (x.about->id == asked->id)
        for (const auto& y : x.facts.steps)
          if (y.event == trail_event::attempt_started && y.kind == attempt_kind::probe)
            out_of_turn.emplace(y.route, asked->began + y.at);
  for (std::size_t i = 0; i < moves.size(); ++i) {
    if (moves[i].what.to != breaker_state::open
        || moves[i].what.traffic != traffic_class::short_whole)
      continue;
    const auto& route = moves[i].route;
    auto until = moved_at[i] + plan.routes.at(route).config.breaker.cooldown / 2;
    const auto asked = out_of_turn.lower_bound({route, moved_at[i]});
    if (asked != out_of_turn.end() && asked->first == route)
      until = std::min(until, asked->second);
    for (const auto& [name, model] : models)
      for (const auto crash : model->crashes) // What it remembered is gone.
        if (name == route && crash >= moved_at[i])
          until = std::min(until, crash);
    for (const auto& [name, model] : models)
      for (const auto& call : model->calls)
        if (name == route && !call.streamed && call.began > moved_at[i] && call.began < until)
          broken.push_back(route + ": a call went through an open breaker");
  }
}

std::vector<trail_entry> entries(const trail& x, trail_event event) {
  std::vector<trail_entry> out;
  std::ranges::copy_if(x, std::back_inserter(out),
                       [&](const trail_entry& y) { return y.event == event; });
  return out;
}

std::vector<std::string> lines(const trail& x) {
  std::vector<std::string> out;
  for (const auto& y : x) {
    std::string line{to_string(y.event)};
    if (!y.route.empty())
      line.append(" ").append(y.route);
    if (y.attempt > 0)
      line += " " + number(y.attempt);
    if (y.kind)
      line.append(" ").append(to_string(*y.kind));
    if (!y.result.empty())
      line.append(" ").append(y.result);
    out.push_back(std::move(line));
  }
  return out;
}

} // namespace hedgerow::test
