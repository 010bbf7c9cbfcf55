#include "actors/route.hpp"

#include "actors/validator.hpp"
#include "tests/actors/world.hpp"

#include <catch2/catch.hpp>

using namespace hedgerow;
using namespace hedgerow::test;
using namespace std::chrono_literals;

namespace {

/// What a supervisor would see of one attempt.
struct seen {
  std::vector<attempt_underway> underway;
  std::vector<attempt_over> over;
  caf::error lost;

  template <class T>
  const T& as() const {
    REQUIRE(over.size() == 1);
    REQUIRE(std::holds_alternative<T>(over[0].how));
    return std::get<T>(over[0].how);
  }
};

using seen_ptr = std::shared_ptr<seen>;

/// A single route, and supervisors that ask it.
class one_route : public deterministic {
public:
  model_ptr model = std::make_shared<scripted_model>(*this, std::vector<act>{});
  route_setup setup = route_to("a", model->call());
  std::vector<breaker_moved> moves;
  task of{.name = "t"};
  route_actor actor;

  route_actor& open() {
    if (!actor) {
      auto recorder = stub<recorder_actor>([](const record&) {},
                                           [this](const breaker_moved& x) { moves.push_back(x); });
      route_surroundings around{{spawn(validator)}, recorder, std::make_shared<route_board>()};
      actor = spawn(route, setup, around, std::uint64_t{1});
    }
    return actor;
  }

  /// Starts an attempt, as a supervisor does.
  seen_ptr start(attempt_id id, attempt_kind kind = attempt_kind::primary) {
    auto about = std::make_shared<question>();
    about->of = &of;
    about->facts.traffic = traffic_class::short_whole;
    auto out = std::make_shared<seen>();
    spawn([=, whom = open()](supervisor_actor::pointer self) -> supervisor_actor::behavior_type {
      self->request(whom, 60s, attempt{id, kind, about})
          .then([out](attempt_over& x) { out->over.push_back(std::move(x)); },
                [out](const caf::error& x) { out->lost = x; });
      return {[out](const attempt_underway& x) { out->underway.push_back(x); },
              [](const attempt_piece&) {}, [](const abandon&) {}, [](const wake&) {}};
    });
    run();
    return out;
  }

  seen_ptr play(attempt_id id, attempt_kind kind = attempt_kind::primary) {
    auto out = start(id, kind);
    advance(1s);
    return out;
  }

  route_status status() {
    auto reply = ask<route_status>(open(), get_status{});
    run();
    REQUIRE(reply->answer);
    return *reply->answer;
  }

  breaker_state state() {
    return status().breakers[static_cast<std::size_t>(traffic_class::short_whole)];
  }
};

} // namespace

TEST_CASE_METHOD(one_route, "a route says that an attempt is under way, then how it was judged",
                 "[route]") {
  model->script = {says("hello", 50ms)};
  auto x = start(1);
  CHECK(x->underway.size() == 1);
  CHECK(x->over.empty());
  CHECK(status().in_flight == 1);
  advance(50ms);
  CHECK(x->as<attempt_judged>().said.kind == verdict_kind::valid);
  CHECK(x->over[0].output.text == "hello");
  CHECK(x->over[0].status == 200);
  CHECK(status().in_flight == 0);
}

TEST_CASE_METHOD(one_route, "a failure comes back with its class and status", "[route]") {
  model->script = {fails({.kind = failure_class::transport, .reason = "busy", .status = 503})};
  auto x = play(1);
  CHECK(x->as<failure>().reason == "busy");
  CHECK(x->over[0].status == 503);
  CHECK(status().in_flight == 0);
}

TEST_CASE_METHOD(one_route, "a cancelled attempt is stopped, replies, and leaves no permit behind",
                 "[route]") {
  model->script = {silent()};
  auto x = start(1);
  advance(100ms);
  tell(actor, cancel{1});
  run();
  x->as<cancelled>();
  CHECK(model->calls.at(0).stops == 1);
  CHECK(status().in_flight == 0);
}

TEST_CASE_METHOD(one_route, "cancelling what is not there is harmless", "[route]") {
  model->script = {says("ok")};
  auto x = play(1);
  tell(open(), cancel{1});
  tell(open(), cancel{99});
  run();
  CHECK(x->over.size() == 1);
  CHECK(model->calls.at(0).stops == 0);
}

