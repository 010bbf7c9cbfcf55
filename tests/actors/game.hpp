#pragma once

#include "actors/ladder.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

/// A ladder that is played by hand: events in, its steps out as lines of text.
namespace hedgerow::test {

using told = std::vector<std::string>;

inline std::string line(const screen_input&) { return "screen"; }
inline std::string line(const start_attempt& x) {
  return "start " + std::to_string(x.rung) + " " + std::string{to_string(x.kind)};
}
inline std::string line(const cancel_attempt& x) { return "cancel " + std::to_string(x.attempt); }
inline std::string line(const ask_for_hedge&) { return "ask"; }
inline std::string line(const degrade_to& x) { return "degrade " + std::to_string(x.rung); }
inline std::string line(const answer_with& x) { return "answer " + std::to_string(x.attempt); }

inline told lines(const steps& all) {
  told out;
  for (const auto& x : all)
    out.push_back(std::visit([](const auto& y) { return line(y); }, x));
  return out;
}

inline failure failed(failure_class kind) { return {.kind = kind, .reason = "as scripted"}; }

inline failure limited(milliseconds hint) {
  return {.kind = failure_class::rate_limit,
          .reason = "as scripted",
          .status = 429,
          .retry_after = hint,
          .hint = "retry-after"};
}

inline attempt_end judged(verdict_kind kind) {
  attempt_judged out{{.input = 1000, .output = 100}, {.kind = kind}};
  if (kind == verdict_kind::invalid)
    out.said.violations.push_back({.pointer = "/ok", .keyword = "required"});
  if (kind == verdict_kind::blocked)
    out.said.reason = "withheld";
  return out;
}

inline const auto valid = judged(verdict_kind::valid);
inline const auto invalid = judged(verdict_kind::invalid);
inline const auto blocked = judged(verdict_kind::blocked);

/// One request, played by hand. Time is that of the request, from 0.
class game {
public:
  policy rules;
  task of;
  request_facts facts;
  std::uint64_t seed = 1;

  game() {
    of.deadline = std::chrono::seconds{4};
    of.repair.reasks = 0; // Most games are about something else.
  }

  game(const game&) = delete; // Its ladder points into it.
  game& operator=(const game&) = delete;

  route_config& add(const std::string& name, rung_role as = rung_role::equivalent) {
    auto& out = rules.routes[name].config;
    out.name = name;
    out.provider.name = name;
    of.ladder.push_back(model_rung{name, as});
    return out;
  }

  void add_message() { of.ladder.push_back(message_rung{"Sorry."}); }

  ladder& play() {
    if (!plan)
      plan.emplace(rules, of, facts, at(milliseconds{0}), of.deadline, seed);
    return *plan;
  }

  told begin() { return lines(play().begin(at(milliseconds{0}))); }
  told end(int attempt, const attempt_end& how, milliseconds when) {
    return lines(play().ended(attempt, how, 0, at(when)));
  }
  told end(int attempt, failure_class why, milliseconds when) {
    return end(attempt, failed(why), when);
  }
  void start(int attempt, milliseconds when, attempt_begun how = {}) {
    CHECK(play().started(attempt, how, at(when)).empty());
  }
  told due(milliseconds when) { return lines(play().due(at(when))); }

  /// The task grants the hedge that was asked for.
  told grant(milliseconds when) { return lines(play().hedge_decided(true, at(when))); }

  /// When the ladder wants to be woken.
  milliseconds next() {
    auto then = play().next_due();
    REQUIRE(then);
    return std::chrono::duration_cast<milliseconds>(*then - at(milliseconds{0}));
  }

  static time_point at(milliseconds when) { return time_point{std::chrono::hours{1}} + when; }

  std::optional<ladder> plan;
};

/// The last entry of `event`.
inline trail_entry last(const ladder& x, trail_event event) {
  auto all = x.history();
  auto i = std::find_if(all.rbegin(), all.rend(), [&](auto& y) { return y.event == event; });
  REQUIRE(i != all.rend());
  return *i;
}

inline int count(const ladder& x, trail_event event) {
  return static_cast<int>(
      std::ranges::count(x.history(), event, [](const trail_entry& y) { return y.event; }));
}

struct two_equivalents : game {
  two_equivalents() {
    add("a");
    add("b");
  }
};

struct hedged : two_equivalents {
  explicit hedged(hedge_policy how = {.fixed = milliseconds{200}}) { of.hedge = how; }
};

/// Attempt 1 on rung 0 is late and attempt 2 on rung 1 runs beside it, from 200 ms on.
struct racing : hedged {
  racing() {
    begin();
    start(1, milliseconds{0});
    CHECK(due(milliseconds{200}) == told{"ask"});
    CHECK(grant(milliseconds{200}) == told{"start 1 hedge"});
    start(2, milliseconds{200});
  }
};

} // namespace hedgerow::test
