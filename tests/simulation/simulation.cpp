// The real engine and its real actors in virtual time, in worlds that are drawn from seeds: every
// run has to hold what the engine promises (design.md).
//
//   simulation COUNT [FIRST]     plays COUNT seeds, from FIRST on (default 1)
//
// A seed that breaks a promise prints itself, and `simulation 1 SEED` plays it alone, with the
// trails of the requests that it is about.

#include "tests/simulation/setting.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <map>
#include <set>

using namespace hedgerow;
using namespace hedgerow::test;
using namespace std::chrono_literals;

namespace {

/// What a run had in it, so that a simulation in which nothing happens is noticed.
struct sights {
  std::map<std::string, std::size_t> seen;

  void add(const std::string& what, std::size_t times = 1) { seen[what] += times; }
};

class run {
public:
  explicit run(std::uint64_t seed) : dice_{seed}, began_{world_.now()} {
    world_.options.seed = seed;
    const auto climates = draw_policy(dice_, world_, horizon);
    for (std::size_t i = 0; i < climates.size(); ++i)
      world_.models[i].second->improvise = [this, climate = climates[i]](const model_call& x) {
        return draw_act(dice_, climate, climate.at(passed()), x, world_.job().must != nullptr);
      };
  }

  std::vector<std::string> play() {
    const auto pace = dice_.time(50ms, 3s);
    auto next = dice_.wait(pace);
    for (int i = 0; i < calls_max && next < horizon; ++i, next += dice_.wait(pace))
      plan(next, [this] { call(); });
    if (dice_.chance(0.2))
      plan(dice_.time(0ms, horizon), [this] { reload(); });
    if (dice_.chance(0.2))
      plan(dice_.time(0ms, horizon), [this] { world_.sleep(dice_.time(1ms, 20s)); });
    while (!events_.empty()) {
      const auto [at, what] = *events_.begin();
      events_.erase(events_.begin());
      world_.advance(std::max(at - passed(), 0ms));
      what();
    }
    world_.settle();
    if (dice_.chance(0.1))
      world_.advance(std::chrono::hours{1});
    recover();
    auto broken = world_.broken_promises();
    check_budgets(broken);
    return broken;
  }

  void look(sights& into) const {
    for (const auto& x : world_.records) {
      into.add(std::string{to_string(x.facts.ended)});
      for (const auto& y : x.facts.steps) {
        if (y.event == trail_event::attempt_started)
          into.add(std::string{to_string(*y.kind)});
        else if (y.event == trail_event::rung_skipped)
          into.add("skipped: " + y.reason);
        else if (y.event == trail_event::verdict && y.route == "guard")
          into.add("screened: " + y.reason.substr(y.reason.find(' ') + 1));
        else if (y.event == trail_event::latched)
          into.add("latched");
      }
      if (!x.facts.resumed.empty())
        into.add("resumed: " + std::string{x.facts.resumed});
    }
    for (const auto& x : world_.moves)
      into.add("breaker: " + x.what.reason);
  }

  /// The stories of the requests that are named in `broken`.
  void tell(const std::vector<std::string>& broken, std::ostream& out) const {
    for (std::size_t i = 0; i < world_.moves.size(); ++i)
      out << "  " << std::chrono::duration_cast<milliseconds>(world_.moved_at[i] - began_).count()
          << " ms: " << world_.moves[i].route << ' ' << to_string(world_.moves[i].what.traffic)
          << ' ' << to_string(world_.moves[i].what.from) << " → "
          << to_string(world_.moves[i].what.to) << ", " << world_.moves[i].what.reason << '\n';
    for (const auto& x : world_.records) {
      const auto is_about = [&](const std::string& y) { return y.starts_with(x.about->id + ':'); };
      if (std::ranges::none_of(broken, is_about))
        continue;
      out << "  " << x.about->id << ", deadline " << x.about->deadline.count() << " ms\n";
      for (const auto& y : x.facts.steps)
        out << "    " << y.at.count() / 1000 << " ms  " << lines({y}).front() << "  " << y.reason
            << '\n';
    }
  }

private:
  static constexpr milliseconds horizon = 120s;
  static constexpr int calls_max = 80;

  milliseconds passed() { return std::chrono::duration_cast<milliseconds>(world_.now() - began_); }

  void plan(milliseconds at, std::function<void()> what) { events_.emplace(at, std::move(what)); }