TEST_CASE_METHOD(one_route, "the breaker opens, refuses, probes after its cool-down and closes",
                 "[route][breaker]") {
  setup.config.breaker.consecutive = 3;
  setup.config.breaker.cooldown = 5s;
  setup.config.breaker.probes = 2;
  model->script = std::vector<act>(3, fails(failure_class::transport));
  attempt_id id = 0;
  for (int i = 0; i < 3; ++i)
    play(++id)->as<failure>();
  CHECK(state() == breaker_state::open);
  auto refused = play(++id);
  CHECK(refused->as<attempt_refused>().why == "breaker");
  CHECK(refused->as<attempt_refused>().retry_in);
  CHECK(refused->underway.empty());
  CHECK(model->calls.size() == 3);

  advance(5s);
  CHECK(state() == breaker_state::half_open);
  CHECK(play(++id, attempt_kind::hedge)->as<attempt_refused>().why == "breaker");
  for (int i = 0; i < 2; ++i) {
    auto probe = play(++id);
    CHECK(probe->underway.at(0).how.probe);
    probe->as<attempt_judged>();
  }
  CHECK(state() == breaker_state::closed);
  CHECK_FALSE(play(++id)->underway.at(0).how.probe);

  REQUIRE(moves.size() == 2);
  CHECK(moves[0].route == "a");
  CHECK(moves[0].what.to == breaker_state::open);
  CHECK(moves[0].what.reason == "consecutive");
  CHECK(moves[1].what.to == breaker_state::closed);
  CHECK(status().in_flight == 0);
}

TEST_CASE_METHOD(one_route, "a failed probe opens the breaker again", "[route][breaker]") {
  setup.config.breaker.consecutive = 1;
  model->otherwise = fails(failure_class::transport);
  play(1);
  advance(8s);
  CHECK(state() == breaker_state::half_open);
  play(2)->as<failure>();
  CHECK(state() == breaker_state::open);
  CHECK(moves.size() == 2);
}

TEST_CASE_METHOD(one_route, "no more probes than allowed run at once", "[route][breaker]") {
  setup.config.breaker.consecutive = 1;
  setup.config.breaker.probes = 2;
  model->script = {fails(failure_class::transport)};
  model->otherwise = says("ok", 500ms);
  play(1);
  advance(8s);
  auto first = start(2);
  auto second = start(3);
  auto third = start(4);
  CHECK(first->underway.size() == 1);
  CHECK(second->underway.size() == 1);
  CHECK(third->as<attempt_refused>().why == "breaker");
}

TEST_CASE_METHOD(one_route, "the caller's mistakes and broken contracts do not move the breaker",
                 "[route][breaker]") {
  auto kind = GENERATE(failure_class::invalid_request, failure_class::policy,
                       failure_class::capability, failure_class::contract);
  setup.config.breaker.consecutive = 2;
  model->otherwise = fails(kind);
  for (attempt_id id = 1; id <= 30; ++id)
    play(id)->as<failure>();
  CHECK(state() == breaker_state::closed);
  CHECK(moves.empty());
}

TEST_CASE_METHOD(one_route, "cancelled calls do not move the breaker", "[route][breaker]") {
  setup.config.breaker.consecutive = 2;
  model->otherwise = silent();
  for (attempt_id id = 1; id <= 30; ++id) {
    auto x = start(id);
    tell(actor, cancel{id});
    run();
    x->as<cancelled>();
  }
  CHECK(state() == breaker_state::closed);
  CHECK(moves.empty());
}

TEST_CASE_METHOD(one_route, "a cancelled call between two failures says nothing",
                 "[route][breaker]") {
  setup.config.breaker.consecutive = 2;
  model->script = {fails(failure_class::transport), silent(), fails(failure_class::transport)};
  play(1);
  start(2);
  tell(actor, cancel{2});
  play(3);
  CHECK(state() == breaker_state::open);
}

TEST_CASE_METHOD(one_route, "a failure of the whole route opens all its breakers",
                 "[route][breaker]") {
  setup.config.breaker.consecutive = 1;
  auto scope = GENERATE(failure_scope::traffic_class, failure_scope::route);
  model->script = {fails({.kind = failure_class::transport, .scope = scope})};
  play(1);
  CHECK(moves.size() == (scope == failure_scope::route ? traffic_classes : 1));
}

