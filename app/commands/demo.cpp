#include "app/commands/demo.hpp"

#include "app/commands/demo_stage.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <csignal>
#include <exception>
#include <iostream>

namespace hedgerow {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

/// One stretch of the day: what the providers do, and what to look at.
struct scene {
  std::string_view title;
  std::string_view expect;
  milliseconds lasts;
  void (*weather)(demo_stage&);
};

/// What models do to JSON: a fence, a bare name, single quotes, a word in capitals, a comma too
/// many.
constexpr std::string_view careless_answer = R"(Here is the classification:
```json
{category: 'Billing', "urgency": "medium", "summary": "Charged twice.", "needsHumanReview": "false",}
```)";

simulated::behaviour good(milliseconds median) {
  return simulated::answers(std::string{demo_ticket_answer}, simulated::lognormal(median, 0.25));
}

void all_well(demo_stage& x) {
  x.set("compact", good(40ms));
  x.set("backup", good(55ms));
  x.set("large", good(90ms));
}

const scene day[] = {
    {"1  A good day", "the primary route, 'compact', answers", 2500ms, all_well},
    {"2  The primary gets slow",
     "after 150 ms 'backup' is asked as well; the first valid answer wins", 3000ms,
     [](demo_stage& x) {
       x.set("compact",
             simulated::answers(std::string{demo_ticket_answer}, simulated::fixed(900ms)));
     }},
    {"3  The primary says 429, try again in 2 s", "that is too long to wait: 'backup' answers",
     2500ms,
     [](demo_stage& x) {
       x.set("compact", simulated::fails(429, "rate_limit_exceeded", {{"retry-after", "2"}}));
     }},
    {"4  The primary is down", "its breaker opens, so nobody waits for it; 'backup' serves", 3000ms,
     [](demo_stage& x) { x.set("compact", simulated::fails(503)); }},
    {"5  The primary is back, but careless with its JSON",
     "what can be mended without inventing anything is, for nothing, and said", 2500ms,
     [](demo_stage& x) {
       x.set("compact", simulated::answers(std::string{careless_answer}, simulated::fixed(40ms)));
     }},
    {"6  It talks instead of giving JSON",
     "it is asked again, with what was wrong; when that does not help, the stronger model", 3000ms,
     [](demo_stage& x) {
       x.set("compact", simulated::answers("Sure! This looks like a billing question to me.",
                                           simulated::fixed(40ms)));
     }},
    {"7  Everything is down", "rules that a person wrote answer, and the answer says so", 3000ms,
     [](demo_stage& x) {
       for (const auto* model : {"compact", "backup", "large"})
         x.set(model, simulated::fails(503));
     }},
    {"8  Recovery", "probes find out, the breakers close, the primary is used again", 7000ms,
     all_well},
};

/// Lets requests arrive at an even pace, whatever becomes of them, until the scene is over.
asio::awaitable<void> play(demo_stage& stage, const scene& now) {
  stage.begin_scene(now.title);
  std::cout << fmt::format("\n{}: {}\n", bold(now.title), now.expect) << std::flush;
  now.weather(stage);
  asio::steady_timer pace{stage.context()};
  auto next = std::chrono::steady_clock::now();
  for (auto until = next + now.lasts; next < until; next += 100ms) {
    pace.expires_at(next);
    co_await pace.async_wait(asio::use_awaitable);
    stage.ask();
  }
}

asio::awaitable<void> play_all(demo_stage& stage, bool keep_serving) {
  asio::steady_timer pause{stage.context()};
  for (const auto& now : day)
    co_await play(stage, now);
  while (!stage.all_answered()) {
    pause.expires_after(10ms);
    co_await pause.async_wait(asio::use_awaitable);
  }
  stage.print_table();
  if (!keep_serving)
    co_return;
  std::cout << "\nStill up, until Ctrl-C. Try:\n"
            << "  curl -s " << stage.address() << "/v1/tasks/support_triage?trail=1 \\\n"
            << "    -d '{\"input\": \"I was charged twice for my invoice.\"}'\n"
            << std::flush;
  asio::signal_set stop{stage.context(), SIGINT, SIGTERM};
  co_await stop.async_wait(asio::use_awaitable);
}

} // namespace

int demo(bool keep_serving) {
  demo_stage stage;
  std::cout
      << "A gateway on " << stage.address() << " over three simulated providers, no keys needed.\n"
      << "Ten support tickets a second are to be classified, each within 2 s, as JSON that fits\n"
      << "a schema. The ladder: compact, backup (equivalent), large (stronger), then rules.\n";
  auto show = play_all(stage, keep_serving);
  std::exception_ptr broken;
  asio::co_spawn(stage.context(), std::move(show), [&](std::exception_ptr x) {
    broken = x;
    stage.context().stop();
  });
  auto open = asio::make_work_guard(stage.context());
  stage.context().run();
  if (broken)
    std::rethrow_exception(broken);
  return stage.lost() == 0 ? 0 : 1;
}

} // namespace hedgerow