  void call() {
    request x;
    message said;
    const auto long_one = dice_.chance(0.2);
    said.parts.push_back(
        {.text =
             std::string(static_cast<std::size_t>(dice_.whole(1, long_one ? 20'000 : 400)), 'x')});
    x.ask.messages.push_back(std::move(said));
    if (dice_.chance(0.2))
      x.deadline = dice_.time(1ms, 4s);
    if (dice_.chance(0.2))
      x.ask.params.max_tokens = dice_.whole(1, 500);
    const auto asked =
        dice_.chance(0.4) ? world_.submit_streamed(std::move(x)) : world_.submit(std::move(x));
    if (dice_.chance(0.08))
      plan(passed() + dice_.wait(300ms), [asked] { asked->handle.abandon(); });
  }

  /// Another policy for the same routes, in which one may be switched off.
  void reload() {
    auto next = world_.plan;
    auto& some =
        std::next(next.routes.begin(), dice_.whole(0, std::ssize(next.routes) - 1))->second;
    some.config.enabled = dice_.chance(0.5);
    has_switched_off_ = !some.config.enabled;
    some.config.limits = {};
    world_.works().replace(std::move(next));
  }

  /// When all is fine again and has been for a while, a request finds a route: nothing was leaked.
  void recover() {
    world_.advance(std::chrono::minutes{20});
    const auto& job = world_.job();
    if (job.budget.tokens || job.budget.cost || job.deadline < 4s || job.screen
        || has_switched_off_)
      return;
    const auto asked = world_.play();
    if (asked->answers.size() == 1 && asked->got().attempts == 0)
      leaked_.push_back(asked->id + ": no route took it although all is fine");
  }

  /// What was spent passes a budget by no more than the error of an input's estimate, which the
  /// providers of these worlds keep below a third; two calls may be beside each other.
  void check_budgets(std::vector<std::string>& broken) const {
    broken.insert(broken.end(), leaked_.begin(), leaked_.end());
    for (const auto& x : world_.records) {
      const auto& most = x.about->of->budget;
      const auto error = 2 * 0.6 * static_cast<double>(x.about->facts.estimated_input);
      const auto spent = static_cast<double>(x.facts.usage.input + x.facts.usage.output);
      if (most.tokens && spent > static_cast<double>(*most.tokens) + error)
        broken.push_back(x.about->id + ": spent more tokens than its budget");
      constexpr auto dearest_input = 10 / 1e6;
      if (most.cost && x.facts.cost > *most.cost + error * dearest_input)
        broken.push_back(x.about->id + ": spent more money than its budget");
    }
  }

  dice dice_;
  world world_;
  time_point began_;
  std::multimap<milliseconds, std::function<void()>> events_;
  bool has_switched_off_ = false;
  std::vector<std::string> leaked_;
};

std::uint64_t number_of(std::string_view text) {
  std::uint64_t out = 0;
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out;
}

/// What any thousand seeds have in them.
const std::vector<std::string> expected{"answered",
                                        "degraded",
                                        "blocked",
                                        "rejected",
                                        "failed",
                                        "cancelled",
                                        "primary",
                                        "retry",
                                        "hedge",
                                        "fallback",
                                        "reask",
                                        "stronger",
                                        "longer_context",
                                        "probe",
                                        "latched",
                                        "screened: safe",
                                        "screened: unsafe: S1",
                                        "skipped: breaker",
                                        "skipped: budget",
                                        "skipped: context",
                                        "skipped: disabled",
                                        "skipped: fitness",
                                        "skipped: limit",
                                        "resumed: prefix",
                                        "breaker: consecutive",
                                        "breaker: correlated",
                                        "breaker: auth",
                                        "breaker: quota",
                                        "breaker: probes"};

} // namespace

int main(int argc, char** argv) {
  const std::vector<std::string_view> words(argv + 1, argv + argc);
  const auto count = words.empty() ? 0 : number_of(words[0]);
  const auto first = words.size() > 1 ? number_of(words[1]) : 1;
  if (count == 0 || words.size() > 2) {
    std::cerr << "usage: simulation COUNT [FIRST]\n";
    return 2;
  }
  // Each crash is told there.
  if (std::freopen("/dev/null", "w", stderr) == nullptr)
    return EXIT_FAILURE;
  sights seen;
  for (auto seed = first; seed < first + count; ++seed) {
    run one{seed};
    const auto broken = one.play();
    one.look(seen);
    if (broken.empty())
      continue;
    std::cout << "seed " << seed << " breaks a promise (simulation 1 " << seed
              << " plays it alone):\n";
    for (const auto& x : broken)
      std::cout << "  " << x << '\n';
    one.tell(broken, std::cout);
    return EXIT_FAILURE;
  }
  std::cout << count << " seeds hold what is promised, from " << first << " on. Seen in them:";
  for (const auto& [what, times] : seen.seen)
    std::cout << ' ' << what << ' ' << times << ';';
  std::cout << '\n';
  if (count >= 1000)
    for (const auto& x : expected)
      if (!seen.seen.contains(x)) {
        std::cout << "never seen: " << x << '\n';
        return EXIT_FAILURE;
      }
  return EXIT_SUCCESS;
}
