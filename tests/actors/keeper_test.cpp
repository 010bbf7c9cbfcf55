// What happens when actors die, and when the policy changes.

#include "actors/keeper.hpp"

#include "actors/admission.hpp"
#include "actors/supervisor.hpp"
#include "tests/actors/world.hpp"

#include <catch2/catch.hpp>

using namespace hedgerow;
using namespace hedgerow::test;
using namespace std::chrono_literals;

namespace {

/// The cast of an engine within reach: what `engine` does, and the handles it hides.
class troupe : public world {
public:
  ~troupe() {
    if (on->load())
      for (const auto& [name, x] : on->load()->routes)
        caf::anon_send_exit(x, caf::exit_reason::kill);
  }

  const cast& now_playing() {
    if (!on->load()) {
      cast_options with{.seed = 1, .lanes = 1, .sinks = options.sinks};
      on->store(assemble(system, std::make_shared<const policy>(plan), with, nullptr));
      watch = spawn(keeper, on, with);
      run();
    }
    return *on->load();
  }

  submission_ptr send() {
    now_playing();
    auto actors = on->load();
    auto out = std::make_shared<submission>();
    submissions.push_back(out);
    out->id = "r" + std::to_string(submissions.size());
    out->began = now();
    request x{.id = out->id, .task = "t"};
    x.ask.messages.push_back({.parts = {{.text = "hello"}}});
    auto about = *admit(std::move(x), actors->rules);
    out->deadline = about->deadline;
    auto done = [this, out](answer got) {
      out->answered_at = now();
      out->answers.push_back(std::move(got));
    };
    spawn(supervisor, supervisor_job{about, actors, done, submissions.size(), 1,
                                     std::make_shared<presence>(present)});
    run();
    return out;
  }

  void kill(const auto& whom) {
    caf::anon_send_exit(whom, caf::exit_reason::kill);
    run();
  }

  std::shared_ptr<stage> on = std::make_shared<stage>();
  std::shared_ptr<std::atomic<std::size_t>> present = std::make_shared<std::atomic<std::size_t>>(0);
  keeper_actor watch;
};

} // namespace

TEST_CASE_METHOD(troupe,
                 "a route that dies with calls in flight is replaced and nobody waits for it",
                 "[keeper]") {
  auto a = add("a", {silent()});
  add_message();
  auto asked = send();
  auto before = now_playing().routes.at("a");
  kill(before);
  CHECK(now_playing().routes.at("a") != before);
  CHECK(a->under_way() == 0);
  // Its replies died with it: the deadline answers.
  advance(4s);
  CHECK(asked->got().ended == outcome::degraded);
  auto next = send();
  settle();
  CHECK(next->got().ended == outcome::answered);
  CHECK(*present == 0);
  CHECK(broken_promises().empty());
}

TEST_CASE_METHOD(troupe, "a request that only knows a dead route goes on to the next rung",
                 "[keeper]") {
  auto a = add("a", {});
  add("b", {says("from b")});
  now_playing();
  auto old = on->load();
  kill(old->routes.at("a"));
  // A request that was admitted just before.
  auto fresh = on->load();
  on->store(old);
  auto asked = send();
  on->store(fresh);
  settle();
  CHECK(asked->got().route == "b");
  CHECK(asked->got().latency == 10ms);
  CHECK(a->calls.empty());
}

TEST_CASE_METHOD(troupe, "a validator that dies is replaced, also for the routes", "[keeper]") {
  add("a", {});
  auto before = now_playing().validators.at(0);
  kill(before);
  CHECK(now_playing().validators.at(0) != before);
  auto asked = send();
  settle();
  CHECK(asked->got().ended == outcome::answered);
  CHECK(asked->got().attempts == 1);
  CHECK(broken_promises().empty());
}

TEST_CASE_METHOD(troupe,
                 "an output that nobody is left to judge is a failed attempt, and nobody hangs",
                 "[keeper]") {
  auto a = add("a", {says("never judged")});
  add("b", {says("from b")});
  now_playing();
  auto first = send();
  // The validator dies at the same moment as the output comes, before the routes hear of it.
  caf::anon_send_exit(watch, caf::exit_reason::kill);
  kill(now_playing().validators.at(0));
  settle();
  CHECK(first->answers.size() == 1);
  CHECK(first->got().ended == outcome::failed); // Nobody can judge any more.
  CHECK(first->took() < 4s);
  CHECK(*present == 0);
}

