#include "app/rehearse/arrivals.hpp"
#include "app/rehearse/play.hpp"
#include "app/rehearse/provider_model.hpp"
#include "app/rehearse/report_json.hpp"
#include "app/rehearse/trace.hpp"

#include "app/config/read.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <string>

using namespace hedgerow;
using namespace std::chrono_literals;

namespace {

scenario scenario_of(const std::string& yaml) {
  auto read = read_scenario(yaml, {}, "s.yaml");
  if (const auto* wrong = std::get_if<std::vector<finding>>(&read)) {
    for (const auto& x : *wrong)
      UNSCOPED_INFO(x.key << ": " << x.message);
    REQUIRE(wrong->empty());
  }
  return std::get<scenario>(std::move(read));
}

/// Its findings, as `key: message`.
std::vector<std::string> wrong_in(const std::string& yaml) {
  auto read = read_scenario(yaml, {}, "s.yaml");
  std::vector<std::string> out;
  if (const auto* wrong = std::get_if<std::vector<finding>>(&read))
    for (const auto& x : *wrong)
      out.push_back(x.key + ": " + x.message);
  return out;
}

/// Three providers in three regions; `hedge` and the like are put into the task.
configuration policy_with(const std::string& more = "") {
  auto read = read_configuration_text(R"(
store: memory
providers:
  a: { kind: openai, base_url: "http://127.0.0.1:1/v1" }
  b: { kind: openai, base_url: "http://127.0.0.1:2/v1" }
  c: { kind: openai, base_url: "http://127.0.0.1:3/v1" }
routes:
  one: { provider: a, model: one, region: east, timeout: { total: 60s }, price: { input: 1, output: 2 } }
  two: { provider: b, model: two, region: west, timeout: { total: 60s } }
  three: { provider: c, model: three, region: north, timeout: { total: 60s } }
contracts:
  ticket: { format: json, schema: { type: object, required: [ok] } }
tasks:
  triage:
    deadline: 60s
    contract: ticket
    ladder:
      - route: one
      - route: two
      - { route: three, as: stronger }
      - { message: "Nothing was lost." }
)" + more,
                                      "p.yaml");
  for (const auto& x : read.findings)
    UNSCOPED_INFO(x.key << ": " << x.message);
  REQUIRE(read.config);
  return std::move(*read.config);
}

played_task only_task(const configuration& policy, const std::string& yaml) {
  const auto played = play(policy, scenario_of(yaml));
  REQUIRE(played.has_value());
  REQUIRE(played->tasks.size() == 1);
  CHECK(played->tasks[0].broken == 0);
  return played->tasks[0];
}

const played_route& route_of(const rehearsal& x, const std::string& name) {
  return *std::ranges::find(x.routes, name, &played_route::name);
}

} // namespace

TEST_CASE("a scenario says what it plays", "[rehearse]") {
  const auto x = scenario_of(R"(
name: Bad day
about: Things go wrong.
lasts: 10m
seed: 7
traffic:
  - { task: triage, rate: 600/m, input_tokens: 50, output_tokens: { median: 20, sigma: 0 }, streamed: 25% }
  - { task: "*", rate: [{ at: 0s, is: 1/s }, { at: 5m, is: 11/s }] }
routes:
  "*": { median: 300ms, sigma: 0.1, tail: { share: 1%, times: 30x } }
  two: { median: 1s, per_output_token: 5ms, first_content: 10% }
events:
  - { from: 1m, to: 2m, on: { region: primary }, fails: rate_limit, after: 5ms, retry_after: 3s, share: 50% }
  - { from: 2m, on: { route: two }, slower: 4x, fades: 30s }
  - { breaks_contract: true, share: 10% }
prices:
  one: { input: 2, output: 4 }
)");
  CHECK(x.name == "Bad day");
  CHECK(x.lasts == 10min);
  CHECK(x.seed == 7);
  REQUIRE(x.traffic.size() == 2);
  CHECK(x.traffic[0].rate.at(0).is == 10);
  CHECK(x.traffic[0].input.median == 50);
  CHECK(x.traffic[0].output.sigma == 0);
  CHECK(x.traffic[0].streamed == 0.25);
  CHECK(x.traffic[1].rate.at(1).at == 5min);
  CHECK(x.paces.at("*").tail_times == 30);
  CHECK(x.paces.at("two").per_output_token == 5ms);
  REQUIRE(x.events.size() == 3);
  const auto& fails = std::get<failing>(x.events[0].does);
  CHECK(fails.as == failure_class::rate_limit);
  CHECK(fails.retry_after == 3s);
  CHECK(x.events[0].share == 0.5);
  CHECK(x.events[0].on.what == event_target::kind::region);
  CHECK(x.events[1].until == 10min);
  CHECK(x.events[1].fades == 30s);
  CHECK(std::get<slowed>(x.events[1].does).times == 4);
  CHECK(std::holds_alternative<breaking_contracts>(x.events[2].does));
  CHECK(x.prices.at("one").output == 4);
}

