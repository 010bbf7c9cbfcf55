#include "app/rehearse/report_tables.hpp"

#include "app/rehearse/figures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hedgerow::report {

namespace {

enum class column { text, figure };

struct head {
  std::string name;
  column is = column::figure;
};

/// One table: the first cell of each row is its head.
class table {
public:
  table(markup& out, std::string_view caption, std::vector<head> heads)
      : out_{out},
        heads_{std::move(heads)} {
    out_.open(
        "div",
        {{"class", "scroll"}, {"role", "region"}, {"tabindex", "0"}, {"aria-label", caption}});
    out_.open("table");
    out_.element("caption", caption);
    out_.open("thead");
    out_.open("tr");
    for (const auto& one : heads_)
      out_.element("th", {{"scope", "col"}, {"class", kind(one.is)}}, one.name);
    out_.close();
    out_.close();
    out_.open("tbody");
  }
  void row(const std::vector<std::string>& cells) {
    out_.open("tr");
    for (std::size_t i = 0; i < cells.size(); ++i)
      if (i == 0)
        out_.element("th", {{"scope", "row"}, {"class", kind(heads_[i].is)}}, cells[i]);
      else
        out_.element("td", {{"class", kind(heads_[i].is)}}, cells[i]);
    out_.close();
  }
  void finish() {
    for (int i = 0; i < 3; ++i)
      out_.close();
  }

private:
  static std::string_view kind(column x) { return x == column::text ? "words" : "figure"; }

  markup& out_;
  std::vector<head> heads_;
};

/// One row of the table of tasks.
struct measure {
  std::string_view name;
  std::string (*of)(const played_task& x);
};

template <outcome Which>
std::string ended_words(const played_task& x) {
  const auto count = x.ended[Which];
  return count == 0 ? "0" : fmt::format("{} ({})", whole(count), percent(x.share(Which)));
}

template <budget_use played_task::*Which>
std::string budget_of(const played_task& x) {
  const auto& use = x.*Which;
  return use.most == 0 ? "–" : fmt::format("{} / {}", percent(use.mean), percent(use.most));
}

template <microseconds latency_figures::*Which>
std::string latency_of(const played_task& x) {
  return x.ended[outcome::answered] == 0 ? "–" : span(x.latency.*Which);
}

template <std::size_t played_task::*Which>
std::string count_of(const played_task& x) {
  return whole(x.*Which);
}

constexpr std::array measures{
    measure{"Requests", count_of<&played_task::requests>},
    measure{"Met the contract", [](const played_task& x) { return percent(x.met()); }},
    measure{"Answered", ended_words<outcome::answered>},
    measure{"Degraded", ended_words<outcome::degraded>},
    measure{"Blocked", ended_words<outcome::blocked>},
    measure{"Rejected", ended_words<outcome::rejected>},
    measure{"Cancelled", ended_words<outcome::cancelled>},
    measure{"Failed", ended_words<outcome::failed>},
    measure{"Broken answers", count_of<&played_task::broken>},
    measure{"p50", latency_of<&latency_figures::p50>},
    measure{"p90", latency_of<&latency_figures::p90>},
    measure{"p99", latency_of<&latency_figures::p99>},
    measure{"p99.9", latency_of<&latency_figures::p999>},
    measure{"Longest", latency_of<&latency_figures::longest>},
    measure{"Fallback rate", [](const played_task& x) { return percent(x.fallback_rate()); }},
    measure{"Hedge rate", [](const played_task& x) { return percent(x.hedge_rate()); }},
    measure{"Attempts per request",
            [](const played_task& x) { return fmt::format("{:.2f}", x.attempts_per_request()); }},
    measure{"Retries", count_of<&played_task::retries>},
    measure{"Repaired answers", count_of<&played_task::repaired>},
    measure{"Out of budget", count_of<&played_task::out_of_budget>},
    measure{"Cost", [](const played_task& x) { return dollars(x.cost); }},
    measure{"Cost per success", [](const played_task& x) { return dollars(x.cost_per_success()); }},
    measure{"Attempts budget, mean / most", budget_of<&played_task::attempts_used>},
    measure{"Cost budget, mean / most", budget_of<&played_task::cost_used>},
    measure{"Tokens budget, mean / most", budget_of<&played_task::tokens_used>},
};

} // namespace

