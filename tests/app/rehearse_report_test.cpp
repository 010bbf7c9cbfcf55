#include "app/rehearse/gates.hpp"
#include "app/rehearse/rehearsal.hpp"
#include "app/rehearse/report_html.hpp"
#include "app/rehearse/report_json.hpp"
#include "app/rehearse/report_table.hpp"
#include "app/rehearse/scale.hpp"
#include "contracts/json.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

using namespace hedgerow;
using namespace hedgerow::report;
using namespace std::chrono_literals;
using Catch::Contains;
using Catch::EndsWith;

namespace {

task_slice slice_of(std::size_t answered, std::size_t degraded, milliseconds p99) {
  task_slice out{.fallbacks = answered / 2};
  out.ended[outcome::answered] = answered;
  out.ended[outcome::degraded] = degraded;
  if (answered > 0)
    out.latency = {.p50 = p99 / 4, .p90 = p99 / 2, .p99 = p99, .p999 = p99 * 2, .longest = p99 * 2};
  return out;
}

/// 1000 requests: 969 answered, 31 degraded.
played_task triage() {
  played_task out{.name = "support_triage",
                  .requests = 1000,
                  .latency = {.p50 = 400ms, .p90 = 900ms, .p99 = 2143ms, .p999 = 3s, .longest = 4s},
                  .attempts = 1250,
                  .retries = 150,
                  .hedges = 40,
                  .fallbacks = 120,
                  .repaired = 7,
                  .reasons = {{"transport", 30}, {"skipped", 1}},
                  .cost = 1.938,
                  .attempts_used = {.mean = 0.4, .most = 1},
                  .cost_used = {.mean = 0.1, .most = 0.5},
                  .slices = {slice_of(500, 0, 300ms), slice_of(0, 31, 0ms), slice_of(469, 0, 9s)}};
  out.ended[outcome::answered] = 969;
  out.ended[outcome::degraded] = 31;
  return out;
}

/// 3000 requests: all answered but one, that was blocked.
played_task chat() {
  played_task out{.name = "chat",
                  .requests = 3000,
                  .latency = {.p50 = 600ms, .p90 = 700ms, .p99 = 1s, .p999 = 2s, .longest = 2s},
                  .attempts = 3000,
                  .cost = 3,
                  .attempts_used = {.mean = 0.5, .most = 0.75},
                  .slices = {slice_of(1000, 0, 1s), slice_of(999, 0, 1s), slice_of(1000, 0, 1s)}};
  out.ended[outcome::answered] = 2999;
  out.ended[outcome::blocked] = 1;
  return out;
}

/// Open from 0:05 to 0:20, then half-open until 0:21.
played_route east() {
  return {.name = "east",
          .provider = "openai",
          .model = "small",
          .region = "us-east",
          .calls = {{attempt_kind::primary, 1900}, {attempt_kind::retry, 150}},
          .results = {{"ok", 1800}, {"transport", 250}},
          .cost = 4.5,
          .breaker = {{0s, 5s, breaker_state::closed, ""},
                      {5s, 20s, breaker_state::open, "consecutive"},
                      {20s, 21s, breaker_state::half_open, "cooled down"},
                      {21s, 30s, breaker_state::closed, "probes answered"}},
          .slices = {1500, 50, 500}};
}

rehearsal outage() {
  return {.scenario = "an outage",
          .about = "us-east goes away for ten seconds.",
          .policy_version = "v7",
          .seed = 18446744073709551615u,
          .lasted = 30s,
          .slice = 10s,
          .tasks = {triage(), chat()},
          .routes = {east()},
          .events = {{10s, 20s, "us-east fails (transport)"}}};
}

gate gate_of(std::string_view text) {
  const auto read = parse_gate(text);
  INFO(text);
  REQUIRE(read.has_value());
  return *read;
}

std::string refusal(std::string_view text) {
  const auto read = parse_gate(text);
  return read ? "accepted" : read.error().message;
}

std::vector<std::string> tripped_by(const rehearsal& x, std::string_view text) {
  return tripped(x, {gate_of(text)});
}

std::size_t columns_of(std::string_view line) {
  return static_cast<std::size_t>(std::ranges::count_if(
      line, [](char x) { return (static_cast<unsigned char>(x) & 0xC0) != 0x80; }));
}

std::size_t widest_line(const std::string& text) {
  std::size_t out = 0;
  std::istringstream lines{text};
  for (std::string line; std::getline(lines, line);)
    out = std::max(out, columns_of(line));
  return out;
}

/// What is wrong with the nesting of the page's elements; empty: nothing.
std::string imbalance(std::string_view page) {
  std::vector<std::string> open;
  for (auto at = page.find('<'); at != page.npos; at = page.find('<', at)) {
    const auto end = page.find('>', at);
    if (end == page.npos)
      return "a tag does not end";
    const auto tag = page.substr(at + 1, end - at - 1);
    at = end;
    if (tag.starts_with('!') || tag.ends_with('/'))
      continue;
    const auto name = std::string{tag.substr(0, tag.find(' '))};
    if (!name.starts_with('/'))
      open.push_back(name);
    else if (open.empty() || name != "/" + open.back())
      return name + " closes " + (open.empty() ? "nothing" : open.back());
    else
      open.pop_back();
  }
  return open.empty() ? "" : open.back() + " stays open";
}

/// The values of `name="…"`, each word of them.
std::vector<std::string> words_of(const std::string& page, const std::string& name) {
  std::vector<std::string> out;
  const auto mark = " " + name + "=\"";
  for (auto at = page.find(mark); at != page.npos; at = page.find(mark, at + 1)) {
    const auto from = at + mark.size();
    std::istringstream words{page.substr(from, page.find('"', from) - from)};
    for (std::string word; words >> word;)
      out.push_back(word);
  }
  return out;
}

std::vector<std::string> labels_of(const std::vector<tick>& ticks) {
  std::vector<std::string> out;
  for (const auto& x : ticks)
    out.push_back(x.label);
  return out;
}

json::document read_json(const std::string& text) {
  auto out = json::parse(text);
  INFO(text);
  REQUIRE(out.has_value());
  return std::move(*out);
}

double number_at(const json::value& x, std::string_view pointer) {
  const auto* found = json::at(x, pointer);
  INFO(pointer);
  REQUIRE(found);
  REQUIRE(json::is_number(*found));
  return json::to_double(*found);
}

std::string text_at(const json::value& x, std::string_view pointer) {
  const auto* found = json::at(x, pointer);
  INFO(pointer);
  REQUIRE(found);
  REQUIRE(found->IsString());
  return std::string{json::text_of(*found)};
}

} // namespace

