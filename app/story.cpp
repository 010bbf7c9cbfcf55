#include "app/story.hpp"

#include "app/gateway/envelope.hpp"

#include <fmt/format.h>

#include <vector>

namespace hedgerow {

namespace {

double in_ms(std::chrono::microseconds x) { return static_cast<double>(x.count()) / 1000; }

std::string how_it_started(const trail_entry& x) {
  switch (x.kind.value_or(attempt_kind::primary)) {
  case attempt_kind::primary:
    return {};
  case attempt_kind::retry:
    return fmt::format("{} tried again", x.route);
  case attempt_kind::hedge:
    return fmt::format("late, so {} was asked as well", x.route);
  case attempt_kind::reask:
    return fmt::format("{} asked again, with what was wrong", x.route);
  case attempt_kind::probe:
    return fmt::format("{} probed", x.route);
  default:
    return fmt::format("{} asked ({})", x.route, to_string(*x.kind));
  }
}

std::string how_it_ended(const trail_entry& x) {
  if (x.result == "ok")
    return {};
  if (x.result == "cancelled")
    return fmt::format("{} cancelled", x.route);
  auto out = fmt::format("{} failed ({}", x.route, x.result);
  if (x.status > 0)
    out += fmt::format(", HTTP {}", x.status);
  return out + ")";
}

std::string what_was_said(const trail_entry& x) {
  if (x.result == "invalid")
    return fmt::format("{} broke the contract", x.route);
  if (x.result == "repaired" && !x.changes.empty())
    return fmt::format("{} mended ({})", x.route, x.changes.front().message);
  return {};
}

std::string clause(const trail_entry& x) {
  switch (x.event) {
  case trail_event::rung_skipped:
    return fmt::format("{} skipped ({})", x.route, x.reason);
  case trail_event::attempt_started:
    return how_it_started(x);
  case trail_event::attempt_ended:
    return how_it_ended(x);
  case trail_event::retry_scheduled:
    return fmt::format("wait {} ms ({})", x.wait.value_or(milliseconds{0}).count(), x.reason);
  case trail_event::verdict:
    return what_was_said(x);
  case trail_event::latched:
    return "policy verdict";
  default:
    return {};
  }
}

std::string ending(const answer& x) {
  switch (x.ended) {
  case outcome::answered:
    return "answered by " + x.route;
  case outcome::degraded:
    return "degraded to " + (x.degraded ? x.degraded->kind : std::string{});
  default:
    return std::string{to_string(x.ended)};
  }
}

} // namespace

std::string story_of(const answer& x) {
  auto out = fmt::format("{} in {:.0f} ms", ending(x), in_ms(x.latency));
  std::string_view joint = ": ";
  for (const auto& entry : x.steps) {
    auto said = clause(entry);
    if (said.empty())
      continue;
    out += joint;
    out += said;
    joint = " → ";
  }
  return out;
}

std::string facts_of(const answer& x) {
  return fmt::format(
      "id={} task={} outcome={} route={} attempts={} retries={} fallback={} hedged={} "
      "repaired={} degraded={} code={} latency_ms={:.3f} overhead_ms={:.3f} cost_usd={}",
      x.id, x.task, to_string(x.ended), x.route.empty() ? "-" : x.route, x.attempts, x.retries,
      x.fallback, x.hedged, x.repaired, x.degraded ? x.degraded->kind : "-",
      x.problem ? to_string(x.problem->code) : "-", in_ms(x.latency), in_ms(x.overhead),
      plain_decimal(x.cost));
}

} // namespace hedgerow