TEST_CASE_METHOD(troupe, "a degrader that dies is replaced", "[keeper]") {
  add("a", {})->otherwise = fails(failure_class::quota);
  add_message();
  auto before = now_playing().degraders.at(0);
  auto waiting = send();
  kill(before);
  CHECK(now_playing().degraders.at(0) != before);
  auto asked = send();
  settle();
  CHECK(asked->got().ended == outcome::degraded);
  // The one that knew only the dead one is answered, too.
  CHECK(waiting->got().ended == outcome::failed);
  CHECK(*present == 0);
}

TEST_CASE_METHOD(troupe, "a recorder that dies is replaced, also for the routes", "[keeper]") {
  auto a = add("a", {});
  config("a").breaker.consecutive = 1;
  a->script = {says("ok"), fails(failure_class::transport)};
  job().retry.attempts = 0;
  auto before = now_playing().recorder;
  kill(before);
  CHECK(now_playing().recorder != before);
  send();
  settle();
  CHECK(records.size() == 1);
  send();
  settle();
  CHECK(records.size() == 2);
  CHECK(moves.size() == 1);
}

TEST_CASE_METHOD(troupe, "a task that dies is replaced, and hedges go on", "[keeper]") {
  job().hedge = hedge_policy{.fixed = 100ms};
  add("a", {silent()});
  add("b", {says("from b")});
  auto before = now_playing().tasks.at("t");
  kill(before);
  CHECK(now_playing().tasks.at("t") != before);
  auto asked = send();
  settle();
  CHECK(asked->got().hedged);
  CHECK(broken_promises().empty());
}

TEST_CASE_METHOD(troupe, "a request whose task died is answered without a hedge", "[keeper]") {
  job().hedge = hedge_policy{.fixed = 100ms};
  add("a", {says("late", 500ms)});
  auto b = add("b", {});
  auto asked = send();
  kill(now_playing().tasks.at("t"));
  settle();
  CHECK(asked->got().route == "a");
  CHECK(b->calls.empty());
  CHECK(broken_promises().empty());
}

TEST_CASE_METHOD(troupe, "who dies again is replaced again", "[keeper]") {
  add("a", {});
  for (int i = 0; i < 5; ++i)
    kill(now_playing().routes.at("a"));
  auto asked = send();
  settle();
  CHECK(asked->got().ended == outcome::answered);
}

TEST_CASE_METHOD(troupe, "a new policy keeps the routes and tasks that are the same", "[keeper]") {
  add("a", {});
  add("b", {});
  add("c", {});
  auto before = now_playing();
  auto next = plan;
  next.routes.at("a").config.timeout.total = 1s;
  next.routes.at("b").config.model = "b-2";
  next.routes.erase("c");
  next.tasks.at("t").ladder.pop_back();
  next.tasks.at("t").deadline = 1s;
  tell(watch, new_policy{std::make_shared<const policy>(next)});
  run();
  const auto& after = now_playing();
  CHECK(after.routes.at("a") == before.routes.at("a"));
  CHECK(after.routes.at("b") != before.routes.at("b"));
  CHECK_FALSE(after.routes.contains("c"));
  CHECK(after.tasks.at("t") == before.tasks.at("t"));
  CHECK(after.validators == before.validators);
  CHECK(after.recorder == before.recorder);

  next.tasks.at("t").hedge = hedge_policy{.max_extra = 0.5};
  next.tasks["u"] = next.tasks.at("t");
  next.tasks["u"].name = "u";
  tell(watch, new_policy{std::make_shared<const policy>(next)});
  run();
  CHECK(now_playing().tasks.at("t") == before.tasks.at("t"));
  CHECK(now_playing().tasks.at("u") != before.tasks.at("t"));
}

TEST_CASE_METHOD(troupe, "a removed route goes when nobody needs it any more, and stays gone",
                 "[keeper]") {
  auto a = add("a", {says("slow", 500ms)});
  add("b", {});
  auto asked = send();
  caf::actor_addr gone = now_playing().routes.at("a").address();
  auto next = plan;
  next.routes.erase("a");
  next.tasks.at("t").ladder.erase(next.tasks.at("t").ladder.begin());
  tell(watch, new_policy{std::make_shared<const policy>(next)});
  run();
  settle();
  CHECK(asked->got().route == "a");
  CHECK_FALSE(caf::actor_cast<caf::strong_actor_ptr>(gone));
  CHECK_FALSE(now_playing().routes.contains("a"));
}