TEST_CASE("figures of a task are shares of its requests", "[rehearse_report]") {
  const auto x = triage();
  CHECK(x.ended.all() == 1000);
  CHECK(x.share(outcome::degraded) == Approx(0.031));
  CHECK(x.met() == Approx(0.969));
  CHECK(x.fallback_rate() == Approx(0.12));
  CHECK(x.hedge_rate() == Approx(0.04));
  CHECK(x.attempts_per_request() == Approx(1.25));
  CHECK(x.cost_per_success() == Approx(0.002));
  CHECK(east().all_calls() == 2050);
}

TEST_CASE("an answer that broke the contract did not meet it", "[rehearse_report]") {
  auto x = triage();
  x.broken = 9;
  CHECK(x.met() == Approx(0.96));
}

TEST_CASE("figures of nothing are zero", "[rehearse_report]") {
  const played_task x;
  CHECK(x.share(outcome::answered) == 0);
  CHECK(x.met() == 0);
  CHECK(x.hedge_rate() == 0);
  CHECK(x.fallback_rate() == 0);
  CHECK(x.attempts_per_request() == 0);
  CHECK(x.cost_per_success() == 0);
  CHECK(rehearsal{}.together().requests == 0);
}

TEST_CASE("tasks add up, with the percentiles of the slowest", "[rehearse_report]") {
  const auto all = outage().together();
  CHECK(all.name == "all");
  CHECK(all.requests == 4000);
  CHECK(all.ended[outcome::answered] == 3968);
  CHECK(all.ended[outcome::blocked] == 1);
  CHECK(all.attempts == 4250);
  CHECK(all.retries == 150);
  CHECK(all.hedges == 40);
  CHECK(all.fallbacks == 120);
  CHECK(all.repaired == 7);
  CHECK(all.cost == Approx(4.938));
  CHECK(all.reasons.at("transport") == 30);
  CHECK(all.latency.p50 == 600ms);
  CHECK(all.latency.p99 == 2143ms);
  REQUIRE(all.slices.size() == 3);
  CHECK(all.slices[1].ended.all() == 1030);
  CHECK(all.slices[1].latency.p99 == 1s);
  CHECK(all.slices[2].latency.p99 == 9s);
}