TEST_CASE("all that is wrong with a scenario is said at once", "[rehearse]") {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"traffic: [{ task: t, rate: 1/s }]", "lasts: is missing"},
      {"lasts: 1m", "traffic: is missing: a scenario says who asks what"},
      {"lasts: 1m\ntraffic: [{ task: t, rate: fast }]",
       "traffic[0].rate: `fast` is not a rate such as 20/s or 600/m, of at most 100000/s"},
      {"lasts: 1m\ntraffic: [{ task: t }]", "traffic[0].rate: needs either `rate` or `trace`"},
      {"lasts: 1m\ntraffic: [{ rate: 1/s }]",
       "traffic[0].task: is missing: the name of a task, or \"*\" for each"},
      {"lasts: 1m\ntraffic: [{ task: t, trace: nowhere.csv }]",
       "traffic[0].trace: `nowhere.csv` cannot be read"},
      {"lasts: 1m\ntraffic: [{ task: t, rate: [{ at: 2m, is: 1/s }, { at: 1m, is: 2/s }] }]",
       "traffic[0].rate[1].at: has to come after the point before it"},
      {"lasts: 1m\ntraffic: [{ task: t, rate: 1/s }]\nevents: [{ from: 1s }]",
       "events[0].fails: an event does one thing: `fails`, `slower`, `breaks_contract`, `silent` "
       "or "
       "`allows`"},
      {"lasts: 1m\ntraffic: [{ task: t, rate: 1/s }]\nevents: [{ fails: sadness }]",
       "events[0].fails: has to be transport, rate_limit, quota, latency or auth"},
      {"lasts: 1m\ntraffic: [{ task: t, rate: 1/s }]\nevents: [{ slower: 2x, after: 1s }]",
       "events[0].after: has a meaning only beside `fails`"},
      {"lasts: 1m\ntraffic: [{ task: t, rate: 1/s }]\nevents: [{ slower: fast }]",
       "events[0].slower: `fast` is not a multiple such as 4x"},
      {"lasts: 1m\ntraffic: [{ task: t, rate: 1/s }]\nevents: [{ from: 5s, to: 2s, silent: true }]",
       "events[0].to: has to come after `from`"},
      {"lasts: 1m\ntraffic: [{ task: t, rate: 1/s }]\nevents: [{ on: {}, silent: true }]",
       "events[0].on: needs one of `route`, `provider` and `region`; leave it out for every route"},
      {"lasts: 1m\ntraffic: [{ task: t, rate: 1/s }]\nweather: fine",
       "weather: is not a key that is known here"},
  };
  for (const auto& [yaml, message] : cases) {
    INFO(yaml);
    CHECK_THAT(wrong_in(yaml), Catch::VectorContains(message));
  }
  CHECK(wrong_in("lasts: 0s\nevents: [{ slower: 2x, silent: true }]").size() == 4);
}