void add_task_table(markup& out, const rehearsal& x) {
  const auto all = x.together();
  auto shown = x.tasks;
  std::vector<head> heads{{"Figure", column::text}};
  for (const auto& task : x.tasks)
    heads.push_back({task.name});
  if (x.tasks.size() > 1) {
    shown.push_back(all);
    heads.push_back({"All tasks"});
  }
  table to{out, "All figures by task", std::move(heads)};
  const auto row = [&](std::string name, const auto& of) {
    std::vector cells{std::move(name)};
    for (const auto& task : shown)
      cells.push_back(of(task));
    to.row(cells);
  };
  for (const auto& one : measures)
    row(std::string{one.name}, one.of);
  for (const auto& [reason, times] : all.reasons)
    row("No model answered: " + reason, [&](const played_task& task) {
      const auto found = task.reasons.find(reason);
      return whole(found == task.reasons.end() ? 0 : found->second);
    });
  to.finish();
  if (shown.size() > 1)
    out.element("p", {{"class", "note"}},
                "Of all tasks together, percentiles are those of the slowest task and budget use "
                "is that of the fullest.");
}

void add_slice_table(markup& out, const rehearsal& of, const played_task& x) {
  std::vector<outcome> seen;
  std::vector<head> heads{{"from"}, {"requests"}};
  for (const auto one : outcomes)
    if (x.ended[one] > 0) {
      seen.push_back(one);
      heads.push_back({std::string{to_string(one)}});
    }
  for (const auto* name : {"by a fallback", "p50", "p99", "p99.9"})
    heads.push_back({name});
  table to{out, x.name + ", slice by slice", std::move(heads)};
  for (std::size_t i = 0; i < x.slices.size(); ++i) {
    const auto& slice = x.slices[i];
    std::vector cells{clock(slice_edge(of, i)), whole(slice.ended.all())};
    for (const auto one : seen)
      cells.push_back(whole(slice.ended[one]));
    cells.push_back(whole(slice.fallbacks));
    for (const auto one : {slice.latency.p50, slice.latency.p99, slice.latency.p999})
      cells.push_back(slice.ended[outcome::answered] == 0 ? "–" : span(one));
    to.row(cells);
  }
  to.finish();
}

void add_route_table(markup& out, const rehearsal& x) {
  table to{out,
           "Routes",
           {{"Route", column::text},
            {"Model", column::text},
            {"Calls"},
            {"Cost"},
            {"Open for"},
            {"Opened"},
            {"Calls by kind", column::text},
            {"Results", column::text}}};
  for (const auto& route : x.routes) {
    std::vector<std::string> of;
    for (const auto& part : {route.provider, route.model, route.region})
      if (!part.empty())
        of.push_back(part);
    const auto open = stay_of(route, breaker_state::open);
    to.row({route.name, dotted(of), whole(route.all_calls()), dollars(route.cost),
            clock(open.lasted), whole(open.times), counts_words(route.calls),
            counts_words(route.results)});
  }
  to.finish();
}

void add_breaker_table(markup& out, const rehearsal& x) {
  table to{out,
           "Breakers, spell by spell",
           {{"Route", column::text},
            {"From"},
            {"Until"},
            {"State", column::text},
            {"Because of", column::text}}};
  for (const auto& route : x.routes)
    for (const auto& spell : route.breaker)
      to.row({route.name, clock(spell.from), clock(spell.until), std::string{in_words(spell.is)},
              spell.reason.empty() ? "–" : spell.reason});
  to.finish();
}

void add_calls_table(markup& out, const rehearsal& x) {
  std::vector<head> heads{{"from"}};
  std::size_t slices = 0;
  for (const auto& route : x.routes) {
    heads.push_back({route.name});
    slices = std::max(slices, route.slices.size());
  }
  table to{out, "Calls to the routes, slice by slice", std::move(heads)};
  for (std::size_t i = 0; i < slices; ++i) {
    std::vector cells{clock(slice_edge(x, i))};
    for (const auto& route : x.routes)
      cells.push_back(i < route.slices.size() ? whole(route.slices[i]) : "0");
    to.row(cells);
  }
  to.finish();
}

} // namespace hedgerow::report