TEST_CASE("the budget use of all tasks is that of the fullest", "[rehearse_report]") {
  const auto all = outage().together();
  CHECK(all.attempts_used.most == 1);
  CHECK(all.attempts_used.mean == 0.4);
  CHECK(all.cost_used.most == 0.5);
  CHECK(all.tokens_used.most == 0);
}

TEST_CASE("a condition is read whatever its blanks", "[gates]") {
  for (const auto* text : {"degraded>2%", "  degraded  >  2 % ", "degraded > 0.02"}) {
    const auto x = gate_of(text);
    CHECK(x.task.empty());
    CHECK(x.what == gate_measure::degraded);
    CHECK(x.order == gate_order::above);
    CHECK(x.limit == Approx(0.02));
  }
  CHECK(gate_of("a . met<=1").task == "a");
  CHECK(gate_of("met <= 1").order == gate_order::at_most);
  CHECK(gate_of("met < 1").order == gate_order::below);
  CHECK(gate_of("met>=1").order == gate_order::at_least);
}

TEST_CASE("every measure has its unit", "[gates]") {
  struct row {
    const char* text;
    gate_measure what;
    double limit;
  };
  for (const auto& x :
       {row{"answered < 99.5%", gate_measure::answered, 0.995},
        row{"degraded > 1", gate_measure::degraded, 1},
        row{"blocked > 0", gate_measure::blocked, 0},
        row{"rejected > 5%", gate_measure::rejected, 0.05},
        row{"failed > 0%", gate_measure::failed, 0},
        row{"cancelled > 1%", gate_measure::cancelled, 0.01},
        row{"met < 99%", gate_measure::met, 0.99},
        row{"fallback > 10%", gate_measure::fallback, 0.1},
        row{"hedge > 2%", gate_measure::hedge, 0.02}, row{"p50 > 800ms", gate_measure::p50, 800},
        row{"p99 > 2s", gate_measure::p99, 2000}, row{"p999 > 1m", gate_measure::p999, 60000},
        row{"p99.9 > 1.5s", gate_measure::p999, 1500},
        row{"attempts > 1.5", gate_measure::attempts, 1.5},
        row{"cost > $12.50", gate_measure::cost, 12.5},
        row{"cost_per_success > 0.02", gate_measure::cost_per_success, 0.02},
        row{"broken > 0", gate_measure::broken, 0},
        row{"budget >= 100%", gate_measure::budget, 1}}) {
    const auto read = gate_of(x.text);
    INFO(x.text);
    CHECK(read.what == x.what);
    CHECK(read.limit == Approx(x.limit));
  }
}

TEST_CASE("a condition may name a task, with dots in it too", "[gates]") {
  CHECK(gate_of("chat.p99 > 2s").task == "chat");
  CHECK(gate_of("chat.v2.p99 > 2s").task == "chat.v2");
  CHECK(gate_of("chat.v2.p99.9 > 2s").task == "chat.v2");
  CHECK(gate_of("chat.v2.p99.9 > 2s").what == gate_measure::p999);
  CHECK(gate_of("p99.met < 1").task == "p99");
  CHECK(gate_of("p99.met < 1").what == gate_measure::met);
}