TEST_CASE("the scenarios that come with the program can be played", "[rehearse]") {
  REQUIRE(shipped_scenarios().size() >= 6);
  for (const auto& x : shipped_scenarios()) {
    INFO(x.name);
    auto read = load_scenario(std::string{x.name});
    REQUIRE(std::holds_alternative<scenario>(read));
    auto& of = std::get<scenario>(read);
    CHECK_FALSE(of.name.empty());
    CHECK_FALSE(of.about.empty());
    CHECK(std::ranges::all_of(of.events,
                              [&](const scenario_event& y) { return y.until <= of.lasts; }));
    of.lasts = 10s;
    CHECK(play(policy_with(), of).has_value());
  }
}

TEST_CASE("a trace is read in either form of time", "[rehearse]") {
  const auto azure = parse_trace("TIMESTAMP,ContextTokens,GeneratedTokens\n"
                                 "2023-11-16 18:17:03.9799600,4808,10\n"
                                 "2023-11-16 18:17:04.0319600,3180,8\r\n");
  REQUIRE(azure.has_value());
  REQUIRE(azure->size() == 2);
  CHECK((*azure)[0].input == 4808);
  CHECK((*azure)[1].at == 52ms);
  CHECK((*azure)[1].output == 8);
  const auto plain = parse_trace("100,1,2\n100.25,3,4\n\n");
  REQUIRE(plain.has_value());
  CHECK((*plain)[1].at == 250ms);
  const auto over_midnight = parse_trace("2024-02-29 23:59:59,1,1\n2024-03-01 00:00:01,1,1\n");
  REQUIRE(over_midnight.has_value());
  CHECK((*over_midnight)[1].at == 2s);
}

TEST_CASE("what is wrong with a trace is said with its line", "[rehearse]") {
  const auto message = [](std::string_view text) {
    const auto read = parse_trace(text);
    return read ? std::string{} : read.error().message;
  };
  CHECK(message("") == "holds no request");
  CHECK(message("time,input,output\n") == "holds no request");
  CHECK(message("1,2\n") == "line 1 needs three columns: time, input tokens, output tokens");
  CHECK(message("1,2,3\nsoon,2,3\n")
        == "line 2 does not begin with a time, as a date or in seconds");
  CHECK(message("1,2,3\n2,many,3\n")
        == "line 2 needs whole numbers of tokens in its second and third column");
  CHECK(message("5,2,3\n2,2,3\n")
        == "line 2 comes before the line above it; sort the file by time");
  CHECK(message("2023-13-16 18:17:03,1,1\n2023-13-16 18:17:03,1,1\n")
        == "line 2 does not begin with a time, as a date or in seconds");
}

TEST_CASE("requests arrive at the rate of their line", "[rehearse]") {
  traffic_line of;
  of.rate = {{0s, 10}, {100s, 10}, {200s, 50}};
  of.streamed = 0.5;
  arrivals x{of, 300s, 3};
  std::map<int, int> by_part;
  int streamed = 0;
  microseconds before{0};
  while (const auto next = x.next()) {
    CHECK(next->at >= before);
    before = next->at;
    ++by_part[static_cast<int>(next->at / 100s)];
    streamed += next->streamed;
  }
  const auto all = by_part[0] + by_part[1] + by_part[2];
  CHECK(by_part.size() == 3);
  CHECK(by_part[0] == Approx(1000).epsilon(0.1));
  CHECK(by_part[1] == Approx(3000).epsilon(0.1));
  CHECK(by_part[2] == Approx(5000).epsilon(0.1));
  CHECK(streamed == Approx(all / 2.0).epsilon(0.1));
}

TEST_CASE("a trace is replayed as it was", "[rehearse]") {
  traffic_line of;
  of.trace = {{0us, 10, 20}, {1500ms, 30, 40}, {9s, 1, 1}};
  arrivals x{of, 5s, 1};
  CHECK(x.next()->input_tokens == 10);
  const auto second = x.next();
  CHECK(second->at == 1500ms);
  CHECK(second->output_tokens == 40);
  CHECK_FALSE(x.next());
}