TEST_CASE_METHOD(one_route, "quota and auth take the route out of use at once",
                 "[route][breaker]") {
  auto kind = GENERATE(failure_class::quota, failure_class::auth);
  model->script = {fails(kind)};
  play(1);
  CHECK(state() == breaker_state::open);
  CHECK(moves.size() == traffic_classes);
  play(2)->as<attempt_refused>();
}

TEST_CASE_METHOD(one_route, "a rate limit blocks the route until its hint", "[route]") {
  model->script = {fails({.kind = failure_class::rate_limit, .status = 429, .retry_after = 3s})};
  auto x = start(1);
  advance(10ms);
  x->as<failure>();
  auto refused = start(2);
  CHECK(refused->as<attempt_refused>().why == "limit");
  CHECK(refused->as<attempt_refused>().retry_in == 3s);
  advance(3s);
  play(3)->as<attempt_judged>();
  CHECK(moves.empty());
}

TEST_CASE_METHOD(one_route, "retries are refused when the route's retry budget is used up",
                 "[route]") {
  int granted = 0;
  for (attempt_id id = 1; id <= 20; ++id) {
    auto x = start(id, attempt_kind::retry);
    granted += x->over.empty();
  }
  CHECK(granted == 10);
  CHECK(start(21, attempt_kind::retry)->as<attempt_refused>().why == "retry_budget");
  CHECK(start(22)->over.empty());
}

TEST_CASE_METHOD(one_route, "a disabled route refuses", "[route]") {
  setup.config.enabled = false;
  CHECK(start(1)->as<attempt_refused>().why == "disabled");
}

TEST_CASE_METHOD(one_route, "a route knows its latencies once it has data", "[route]") {
  of.hedge = hedge_policy{.quantile = 0.5};
  model->otherwise = says("ok", 100ms);
  CHECK_FALSE(play(1)->underway.at(0).how.hedge_after);
  for (attempt_id id = 2; id <= 25; ++id)
    start(id), advance(100ms);
  auto how = start(26)->underway.at(0).how;
  REQUIRE(how.hedge_after);
  CHECK(how.hedge_after->count() == Approx(100).epsilon(0.03));
  REQUIRE(how.p95);
  CHECK(how.p95->count() == Approx(100).epsilon(0.03));
}

TEST_CASE_METHOD(one_route, "a route that is told to exit stops its calls, answers, then goes",
                 "[route]") {
  auto late = says("too late", 300ms);
  late.deaf = true;
  model->script = {silent(), late};
  auto first = start(1);
  auto second = start(2);
  caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
  run();
  first->as<cancelled>();
  CHECK(second->over.empty());
  // It is still there: what is under way is waited for, and nothing new is let in.
  CHECK(start(3)->as<attempt_refused>().why == "disabled");
  advance(300ms);
  CHECK(second->over.size() == 1);
  CHECK(start(4)->lost == caf::sec::request_receiver_down);
}

TEST_CASE_METHOD(one_route, "a route that is killed stops its calls", "[route]") {
  model->script = {silent()};
  start(1);
  caf::anon_send_exit(actor, caf::exit_reason::kill);
  run();
  CHECK(model->calls.at(0).stops == 1);
  CHECK(model->under_way() == 0);
}

TEST_CASE_METHOD(one_route, "a reconfigured route keeps what it remembers", "[route]") {
  setup.config.breaker.consecutive = 1;
  model->script = {fails(failure_class::transport)};
  play(1);
  CHECK(state() == breaker_state::open);
  auto other = std::make_shared<scripted_model>(*this, std::vector<act>{});
  auto changed = setup;
  changed.call = other->call();
  tell(actor,
       reconfigure{changed,
                   {{spawn(validator)},
                    stub<recorder_actor>([](const record&) {}, [](const breaker_moved&) {})}});
  CHECK(state() == breaker_state::open);
  advance(10s);
  play(2)->as<attempt_judged>();
  CHECK(other->calls.size() == 1);
  CHECK(model->calls.size() == 1);
}

TEST_CASE_METHOD(one_route, "a route can be taken out of use by its configuration", "[route]") {
  open();
  setup.config.enabled = false;
  auto recorder = stub<recorder_actor>([](const record&) {}, [](const breaker_moved&) {});
  tell(actor, reconfigure{setup, {{spawn(validator)}, recorder}});
  CHECK(start(1)->as<attempt_refused>().why == "disabled");
}