TEST_CASE("a condition that cannot be read says what is allowed", "[gates]") {
  CHECK_THAT(refusal(""), Contains("[TASK.]MEASURE OP VALUE") && Contains("> >= < <="));
  CHECK_THAT(refusal("degraded = 2%"), Contains("> >= < <="));
  CHECK_THAT(refusal("degraded => 2%"), Contains("> >= < <="));
  CHECK_THAT(refusal("slow > 2%"),
             Contains("no measure `slow`") && Contains("cost_per_success") && Contains("p999"));
  CHECK_THAT(refusal("> 2%"), Contains("measures: answered"));
  CHECK_THAT(refusal(".met < 1"), Contains("no task before the dot"));
  CHECK_THAT(refusal("met < 2"), Contains("a share such as 2%") && Contains("`2`"));
  CHECK_THAT(refusal("met < 101%"), Contains("a share such as 2%"));
  CHECK_THAT(refusal("met < -1%"), Contains("a share such as 2%"));
  CHECK_THAT(refusal("p99 > 2"), Contains("a time such as 800ms"));
  CHECK_THAT(refusal("p99 > 2%"), Contains("a time such as 800ms"));
  CHECK_THAT(refusal("cost > 2%"), Contains("money such as $0.02"));
  CHECK_THAT(refusal("cost > $-2"), Contains("money such as $0.02"));
  CHECK_THAT(refusal("attempts > -1"), Contains("not negative"));
  CHECK_THAT(refusal("broken >"), Contains("not with nothing"));
  CHECK(parse_gate("slow > 2%").error().code == errc::config_invalid);
  CHECK(parse_gate("slow > 2%").error().param == "slow > 2%");
}

TEST_CASE("conditions name tasks that there are", "[gates]") {
  const std::vector<std::string> names{"chat", "support_triage"};
  CHECK(check_gates({gate_of("met < 1"), gate_of("chat.met < 1")}, names).has_value());
  const auto wrong = check_gates({gate_of("chat.met < 1"), gate_of("chatt.met < 1")}, names);
  REQUIRE(wrong.has_error());
  CHECK(wrong.error().code == errc::config_invalid);
  CHECK_THAT(wrong.error().message, Contains("`chatt`") && Contains("did you mean `chat`?")
                                        && EndsWith("tasks: chat, support_triage"));
  CHECK_THAT(check_gates({gate_of("a.met < 1")}, {}).error().message, EndsWith("tasks: none"));
}

TEST_CASE("a condition that holds is told with both figures", "[gates]") {
  const auto x = outage();
  CHECK(tripped_by(x, "degraded > 2%")
        == std::vector<std::string>{
            "support_triage: degraded is 3.1 %, and the run fails above 2 %"});
  CHECK(tripped_by(x, "chat.p99 >= 1s")
        == std::vector<std::string>{"chat: p99 is 1 s, and the run fails at 1 s or more"});
  CHECK(tripped_by(x, "support_triage.p99 > 2s")
        == std::vector<std::string>{"support_triage: p99 is 2.14 s, and the run fails above 2 s"});
  CHECK(tripped_by(x, "support_triage.met <= 98%")
        == std::vector<std::string>{
            "support_triage: met is 96.9 %, and the run fails at 98 % or less"});
  CHECK(tripped_by(x, "cost > $4.50")
        == std::vector<std::string>{"all: cost is $4.94, and the run fails above $4.50"});
  CHECK(tripped_by(x, "support_triage.cost_per_success > 0.0019")
        == std::vector<std::string>{
            "support_triage: cost_per_success is $0.002, and the run fails above $0.0019"});
  CHECK(tripped_by(x, "chat.budget < 80%")
        == std::vector<std::string>{"chat: budget is 75 %, and the run fails below 80 %"});
  CHECK(
      tripped_by(x, "support_triage.attempts > 1.2")
      == std::vector<std::string>{"support_triage: attempts is 1.25, and the run fails above 1.2"});
}

TEST_CASE("a figure close to its limit is told exactly enough", "[gates]") {
  auto x = outage();
  x.tasks[0].latency.p99 = 2000400us;
  CHECK_THAT(tripped_by(x, "support_triage.p99 > 2s").at(0), Contains("p99 is 2.0004 s"));
}

TEST_CASE("a share is what it is written as, whatever doubles make of it", "[gates]") {
  auto x = outage();
  x.tasks[0].ended.of = {993, 7, 0, 0, 0, 0};
  CHECK(tripped_by(x, "degraded > 0.7%").empty());
  CHECK(tripped_by(x, "degraded >= 0.7%").size() == 1);
}