TEST_CASE("a modelled provider follows its pace and its events", "[rehearse]") {
  auto of = scenario_of(R"(
lasts: 10m
traffic: [{ task: t, rate: 1/s }]
routes: { one: { median: 200ms, sigma: 0, per_output_token: 10ms, first_content: 50% } }
events:
  - { from: 1m, to: 2m, fails: quota, share: 30%, fades: 2m }
  - { from: 5m, to: 6m, on: { route: two }, slower: 10x }
  - { from: 7m, to: 8m, on: { provider: p }, allows: 60/m }
)");
  route_config route;
  route.name = "one";
  route.provider.name = "p";
  provider_model x{of, route, route};

  SECTION("its pace") {
    const auto said = x.reply({10s, 1, 0, 7});
    CHECK(said.what == modelled_reply::kind::good);
    CHECK(said.after == 270ms);
    CHECK(said.first_content == 135ms);
    CHECK(x.reply({330s, 1, 0, 7}).after == 270ms); // The event is another route's.
  }
  SECTION("a share of calls, and less of it as the event fades") {
    const auto failed = [&](microseconds at) {
      int out = 0;
      for (std::uint64_t i = 0; i < 10'000; ++i)
        out += x.reply({at, i, 0, 1}).what == modelled_reply::kind::failed;
      return out / 10'000.0;
    };
    CHECK(failed(59s) == 0);
    CHECK(failed(60s) == Approx(0.3).margin(0.02));
    CHECK(failed(180s) == Approx(0.15).margin(0.02));
    CHECK(failed(241s) == 0);
  }
  SECTION("a ration, with a truthful hint") {
    int taken = 0;
    for (int i = 0; i < 600; ++i) {
      const auto said = x.reply({7min + i * 100ms, static_cast<std::uint64_t>(i), 0, 1});
      taken += said.what == modelled_reply::kind::good;
      if (said.what == modelled_reply::kind::failed) {
        CHECK(said.why.kind == failure_class::rate_limit);
        CHECK(said.why.retry_after == 1s);
      }
    }
    CHECK(taken == Approx(60).margin(2));
  }
  SECTION("the same call is the same twice, and another is not") {
    of.paces["one"].sigma = 0.5;
    provider_model y{of, route, route};
    CHECK(y.reply({1s, 5, 0, 1}).after == y.reply({2s, 5, 0, 1}).after);
    CHECK(y.reply({1s, 5, 0, 1}).after != y.reply({1s, 5, 1, 1}).after);
    CHECK(y.reply({1s, 5, 0, 1}).after != y.reply({1s, 6, 0, 1}).after);
  }
}

TEST_CASE("an unknown name in a scenario is told with the known ones", "[rehearse]") {
  const auto message = [](const std::string& more) {
    const auto played = play(
        policy_with(), scenario_of("lasts: 1s\ntraffic: [{ task: triage, rate: 1/s }]\n" + more));
    return played ? std::string{} : played.error().message;
  };
  CHECK(message("events: [{ on: { region: south }, silent: true }]")
        == "The scenario names the region 'south', which the policy does not have; it has: east, "
           "north, west.");
  CHECK(message("prices: { four: { input: 1 } }")
        == "The scenario names the route 'four', which the policy does not have; it has: one, "
           "three, two.");
  CHECK(message("routes: { four: { median: 1s } }").starts_with("The scenario names the route"));
  const auto played =
      play(policy_with(), scenario_of("lasts: 1s\ntraffic: [{ task: chat, rate: 1/s }]"));
  REQUIRE_FALSE(played.has_value());
  CHECK(played.error().message
        == "The scenario names the task 'chat', which the policy does not have; it has: triage.");
}

TEST_CASE("the same rehearsal gives the same figures", "[rehearse]") {
  auto of = scenario_of(R"(
lasts: 2m
traffic: [{ task: triage, rate: 10/s, streamed: 40% }]
events: [{ from: 30s, to: 60s, on: { region: primary }, fails: transport }]
)");
  const auto policy = policy_with("    hedge: { after: p95 }\n");
  const auto once = play(policy, of);
  const auto twice = play(policy, of);
  REQUIRE(once.has_value());
  REQUIRE(twice.has_value());
  CHECK(report_json(*once) == report_json(*twice));
  of.seed = 2;
  const auto other = play(policy, of);
  REQUIRE(other.has_value());
  CHECK(report_json(*once) != report_json(*other));
}

TEST_CASE("an outage is survived, and seen in the figures", "[rehearse]") {
  const auto played = play(policy_with(), scenario_of(R"(
lasts: 3m
traffic: [{ task: triage, rate: 20/s }]
events: [{ from: 60s, to: 120s, on: { region: primary }, fails: transport }]
)"));
  REQUIRE(played.has_value());
  const auto& task = played->tasks.at(0);
  CHECK(task.requests == Approx(3600).epsilon(0.1));
  CHECK(task.met() == 1);
  CHECK(task.broken == 0);
  CHECK(task.fallback_rate() == Approx(1 / 3.0).epsilon(0.15));
  CHECK(task.cost > 0);
  const auto& one = route_of(*played, "one");
  CHECK(one.breaker.size() >= 3);
  CHECK(one.breaker.front().is == breaker_state::closed);
  CHECK(one.breaker.back().is == breaker_state::closed);
  CHECK(one.breaker.back().until == 3min);
  CHECK(one.results.at("transport") < 100);
  CHECK(route_of(*played, "two").calls.at(attempt_kind::fallback) > 1000);
  REQUIRE(played->events.size() == 1);
  CHECK(played->events[0].what == "region east fails (transport)");
}

TEST_CASE("when every model is down, answers are degraded and say so", "[rehearse]") {
  const auto task = only_task(policy_with(), R"(
lasts: 2m
traffic: [{ task: triage, rate: 5/s }]
events: [{ from: 60s, fails: auth }]
)");
  CHECK(task.share(outcome::degraded) == Approx(0.5).epsilon(0.2));
  CHECK(task.ended[outcome::failed] == 0);
  CHECK(task.reasons.size() <= 2);
}

TEST_CASE("broken contracts cost a re-ask or a stronger model", "[rehearse]") {
  const auto task = only_task(policy_with(), R"(
lasts: 2m
traffic: [{ task: triage, rate: 5/s }]
events: [{ breaks_contract: true, share: 20%, on: { route: one } }]
)");
  CHECK(task.met() == 1);
  CHECK(task.attempts_per_request() > 1.15);
}

TEST_CASE("a silent provider is given up in time", "[rehearse]") {
  auto policy = policy_with();
  policy.tasks.find("triage")->second.deadline = 8s;
  const auto task = only_task(policy, R"(
lasts: 1m
traffic: [{ task: triage, rate: 5/s, streamed: 30% }]
events: [{ from: 20s, to: 40s, on: { route: one }, silent: true }]
)");
  CHECK(task.met() == 1);
  CHECK(task.latency.longest <= 8s);
}

// The figures that hedging is there for: a provider with a heavy tail (99 % lognormal around
// 300 ms, 1 % thirty times slower).
TEST_CASE("hedging cuts a heavy tail for little, and adds little in a slowdown", "[rehearse]") {
  const std::string tail = R"(
lasts: 20m
traffic: [{ task: triage, rate: 20/s }]
routes: { "*": { median: 300ms, sigma: 0.3, tail: { share: 1%, times: 30x } } }
)";
  const auto hedged = policy_with("    hedge: { after: p98, max_extra: 5% }\n");
  SECTION("the 99.9th percentile falls to a tenth at 3 % more calls") {
    const auto without = only_task(policy_with(), tail);
    const auto with = only_task(hedged, tail);
    INFO("p99.9 " << without.latency.p999.count() << " and " << with.latency.p999.count()
                  << " us, extra calls " << with.hedge_rate());
    CHECK(with.latency.p999 * 10 <= without.latency.p999);
    CHECK(with.hedge_rate() <= 0.03);
    CHECK(without.hedges == 0);
  }
  SECTION("a slowdown of the provider does not hedge everything") {
    const auto played = play(hedged, scenario_of(tail + R"(
events: [{ from: 5m, to: 10m, slower: 8x }]
)"));
    REQUIRE(played.has_value());
    CHECK(played->tasks.at(0).hedge_rate() <= 0.05);
  }
}
