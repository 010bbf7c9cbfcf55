#include "actors/route.hpp"

#include "actors/runtime/coordinator.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <cassert>
#include <cstdio>
#include <exception>
#include <string>
#include <utility>

namespace hedgerow {

namespace {

/// Of a stream, what may be under way to its caller.
constexpr std::size_t window_bytes = 64u << 10;

milliseconds between(time_point since, time_point now) {
  return std::chrono::duration_cast<milliseconds>(now - since);
}

/// An answer that ran out of tokens is a whole one only where no contract says what whole is.
bool cut_short(const completion& x, const terms& must) {
  return x.finish == finish_reason::length && (must.task || must.request);
}

/// Whether the provider says no before a model runs.
bool is_free(failure_class x) {
  return x == failure_class::rate_limit || x == failure_class::quota || x == failure_class::auth
         || x == failure_class::invalid_request;
}

attempt_result result_of(const route_flight& x, const call_ended& how, time_point now) {
  attempt_result out{.traffic = x.about->facts.traffic,
                     .as = x.as,
                     .elapsed = between(x.since, now),
                     .load = x.load,
                     .rates = how.rates};
  if (const auto* answer = std::get_if<completion>(&how.what))
    out.used = answer->usage.input + answer->usage.output;
  if (const auto* why = std::get_if<failure>(&how.what)) {
    out.failed = why->kind;
    if (is_free(why->kind))
      out.used = 0;
    out.scope = why->scope;
    out.retry_after = why->retry_after;
  }
  if (how.times.first_content.count() > 0)
    out.elapsed = std::chrono::duration_cast<milliseconds>(how.times.first_content);
  out.cancelled = std::holds_alternative<cancelled>(how.what);
  return out;
}

/// Has the pieces of a streamed answer go to `whom`, past the route.
void pass_on_pieces(model_call& call, const supervisor_actor& whom, const attempt& x) {
  call.window = std::make_shared<stream_window>(window_bytes);
  call.on_piece = [whom, id = x.id, wants_text = x.about->facts.commits_early, window = call.window,
                   is_first = true](stream_piece piece) mutable {
    if (!wants_text)
      window->taken(std::exchange(piece.text, {}).size());
    if (!is_first && piece.text.empty())
      return;
    is_first = false;
    const turns_at_once at_end;
    caf::anon_send(whom, attempt_piece{id, std::move(piece.text), window});
  };
}

/// Tells of a crash, which is a bug of ours or of an embedder's transport.
caf::error crashed(const std::string& route, const std::exception_ptr& bug) {
  std::string what = "an exception of an unknown kind";
  try {
    std::rethrow_exception(bug);
  } catch (const std::exception& x) {
    what = x.what();
  } catch (...) { // It has no text.
  }
  std::fputs(("route '" + route + "' crashed and is replaced: " + what + '\n').c_str(), stderr);
  return caf::sec::runtime_error;
}

/// Stops the call, if it has not been stopped yet.
void halt(route_flight& x) {
  if (auto stop = std::exchange(x.stop, nullptr))
    stop();
}

} // namespace

route_actor::behavior_type route(route_actor::stateful_pointer<route_state> self, route_setup setup,
                                 route_surroundings around, std::uint64_t seed) {
  assert(!around.validators.empty() && "an output must be judged");
  auto& state = self->state;
  state.self = self;
  state.health.emplace(setup.config, seed);
  state.setup = std::move(setup);
  state.around = std::move(around);
  state.tell_domain(self->clock().now());
  // The keeper fills the role again.
  self->set_exception_handler([self](std::exception_ptr& bug) {
    self->state.crash();
    return crashed(self->state.setup.config.name, bug);
  });
  self->set_exit_handler([self](caf::exit_msg& x) { self->state.leave(x.reason); });
  return {
      [self](const attempt& x) { return self->state.begin(x); },
      [self](const cancel& x) { self->state.stop(x); },
      [self](const get_status&) { return self->state.status(); },
      [self](const reconfigure& x) { self->state.change(x); },
      [self](call_over& x) { self->state.end(x); },
  };
}

route_state::~route_state() {
  for (auto& [id, flight] : flights)
    halt(flight);
}

caf::result<attempt_over> route_state::begin(const attempt& x) {
  auto now = self->clock().now();
  const auto& config = setup.config;
  auto lease = config.timeout.total + milliseconds{1000};
  look_around(x.about->facts.traffic, now);
  const call_load load{.tokens = x.tokens,
                       .background = x.about->of->mode == task_mode::background};
  auto granted = leaving || around.board->is_disabled(now)
                     ? admission{.why = "disabled"}
                     : health->admit(x.about->facts.traffic, x.kind, lease, now, load);
  if (granted.as == permit::refused)
    return attempt_over{.id = x.id, .how = attempt_refused{granted.why, granted.retry_in}};

  attempt_underway started{x.id, {.probe = granted.as == permit::probe}};
  constexpr double p95 = 0.95;
  started.how.p95 = health->quantile(x.about->facts.traffic, p95, now);
  if (const auto& hedge = x.about->of->hedge; hedge && !hedge->fixed)
    started.how.hedge_after = hedge->quantile == p95
                                  ? started.how.p95
                                  : health->quantile(x.about->facts.traffic, hedge->quantile, now);
  // Who asks is a supervisor: the reply and this message go the same way.
  const auto asks = caf::actor_cast<supervisor_actor>(self->current_sender());
  self->send(asks, std::move(started));

  auto promise = self->make_response_promise<attempt_over>();
  auto& flight = flights[x.id];
  flight = {.promise = promise,
            .about = x.about,
            .after = x.after,
            .as = granted.as,
            .asked_otherwise = x.instead != nullptr,
            .load = load,
            .since = now,
            .stop = {}};
  model_call call{.ask =
                      x.instead ? x.instead : std::shared_ptr<const prompt>{x.about, &x.about->ask},
                  .total = config.timeout.total,
                  .max_tokens = x.max_tokens};
  if (x.about->facts.streamed)
    pass_on_pieces(call, asks, x);
  flight.stop = setup.call(std::move(call),
                           [me = caf::actor_cast<route_actor>(self), id = x.id](call_ended how) {
                             const turns_at_once at_end;
                             caf::anon_send(me, call_over{id, std::move(how)});
                           });
  return promise;
}

void route_state::stop(const cancel& x) {
  if (auto i = flights.find(x.id); i != flights.end())
    halt(i->second);
}

void route_state::end(call_over& x) {
  auto i = flights.find(x.id);
  if (i == flights.end())
    return; // A transport that ends a call twice has broken its promise, and moves nothing.
  auto flight = std::move(i->second);
  flights.erase(i);
  for (auto& moved :
       health->ended(result_of(flight, x.how, self->clock().now()), self->clock().now()))
    self->send(around.recorder, breaker_moved{setup.config.name, std::move(moved)});
  tell_domain(self->clock().now());
  auto* output = std::get_if<completion>(&x.how.what);
  if (output)
    learn(*output, flight);
  if (output && cut_short(*output, flight.about->must))
    x.how.what =
        failure{.kind = failure_class::capability, .reason = "truncated", .status = x.how.status};
  if (output = std::get_if<completion>(&x.how.what); output) {
    output->text.insert(0, flight.after);
    const auto& judge = around.validators[next_validator++ % around.validators.size()];
    flight.promise.delegate(
        judge, candidate{x.id, std::move(flight.about), std::move(*output), x.how.status});
  } else if (auto* why = std::get_if<failure>(&x.how.what)) {
    flight.promise.deliver(
        attempt_over{.id = x.id, .how = std::move(*why), .status = x.how.status});
  } else {
    flight.promise.deliver(attempt_over{.id = x.id, .how = cancelled{}});
  }
  if (leaving && flights.empty())
    self->quit(caf::exit_reason::user_shutdown);
}

/// How long this route's answers are, and how it counts what goes in.
void route_state::learn(const completion& x, const route_flight& from) {
  constexpr double weight = 0.1;
  if (x.usage.output > 0) {
    outputs.record(x.usage.output);
    around.board->usual_output.store(outputs.p95(), std::memory_order_relaxed);
  }
  const auto estimate = from.about->facts.estimated_input;
  if (x.usage.input > 0 && estimate > 0 && !from.asked_otherwise) {
    const auto ratio = static_cast<double>(x.usage.input) / static_cast<double>(estimate);
    input_ratio += weight * (std::clamp(ratio, 0.25, 4.0) - input_ratio);
    around.board->input_ratio.store(input_ratio, std::memory_order_relaxed);
  }
}

/// Where the routes of the same provider and region have just begun to fail, this one is put on
/// trial, too, before it has cost as many requests.
void route_state::look_around(traffic_class traffic, time_point now) {
  if (!around.domain)
    return;
  around.domain->used(around.place, now);
  auto& before = failing[static_cast<std::size_t>(traffic)];
  const auto is_failing = around.domain->is_failing(traffic, now);
  if (std::exchange(before, is_failing) || !is_failing)
    return;
  if (auto moved = health->suspect(traffic, now)) {
    self->send(around.recorder, breaker_moved{setup.config.name, std::move(*moved)});
    tell_domain(now);
  }
}

void route_state::tell_domain(time_point now) {
  if (around.domain)
    around.domain->tell(around.place, health->states(now));
}

void route_state::change(const reconfigure& x) {
  setup = x.setup;
  around = x.around;
  health->reconfigure(setup.config);
  tell_domain(self->clock().now());
}

route_status route_state::status() const {
  route_status out{.route = setup.config.name, .in_flight = flights.size()};
  for (std::size_t i = 0; i < traffic_classes; ++i)
    out.breakers[i] = health->state(static_cast<traffic_class>(i), self->clock().now());
  return out;
}

void route_state::leave(const caf::error& reason) {
  leaving = true;
  for (auto& [id, flight] : flights)
    halt(flight);
  if (flights.empty())
    self->quit(reason);
}

void route_state::crash() {
  for (auto& [id, flight] : flights) {
    halt(flight);
    flight.promise.deliver(
        attempt_over{.id = id,
                     .how = failure{.kind = failure_class::transport,
                                    .reason = "its route crashed and is being replaced"}});
  }
}

} // namespace hedgerow