TEST_CASE("every measure is compared with its own figure", "[gates]") {
  auto x = outage();
  auto& task = x.tasks[0];
  task.requests = 1000;
  task.ended.of = {900, 50, 10, 20, 15, 5};
  task.broken = 1;
  for (const auto* text :
       {"answered <= 90%", "degraded >= 5%", "blocked >= 1%", "rejected >= 2%", "failed >= 1.5%",
        "cancelled >= 0.5%", "met <= 89.9%", "fallback >= 12%", "hedge >= 4%", "p50 >= 400ms",
        "p99 >= 2143ms", "p99.9 >= 3s", "attempts >= 1.25", "cost >= 1.938", "broken >= 1",
        "budget >= 1", "cost_per_success >= $0.002153"}) {
    INFO(text);
    CHECK(tripped_by(x, "support_triage." + std::string{text}).size() == 1);
  }
  for (const auto* text :
       {"answered < 90%", "degraded > 5%", "blocked > 1%", "rejected > 2%", "failed > 1.5%",
        "cancelled > 0.5%", "met < 89.9%", "fallback > 12%", "hedge > 4%", "p50 > 400ms",
        "p99 > 2143ms", "p99.9 > 3s", "attempts > 1.25", "cost > 1.938", "broken > 1", "budget > 1",
        "cost_per_success > $0.002154"}) {
    INFO(text);
    CHECK(tripped_by(x, "support_triage." + std::string{text}).empty());
  }
}

TEST_CASE("a condition without a task is about any, and on cost about all together", "[gates]") {
  const auto x = outage();
  CHECK(tripped_by(x, "p50 > 100ms").size() == 2);
  CHECK(tripped_by(x, "blocked > 0").size() == 1);
  CHECK(tripped_by(x, "failed > 0").empty());
  CHECK(tripped_by(x, "cost > 4").size() == 1);
  CHECK(tripped_by(x, "cost > 5").empty());
  CHECK(tripped(x, {gate_of("failed > 0"), gate_of("met < 1"), gate_of("cost > 1")}).size() == 3);
}

TEST_CASE("no run passes for want of figures", "[gates]") {
  auto x = outage();
  x.tasks.push_back({.name = "idle"});
  CHECK(tripped_by(x, "failed > 0").empty());
  CHECK(tripped_by(x, "idle.failed > 0")
        == std::vector<std::string>{"idle: failed cannot be told, for nothing was asked"});
  CHECK(tripped_by(x, "idle.broken > 0").empty());
  x.tasks[0].ended = {};
  x.tasks[0].ended[outcome::failed] = 1000;
  CHECK(tripped_by(x, "p99.9 > 1h")
        == std::vector<std::string>{
            "support_triage: p99.9 cannot be told, for nothing was answered"});
  CHECK(tripped_by({}, "met < 99%").size() == 1);
  CHECK(tripped_by({}, "cost > 0").empty());
}

TEST_CASE("the table answers the question first", "[rehearse_report]") {
  const auto text = report_table(outage());
  CHECK_THAT(text, Catch::StartsWith("an outage\n  us-east goes away for ten seconds.\n"));
  CHECK_THAT(text, Contains("0:10 to  0:20  us-east fails (transport)"));
  CHECK_THAT(text, Contains("Did every task still meet its contract?\nYes, or it said so: none of "
                            "4,000 requests failed, and 31 were degraded honestly."));
  CHECK_THAT(text, Contains("support_triage   96.90 % met its contract · 3.10 % degraded honestly "
                            "· 0 failed\n"));
  CHECK_THAT(text, Contains("chat             99.97 % met its contract · 0 % degraded honestly · 0 "
                            "failed · 0.03 % blocked\n"));
  CHECK(text.find("Did every task") < text.find("task support_triage"));
  CHECK_THAT(text, !Contains("BUG"));
}

TEST_CASE("the table has the figures of tasks and routes", "[rehearse_report]") {
  const auto text = report_table(outage());
  for (const auto* line :
       {"requests    1,000\n", "outcomes    answered 969 (96.90 %) · degraded 31 (3.10 %)\n",
        "latency     p50 400 ms · p99 2.14 s · p99.9 3.00 s · longest 4.00 s\n",
        "fallback    12.00 % of requests", "hedges      4.00 % of requests",
        "attempts    1.25 per request · 150 retries · 40 hedges · 7 answers repaired\n",
        "degraded    3.10 % of requests\n", "because of  transport 30 · skipped 1",
        "cost        $1.94 · $0.00200 per successful request\n",
        "budgets     attempts 40.00 % in the mean, 100 % at most ·\n",
        "route east: openai · small · us-east\n", "calls       2,050: primary 1,900 · retry 150\n",
        "results     ok 1,800 · transport 250\n",
        "breaker     0:00 closed · 0:05 open (consecutive) · 0:20 half-open · 0:21 closed\n",
        "open for 0:15 of 0:30, opened 1 time\n",
        "All tasks: 4,000 requests · 1.06 attempts per request · $4.94 · $0.00124 per"}) {
    INFO(line);
    CHECK_THAT(text, Contains(line));
  }
}

