#include "tests/simulation/setting.hpp"

#include <algorithm>
#include <cmath>

namespace hedgerow::test {

using namespace std::chrono_literals;

namespace {

const std::vector<failure_class> failures{
    failure_class::transport, failure_class::rate_limit, failure_class::quota,
    failure_class::latency,   failure_class::contract,   failure_class::capability,
    failure_class::auth,      failure_class::policy,     failure_class::invalid_request};

const std::vector<weather> bad_weather{
    weather::slow,   weather::failing,  weather::failing, weather::failing, weather::flaky,
    weather::flaky,  weather::limited,  weather::prose,   weather::prose,   weather::blocking,
    weather::silent, weather::breaking, weather::crashing};

climate draw_climate(dice& by, milliseconds horizon) {
  climate out;
  out.median = by.time(50ms, 600ms);
  out.sigma = 0.1 + by.share();
  milliseconds now{0};
  while (now < horizon) {
    now += 1ms + by.wait(by.chance(0.3) ? 2s : 20s);
    spell next{.until = std::min(now, horizon)};
    if (by.chance(0.5)) {
      next.is = by.one_of(bad_weather);
      // What ends a request at once is rarer: else there is little to see.
      next.fails = by.one_of(failures);
      if (next.fails >= failure_class::policy && by.chance(0.7))
        next.fails = failure_class::transport;
    }
    out.spells.push_back(next);
  }
  return out;
}

void draw_route(dice& by, route_config& x) {
  x.provider.name = "p" + std::to_string(by.whole(0, 1));
  x.region = "r" + std::to_string(by.whole(0, 1));
  x.cost = {.input = by.share() * 10, .cached_input = 0, .output = by.share() * 40};
  x.context = by.chance(0.3) ? by.whole(1000, 6000) : 0;
  x.max_output = by.chance(0.3) ? by.whole(50, 2000) : 0;
  x.timeout.total = by.time(500ms, 10s);
  x.capabilities.bits = static_cast<std::uint8_t>(by.chance(0.3) ? 15 : 7);
  x.breaker.consecutive = static_cast<int>(by.whole(0, 5));
  x.breaker.min_calls = static_cast<int>(by.whole(3, 20));
  x.breaker.window = by.time(5s, 30s);
  x.breaker.cooldown = by.time(500ms, 5s);
  x.breaker.probes = static_cast<int>(by.whole(1, 3));
  if (by.chance(0.3))
    x.breaker.slow_call = by.time(200ms, 2s);
  if (by.chance(0.2))
    x.limits.concurrency = by.whole(1, 4);
  if (by.chance(0.2))
    x.limits.requests_per_minute = by.whole(5, 60);
  if (by.chance(0.2))
    x.limits.tokens_per_minute = by.whole(2000, 60'000);
}

void draw_task(dice& by, task& x) {
  x.deadline = by.time(300ms, 8s);
  if (by.chance(0.5))
    x.must = wants_ok();
  if (by.chance(0.6)) {
    x.hedge = hedge_policy{.floor = by.time(10ms, 100ms),
                           .ceiling = by.time(200ms, 2s),
                           .max_extra = 0.02 + 0.5 * by.share(),
                           .at_most = static_cast<int>(by.whole(1, 2))};
    if (by.chance(0.6))
      x.hedge->fixed = by.time(20ms, 600ms);
  }
  x.retry = {.attempts = static_cast<int>(by.whole(0, 3)), .base = by.time(1ms, 250ms), .cap = 4s};
  x.repair.reasks = static_cast<int>(by.whole(0, 2));
  x.stream = {.prefix = by.chance(0.6), .prefill = by.chance(0.3)};
  if (by.chance(0.5))
    x.stream.commit = by.chance(0.5) ? stream_commit::first_token : stream_commit::complete;
  x.budget.attempts = static_cast<int>(by.whole(1, 8));
  if (by.chance(0.25))
    x.budget.tokens = by.whole(1000, 20'000);
  if (by.chance(0.25))
    x.budget.cost = 0.02 + 0.2 * by.share();
  x.fitness = {.window = static_cast<int>(by.whole(8, 50)),
               .min_calls = static_cast<int>(by.whole(3, 8)),
               .pass_rate = by.share()};
  if (by.chance(0.2)) {
    const std::vector<cure> cures{cure::retry, cure::reask, cure::equivalent, cure::stronger,
                                  cure::longer_context};
    for (const auto why : {failure_class::transport, failure_class::contract}) {
      auto& own = x.steps[why];
      for (const auto each : cures)
        if (by.chance(0.6))
          own.push_back(each);
    }
  }
}

std::int64_t tokens_of(const act& x) {
  return x.what && std::holds_alternative<completion>(*x.what)
             ? std::get<completion>(*x.what).usage.output
             : 0;
}

/// What a guard says, if it says anything.
act draw_word(dice& by) {
  const auto after = by.time(milliseconds{5}, milliseconds{200});
  const auto kind = by.share();
  auto out = kind < 0.85   ? says("safe", after)
             : kind < 0.90 ? says("unsafe\nS1", after)
             : kind < 0.92 ? says("I would rather not say", after)
             : kind < 0.98 ? fails(failure_class::transport, after)
                           : silent();
  out.deaf = by.chance(0.1);
  return out;
}

} // namespace

milliseconds dice::wait(milliseconds mean) {
  return milliseconds{std::llround(-std::log(1 - share()) * static_cast<double>(mean.count()))};
}

milliseconds dice::latency(milliseconds median, double sigma) {
  // Box and Muller's, for the library's own distributions differ from one to the next.
  const auto normal = std::sqrt(-2 * std::log(1 - share())) * std::cos(2 * M_PI * share());
  const auto ms = static_cast<double>(median.count()) * std::exp(sigma * normal);
  return milliseconds{std::clamp<std::int64_t>(std::llround(ms), 1, 60'000)};
}

const spell& climate::at(milliseconds since_the_beginning) const {
  for (const auto& x : spells)
    if (since_the_beginning < x.until)
      return x;
  return fair;
}

std::vector<climate> draw_policy(dice& by, world& to, milliseconds horizon) {
  std::vector<climate> out;
  draw_task(by, to.job());
  const auto routes = by.whole(1, 4);
  for (std::int64_t i = 0; i < routes; ++i) {
    const std::string name(1, static_cast<char>('a' + i));
    auto as = rung_role::equivalent;
    if (i > 0 && by.chance(0.4))
      as = by.chance(0.6) ? rung_role::stronger : rung_role::longer_context;
    to.add(name, {}, as);
    draw_route(by, to.config(name));
    out.push_back(draw_climate(by, horizon));
  }
  if (routes > 1 && by.chance(0.2))
    for (std::size_t i = 0; i < 2; ++i) {
      auto& rung = std::get<model_rung>(to.job().ladder[i]);
      rung = {rung.route, rung_role::equivalent, 1, 0.1 + by.share()};
    }
  if (by.chance(0.7))
    to.add_message();
  const auto& budget = to.job().budget;
  if (!budget.tokens && !budget.cost && by.chance(0.3)) {
    auto& screen = (to.add_guard(), *to.job().screen);
    screen.input = by.chance(0.7);
    screen.output = !screen.input || by.chance(0.7);
    to.guard->improvise = [&by](const model_call&) { return draw_word(by); };
  }
  return out;
}

act draw_act(dice& by, const climate& of, const spell& now, const model_call& call,
             bool wants_json) {
  const auto after = by.latency(of.median, of.sigma);
  const auto good = [&] {
    auto out = wants_json ? says(good_json, after)
                          : streams({"some ", "words ", "of ", "an ", "answer"}, after);
    if (wants_json)
      out.pieces = {{after / 2, R"({"ok")"}, {after, ":true}"}};
    auto& said = std::get<completion>(*out.what);
    const auto expected = static_cast<double>(estimated_input_tokens(*call.ask));
    said.usage = {.input = std::llround(expected * (0.8 + 0.5 * by.share())),
                  .output = by.whole(1, 600)};
    if (call.max_tokens)
      said.usage.output = std::min(said.usage.output, *call.max_tokens);
    return out;
  };
  const auto bad = [&](failure_class kind) {
    failure why{.kind = kind, .reason = "as drawn", .status = 500};
    if (by.chance(0.5))
      why.retry_after = by.time(0ms, 4s);
    why.too_long = kind == failure_class::capability && by.chance(0.5);
    if (by.chance(0.3))
      why.scope = failure_scope::route;
    return fails(why, by.chance(0.7) ? by.time(1ms, 50ms) : after);
  };
  act out;
  switch (now.is) {
  case weather::fine:
    out = good();
    break;
  case weather::slow:
    out = good();
    out.after *= 10;
    for (auto& piece : out.pieces)
      piece.at *= 10;
    break;
  case weather::failing:
    out = bad(now.fails);
    break;
  case weather::flaky:
    out = by.chance(0.5) ? good() : bad(now.fails);
    break;
  case weather::limited:
    out = bad(failure_class::rate_limit);
    break;
  case weather::prose:
    out = streams({"I ", "think ", "that"}, after);
    if (by.chance(0.3))
      out.pieces.clear();
    break;
  case weather::blocking:
    out = by.chance(0.3) ? withheld(after) : good();
    break;
  case weather::silent:
    out = silent();
    break;
  case weather::breaking:
    out = breaks_off({"some ", by.chance(0.8) ? "words " : "other "}, after);
    break;
  case weather::crashing:
    out = good();
    out.crashes = by.chance(0.2);
    break;
  }
  out.deaf = by.chance(0.1);
  if (by.chance(0.05))
    out.again_after = by.time(milliseconds{0}, milliseconds{2000});
  if (call.max_tokens && tokens_of(out) > *call.max_tokens)
    std::get<completion>(*out.what).usage.output = *call.max_tokens;
  return out;
}

} // namespace hedgerow::test
