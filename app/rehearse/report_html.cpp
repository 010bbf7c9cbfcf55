#include "app/rehearse/report_html.hpp"

#include "app/rehearse/charts.hpp"
#include "app/rehearse/figures.hpp"
#include "app/rehearse/legend.hpp"
#include "app/rehearse/report_style.hpp"
#include "app/rehearse/report_tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <string_view>
#include <vector>

namespace hedgerow {

namespace {

using namespace report;

std::string title_of(const rehearsal& x) { return x.scenario.empty() ? "Rehearsal" : x.scenario; }

std::string task_id(std::size_t i) { return fmt::format("task-{}", i + 1); }

/// A list that is broken at its dots only.
std::string unbroken(const std::string& dotted_list) {
  constexpr std::string_view dot = "·";
  std::string out;
  for (std::size_t i = 0; i < dotted_list.size(); ++i)
    if (dotted_list[i] != ' ' || out.ends_with(dot))
      out += dotted_list[i];
    else
      out += "\u00A0";
  return out;
}

bool has_answers(const played_task& x) {
  return std::ranges::any_of(
      x.slices, [](const task_slice& one) { return one.ended[outcome::answered] > 0; });
}

void add_fact(markup& out, std::string_view name, const std::string& value) {
  if (value.empty())
    return;
  out.open("div");
  out.element("dt", name);
  out.element("dd", value);
  out.close();
}

void add_head(markup& out, const rehearsal& x) {
  out.open("head");
  out.leaf("meta", {{"charset", "utf-8"}});
  out.leaf("meta", {{"name", "viewport"}, {"content", "width=device-width, initial-scale=1"}});
  // The page holds all that it shows; nothing that a file's texts might smuggle in is loaded.
  out.leaf("meta", {{"http-equiv", "Content-Security-Policy"},
                    {"content", "default-src 'none'; style-src 'unsafe-inline'; img-src data:"}});
  out.leaf("link", {{"rel", "icon"}, {"href", "data:,"}});
  out.element("title", fmt::format("{} – hedgerow", title_of(x)));
  out.open("style");
  out.raw(style_sheet());
  out.close();
  out.close();
}

void add_events(markup& out, const rehearsal& x) {
  if (x.events.empty())
    return;
  out.open("ul", {{"class", "events"}, {"aria-label", "What the scenario does"}});
  for (const auto& event : x.events) {
    out.open("li");
    out.element("span", fmt::format("{} to {}", clock(event.from), clock(event.until)));
    out.text(event.what);
    out.close();
  }
  out.close();
}

void add_links(markup& out, const rehearsal& x) {
  const auto link = [&](const std::string& to, std::string_view text) {
    out.open("li");
    out.element("a", {{"href", "#" + to}}, text);
    out.close();
  };
  out.open("nav", {{"aria-label", "Parts of this report"}});
  out.open("ul");
  for (std::size_t i = 0; i < x.tasks.size(); ++i)
    link(task_id(i), x.tasks[i].name);
  link("routes", "Routes");
  link("figures", "All figures");
  out.close();
  out.close();
}

void add_header(markup& out, const rehearsal& x) {
  const auto all = x.together();
  out.open("header");
  out.element("p", {{"class", "kicker"}}, "Hedgerow rehearsal");
  out.element("h1", title_of(x));
  if (!x.about.empty())
    out.element("p", {{"class", "about"}}, x.about);
  add_events(out, x);
  out.open("dl", {{"class", "facts"}});
  add_fact(out, "Played", clock(x.lasted) + " min");
  add_fact(out, "Requests", whole(all.requests));
  add_fact(out, "Cost", dollars(all.cost));
  add_fact(out, "Per success", dollars(all.cost_per_success()));
  add_fact(out, "Policy", x.policy_version);
  add_fact(out, "Seed", std::to_string(x.seed));
  out.close();
  add_links(out, x);
  out.close();
}

std::string_view style_of(standing x) {
  switch (x) {
  case standing::untested:
    return "status untested";
  case standing::held:
    return "status held";
  case standing::degraded:
    return "status degraded";
  case standing::failed:
    return "status failed";
  case standing::broken:
    return "status broken";
  }
  return "status";
}

std::string_view sign_of(standing x) {
  switch (x) {
  case standing::untested:
    return "– ";
  case standing::held:
    return "✓ ";
  case standing::degraded:
    return "◐ ";
  default:
    return "✕ ";
  }
}

/// The shares of outcomes as one bar; the same is said in words beside it.
void add_bar(markup& out, const played_task& x) {
  out.open("div", {{"class", "bar"}, {"aria-hidden", "true"}});
  for (const auto one : outcomes)
    if (x.ended[one] > 0)
      out.element("span",
                  {{"class", to_string(one)},
                   {"style", fmt::format("flex-grow:{:.4f}", x.share(one) * 1000)}},
                  "");
  out.close();
}

/// The legend of the bar, with its figures.
void add_shares(markup& out, const played_task& x) {
  const auto parts = verdict_parts(x);
  std::vector<key> keys;
  for (const auto& part : parts)
    keys.push_back(area_key(to_string(part.of), part.text));
  add_legend(out, keys);
}

void add_verdict(markup& out, const played_task& x, const std::string& id) {
  const auto came = standing_of(x);
  out.open("li");
  out.open("h3");
  out.element("a", {{"href", "#" + id}}, x.name);
  out.close();
  out.open("p", {{"class", style_of(came)}});
  out.element("span", {{"aria-hidden", "true"}}, sign_of(came));
  out.text(in_words(came));
  out.close();
  if (x.requests > 0) {
    out.element("p", {{"class", "share"}}, percent(x.met()));
    add_bar(out, x);
    add_shares(out, x);
  }
  out.close();
}

void add_verdicts(markup& out, const rehearsal& x) {
  out.open("section", {{"aria-labelledby", "verdict"}});
  out.element("h2", {{"id", "verdict"}}, "Did every task still meet its contract?");
  out.element("p", {{"class", "headline"}}, headline(x));
  for (const auto& task : x.tasks)
    if (const auto bug = bug_notice(task); !bug.empty())
      out.element("p", {{"class", "bug"}}, bug);
  if (!x.tasks.empty()) {
    out.open("ul", {{"class", "verdicts"}});
    for (std::size_t i = 0; i < x.tasks.size(); ++i)
      add_verdict(out, x.tasks[i], task_id(i));
    out.close();
  }
  out.close();
}

void add_strip(markup& out, const played_task& x) {
  const auto answered = x.ended[outcome::answered] > 0;
  const auto latency = [&](microseconds of) { return answered ? span(of) : "–"; };
  out.open("dl", {{"class", "strip"}});
  add_fact(out, "Requests", whole(x.requests));
  add_fact(out, "p50", latency(x.latency.p50));
  add_fact(out, "p99", latency(x.latency.p99));
  add_fact(out, "p99.9", latency(x.latency.p999));
  add_fact(out, "By a fallback", percent(x.fallback_rate()));
  add_fact(out, "Hedged", percent(x.hedge_rate()));
  add_fact(out, "Attempts each", fmt::format("{:.2f}", x.attempts_per_request()));
  add_fact(out, "Cost", dollars(x.cost));
  add_fact(out, "Per success", dollars(x.cost_per_success()));
  add_fact(out, "Budget at most", percent(x.attempts_used.most));
  out.close();
}

void add_task_charts(markup& out, const rehearsal& of, const played_task& x,
                     const std::string& id) {
  std::vector<key> keys;
  const auto layers = layers_of(x);
  for (auto one = layers.rbegin(); one != layers.rend(); ++one)
    keys.push_back(area_key(one->kind, one->label));
  add_figure(out, "Outcomes", fmt::format("requests that arrived in each {}", length(of.slice)),
             keys, [&](const chart_size& size) { draw_outcomes(out, of, x, size, id); });
  if (!has_answers(x))
    return;
  add_figure(out, "Latency of answers", has_wide_latencies(x) ? "on a logarithmic scale" : "",
             {line_key("p50", "p50"), line_key("p99", "p99"), line_key("p999", "p99.9")},
             [&](const chart_size& size) { draw_latencies(out, of, x, size, id); });
}

void add_details(markup& out, std::string_view summary, const std::function<void()>& add) {
  out.open("details");
  out.element("summary", summary);
  add();
  out.close();
}

void add_task(markup& out, const rehearsal& of, const played_task& x, const std::string& id) {
  out.open("section", {{"class", "task"}, {"id", id}, {"aria-labelledby", id + "-name"}});
  out.element("h3", {{"id", id + "-name"}}, x.name);
  out.element("p", {{"class", "lede"}}, unbroken(verdict_line(x)));
  if (x.requests > 0) {
    add_strip(out, x);
    add_task_charts(out, of, x, id);
    add_details(out, "Slice by slice", [&] { add_slice_table(out, of, x); });
  }
  out.close();
}

void add_tasks(markup& out, const rehearsal& x) {
  if (x.tasks.empty())
    return;
  out.open("section", {{"aria-labelledby", "tasks"}});
  out.element("h2", {{"id", "tasks"}}, "Tasks over time");
  for (std::size_t i = 0; i < x.tasks.size(); ++i)
    add_task(out, x, x.tasks[i], task_id(i));
  out.close();
}

void add_routes(markup& out, const rehearsal& x) {
  out.open("section", {{"id", "routes"}, {"aria-labelledby", "routes-name"}});
  out.element("h2", {{"id", "routes-name"}}, "Routes");
  if (x.routes.empty()) {
    out.element("p", {{"class", "note"}}, "No route was played.");
  } else {
    add_figure(out, "Breakers", "the busiest traffic class of each route",
               {band_key("closed", "closed", 4), band_key("half-open", "half-open", 8),
                band_key("open", "open", 12)},
               [&](const chart_size& size) { draw_breakers(out, x, size); });
    add_details(out, "Spell by spell", [&] { add_breaker_table(out, x); });
    add_figure(out, "Calls", fmt::format("begun in each {}, all to one scale", length(x.slice)), {},
               [&](const chart_size& size) { draw_calls(out, x, size); });
    add_details(out, "Slice by slice", [&] { add_calls_table(out, x); });
    add_route_table(out, x);
  }
  out.close();
}

void add_figures(markup& out, const rehearsal& x) {
  out.open("section", {{"id", "figures"}, {"aria-labelledby", "figures-name"}});
  out.element("h2", {{"id", "figures-name"}}, "All figures");
  if (x.tasks.empty())
    out.element("p", {{"class", "note"}}, "No task was played.");
  else
    add_task_table(out, x);
  out.close();
}

} // namespace

std::string report_html(const rehearsal& x) {
  markup out;
  out.raw("<!DOCTYPE html>\n");
  out.open("html", {{"lang", "en"}});
  add_head(out, x);
  out.open("body");
  add_patterns(out);
  add_header(out, x);
  out.open("main");
  add_verdicts(out, x);
  add_tasks(out, x);
  add_routes(out, x);
  add_figures(out, x);
  out.close();
  out.element("footer", "Times are minutes and seconds from the start of the rehearsal. Shares are "
                        "of all requests of a task; latencies are of answered ones.");
  out.close();
  out.close();
  return std::move(out).finish();
}

} // namespace hedgerow