TEST_CASE("the table says loudly that a broken answer is a bug", "[rehearse_report]") {
  auto x = outage();
  x.tasks[1].broken = 2;
  const auto text = report_table(x);
  CHECK_THAT(text,
             Contains("No: 2 answers broke the contract of chat. That is a bug of hedgerow."));
  CHECK_THAT(text, Contains("!!! BUG: 2 answers of chat broke the contract"));
}

TEST_CASE("the table names the tasks that failed", "[rehearse_report]") {
  auto x = outage();
  x.tasks[0].ended[outcome::failed] = 31;
  x.tasks[0].ended[outcome::degraded] = 0;
  CHECK_THAT(report_table(x), Contains("No: 31 of 4,000 requests failed (support_triage).")
                                  && Contains("0 % degraded honestly · 3.10 % failed"));
}

TEST_CASE("shares are never rounded to all or nothing", "[rehearse_report]") {
  auto x = outage();
  x.tasks[0].requests = 1000000;
  x.tasks[0].ended.of = {999999, 1, 0, 0, 0, 0};
  CHECK_THAT(report_table(x), Contains(">99.99 % met its contract · <0.01 % degraded honestly"));
}

TEST_CASE("no line of the table is longer than 100 columns", "[rehearse_report]") {
  auto x = outage();
  x.about = std::string(150, 'x') + " und überall " + std::string(80, 'y');
  x.tasks[0].name = std::string(64, 'n');
  x.events.push_back({0s, 1s, std::string(130, 'e')});
  for (int i = 0; i < 60; ++i)
    x.routes[0].breaker.push_back({30s, 30s, breaker_state::open, "consecutive"});
  const auto text = report_table(x);
  CHECK(widest_line(text) == 100);
  CHECK_THAT(text, Contains("… 53 more …"));
}

TEST_CASE("names cannot steer the terminal", "[rehearse_report]") {
  auto x = outage();
  x.scenario = "a\x1b[31mred\nline";
  CHECK_THAT(report_table(x), Catch::StartsWith("a?[31mred?line\n"));
}

TEST_CASE("the JSON has the figures with their units", "[rehearse_report]") {
  const auto x = read_json(report_json(outage()));
  CHECK(text_at(x, "/scenario") == "an outage");
  CHECK(json::at(x, "/seed")->GetUint64() == 18446744073709551615u);
  CHECK(number_at(x, "/lasted_ms") == 30000);
  CHECK(number_at(x, "/slice_ms") == 10000);
  CHECK(text_at(x, "/tasks/0/name") == "support_triage");
  CHECK(number_at(x, "/tasks/0/outcomes/degraded") == 31);
  CHECK(number_at(x, "/tasks/0/outcome_shares/degraded") == Approx(0.031));
  CHECK(number_at(x, "/tasks/0/met_share") == Approx(0.969));
  CHECK(number_at(x, "/tasks/0/latency/p50_ms") == 400);
  CHECK(number_at(x, "/tasks/0/latency/p999_ms") == 3000);
  CHECK(number_at(x, "/tasks/0/attempts_per_request") == 1.25);
  CHECK(number_at(x, "/tasks/0/cost_per_success_usd") == Approx(0.002));
  CHECK(number_at(x, "/tasks/0/budget_use/attempts/most_share") == 1);
  CHECK(number_at(x, "/tasks/0/reasons/transport") == 30);
  CHECK(number_at(x, "/all/requests") == 4000);
  CHECK(text_at(x, "/all/percentiles_of") == "slowest_task");
  CHECK(json::at(x, "/tasks/0/percentiles_of") == nullptr);
}

TEST_CASE("the JSON has the slices, routes and events", "[rehearse_report]") {
  const auto x = read_json(report_json(outage()));
  REQUIRE(json::at(x, "/tasks/0/slices")->Size() == 3);
  CHECK(number_at(x, "/tasks/0/slices/1/from_ms") == 10000);
  CHECK(number_at(x, "/tasks/0/slices/1/until_ms") == 20000);
  CHECK(number_at(x, "/tasks/0/slices/1/outcomes/degraded") == 31);
  CHECK(number_at(x, "/tasks/0/slices/2/latency/p99_ms") == 9000);
  CHECK(number_at(x, "/tasks/0/slices/0/fallbacks") == 250);
  CHECK(number_at(x, "/routes/0/calls") == 2050);
  CHECK(number_at(x, "/routes/0/calls_by_kind/retry") == 150);
  CHECK(number_at(x, "/routes/0/results/transport") == 250);
  CHECK(number_at(x, "/routes/0/open_ms") == 15000);
  CHECK(text_at(x, "/routes/0/breaker/2/state") == "half_open");
  CHECK(text_at(x, "/routes/0/breaker/1/reason") == "consecutive");
  CHECK(number_at(x, "/routes/0/calls_per_slice/2") == 500);
  CHECK(text_at(x, "/events/0/what") == "us-east fails (transport)");
}

TEST_CASE("the last slice ends with the rehearsal", "[rehearse_report]") {
  auto cut = outage();
  cut.lasted = 25s;
  const auto x = read_json(report_json(cut));
  CHECK(number_at(x, "/tasks/0/slices/2/from_ms") == 20000);
  CHECK(number_at(x, "/tasks/0/slices/2/until_ms") == 25000);
}

TEST_CASE("time is told in the steps that people count it in", "[rehearse_report]") {
  CHECK(labels_of(time_ticks(10min, 12)).size() == 11);
  CHECK(labels_of(time_ticks(30s, 5)) == std::vector<std::string>{"0:00", "0:10", "0:20", "0:30"});
  CHECK(labels_of(time_ticks(2h, 5))
        == std::vector<std::string>{"0:00", "30:00", "1:00:00", "1:30:00", "2:00:00"});
  CHECK(labels_of(time_ticks(0s, 5)) == std::vector<std::string>{"0:00"});
  CHECK(time_ticks(24h * 365, 12).size() <= 13);
}

TEST_CASE("axes begin and end with round values", "[rehearse_report]") {
  using names = std::vector<std::string>;
  CHECK(labels_of(count_ticks(99)) == names{"0", "20", "40", "60", "80", "100"});
  CHECK(labels_of(count_ticks(2)) == names{"0", "1", "2"});
  CHECK(labels_of(count_ticks(0)) == names{"0", "1"});
  CHECK(labels_of(count_ticks(4200)) == names{"0", "1,000", "2,000", "3,000", "4,000", "5,000"});
  CHECK(labels_of(latency_ticks(300, 1900, false))
        == names{"0 ms", "500 ms", "1 s", "1.5 s", "2 s"});
  CHECK(labels_of(latency_ticks(300, 9000, true))
        == names{"200 ms", "500 ms", "1 s", "2 s", "5 s", "10 s"});
  CHECK(labels_of(latency_ticks(1, 60'000, true))
        == names{"1 ms", "10 ms", "100 ms", "1 s", "10 s", "100 s"});
}

TEST_CASE("a scale maps its ends to its ends", "[rehearse_report]") {
  const scale even{.from = 0, .until = 10, .low = 100, .high = 0};
  CHECK(even(0) == 100);
  CHECK(even(2.5) == 75);
  CHECK(even(10) == 0);
  const scale wide{.from = 1, .until = 100, .low = 0, .high = 50, .logarithmic = true};
  CHECK(wide(10) == Approx(25));
  CHECK(wide(0.001) == Approx(0));
  CHECK(wide(1000) == Approx(50));
  CHECK(scale{.from = 3, .until = 3, .low = 7, .high = 9}(3) == 7);
}

TEST_CASE("an area is drawn where there is something of it", "[rehearse_report]") {
  const auto page = report_html(outage());
  const std::string mark = "<path class=\"area degraded\" d=\"";
  const auto at = page.find(mark);
  REQUIRE(at != page.npos);
  const auto path = page.substr(at + mark.size(), page.find('"', at + mark.size()) - at);
  // Only the second of three slices has degraded requests: it takes the middle third.
  CHECK(std::ranges::count(path, 'M') == 1);
  CHECK_THAT(path, Catch::StartsWith("M372 "));
  CHECK_THAT(path, Contains("H680"));
}

TEST_CASE("the page nests its elements and refers to what is on it", "[rehearse_report]") {
  auto x = outage();
  x.tasks[0].broken = 1;
  const auto page = report_html(x);
  CHECK(imbalance(page).empty());
  const auto ids = words_of(page, "id");
  const std::set<std::string> known{ids.begin(), ids.end()};
  CHECK(known.size() == ids.size());
  for (const auto& id : words_of(page, "aria-labelledby"))
    CHECK(known.contains(id));
  for (const auto& to : words_of(page, "href"))
    CHECK((to == "data:," || known.contains(to.substr(1))));
}

TEST_CASE("the page needs nothing from elsewhere", "[rehearse_report]") {
  const auto page = report_html(outage());
  for (const auto* word : {"http://", "https://", "<script", " src=", "@import", "@font-face"}) {
    INFO(word);
    CHECK(page.find(word) == page.npos);
  }
  for (auto at = page.find("url("); at != page.npos; at = page.find("url(", at + 1))
    CHECK(page.substr(at, 9) == "url(#fill");
}

TEST_CASE("the page escapes what comes from files", "[rehearse_report]") {
  const std::string evil = R"(<&">'</title><script>)";
  const std::string tame = "&lt;&amp;&quot;&gt;&#39;&lt;/title&gt;&lt;script&gt;";
  auto x = outage();
  x.scenario = x.about = x.policy_version = evil;
  x.tasks[0].name = x.routes[0].name = x.routes[0].model = evil;
  x.tasks[0].reasons = {{evil, 31}};
  x.routes[0].results = {{evil, 1}};
  x.routes[0].breaker[1].reason = evil;
  x.events[0].what = evil;
  const auto page = report_html(x);
  CHECK(imbalance(page).empty());
  CHECK(page.find(evil) == page.npos);
  CHECK(page.find("<script") == page.npos);
  CHECK_THAT(page, Contains("<h1>" + tame + "</h1>"));
}

TEST_CASE("the page has the verdicts, charts and tables", "[rehearse_report]") {
  const auto page = report_html(outage());
  for (const auto* part :
       {"Did every task still meet its contract?", "3.10 % degraded honestly",
        "held, degraded at times", "support_triage: how requests ended, over time",
        "Worst was 0:10 to 0:20, with 0 of 31 answered.", "on a logarithmic scale",
        "support_triage: latency of answers, over time", "Breakers of the routes, over time",
        "east opened 1 time, for 0:15 in all.", "Calls to the routes, over time",
        "support_triage, slice by slice", "Breakers, spell by spell", "All figures by task",
        "us-east fails (transport)", "prefers-color-scheme:dark"}) {
    INFO(part);
    CHECK_THAT(page, Contains(part));
  }
}

TEST_CASE("each chart is drawn for wide and for narrow screens", "[rehearse_report]") {
  const auto page = report_html(outage());
  const auto all = words_of(page, "role");
  // Two tasks have two charts, and the routes have two.
  CHECK(std::ranges::count(all, "img") == 12);
  CHECK_THAT(page, Contains("id=\"task-1-outcomes-wide-title\"")
                       && Contains("id=\"task-1-outcomes-narrow-title\""));
}

TEST_CASE("a rehearsal of nothing is reported as such", "[rehearse_report]") {
  auto idle = outage();
  for (auto& task : idle.tasks)
    task = {.name = task.name};
  idle.routes = {{.name = "east", .breaker = {{0s, 30s, breaker_state::closed, ""}}}};
  auto unanswered = outage();
  unanswered.tasks = {{.name = "lost", .requests = 31, .slices = {slice_of(0, 31, 0ms)}}};
  unanswered.tasks[0].ended[outcome::degraded] = 31;
  for (const auto& x : {rehearsal{}, idle, unanswered}) {
    const auto page = report_html(x);
    CHECK(imbalance(page).empty());
    const auto text = report_table(x) + report_json(x) + page;
    CHECK(text.find("nan") == text.npos);
    CHECK(text.find("inf ") == text.npos);
    CHECK(json::parse(report_json(x)).has_value());
  }
  CHECK_THAT(report_table(idle), Contains("the scenario asked nothing") && Contains("no requests"));
  CHECK_THAT(report_table(unanswered), Contains("nothing was answered"));
}
