#include "app/rehearse/report_json.hpp"

#include "app/rehearse/figures.hpp"
#include "routes/json_object.hpp"

#include <cmath>
#include <cstdint>
#include <optional>
#include <string_view>

namespace hedgerow {

namespace {

using report::outcomes;

void count(json_object& of, std::string_view name, std::size_t x) {
  of.number(name, std::optional{static_cast<std::int64_t>(x)});
}

void real(json_object& of, std::string_view name, double x) { of.number(name, std::optional{x}); }

void time(json_object& of, std::string_view name, milliseconds x) {
  of.number(name, std::optional<std::int64_t>{x.count()});
}

void time(json_object& of, std::string_view name, microseconds x) {
  real(of, name, static_cast<double>(x.count()) / 1000);
}

/// To a millionth of a cent: sums of doubles have no more to say.
void money(json_object& of, std::string_view name, double x) {
  real(of, name, std::round(x * 1e8) / 1e8);
}

std::string_view name_of(const std::string& x) { return x; }
std::string_view name_of(attempt_kind x) { return to_string(x); }

/// An object of counts whose names are not ours, and may need escapes.
template <class Counts>
void append_counts(std::string& out, const Counts& x) {
  out += '{';
  for (const auto& [key, times] : x) {
    if (out.back() != '{')
      out += ',';
    json::append_quoted(out, name_of(key));
    out += ':' + std::to_string(times);
  }
  out += '}';
}

void append(std::string& out, const outcome_counts& x) {
  json_object of{out};
  for (const auto one : outcomes)
    count(of, to_string(one), x[one]);
  of.end();
}

void append(std::string& out, const latency_figures& x) {
  json_object of{out};
  time(of, "p50_ms", x.p50);
  time(of, "p90_ms", x.p90);
  time(of, "p99_ms", x.p99);
  time(of, "p999_ms", x.p999);
  time(of, "longest_ms", x.longest);
  of.end();
}

void append(std::string& out, const budget_use& x) {
  json_object of{out};
  real(of, "mean_share", x.mean);
  real(of, "most_share", x.most);
  of.end();
}

void append_shares(std::string& out, const played_task& x) {
  json_object of{out};
  for (const auto one : outcomes)
    real(of, to_string(one), x.share(one));
  of.end();
}

void append_budgets(std::string& out, const played_task& x) {
  json_object of{out};
  append(of.member("attempts"), x.attempts_used);
  append(of.member("cost"), x.cost_used);
  append(of.member("tokens"), x.tokens_used);
  of.end();
}

void append_slices(std::string& out, const rehearsal& all, const played_task& x) {
  std::size_t i = 0;
  append_list(out, x.slices, [&](const task_slice& slice) {
    json_object of{out};
    time(of, "from_ms", report::slice_edge(all, i));
    time(of, "until_ms", report::slice_edge(all, ++i));
    append(of.member("outcomes"), slice.ended);
    count(of, "fallbacks", slice.fallbacks);
    append(of.member("latency"), slice.latency);
    of.end();
  });
}

/// `percentiles_of` is empty where they are those of one task.
void append(std::string& out, const rehearsal& all, const played_task& x,
            std::string_view percentiles_of = {}) {
  json_object of{out};
  of.text("name", x.name);
  count(of, "requests", x.requests);
  append(of.member("outcomes"), x.ended);
  append_shares(of.member("outcome_shares"), x);
  real(of, "met_share", x.met());
  count(of, "broken", x.broken);
  append(of.member("latency"), x.latency);
  of.text_unless_empty("percentiles_of", percentiles_of);
  count(of, "attempts", x.attempts);
  real(of, "attempts_per_request", x.attempts_per_request());
  count(of, "retries", x.retries);
  count(of, "hedges", x.hedges);
  real(of, "hedge_rate", x.hedge_rate());
  count(of, "fallbacks", x.fallbacks);
  real(of, "fallback_rate", x.fallback_rate());
  count(of, "repaired", x.repaired);
  count(of, "out_of_budget", x.out_of_budget);
  append_counts(of.member("reasons"), x.reasons);
  money(of, "cost_usd", x.cost);
  money(of, "cost_per_success_usd", x.cost_per_success());
  append_budgets(of.member("budget_use"), x);
  append_slices(of.member("slices"), all, x);
  of.end();
}

void append(std::string& out, const breaker_spell& x) {
  json_object of{out};
  time(of, "from_ms", x.from);
  time(of, "until_ms", x.until);
  of.text("state", to_string(x.is));
  of.text_unless_empty("reason", x.reason);
  of.end();
}

void append(std::string& out, const played_route& x) {
  json_object of{out};
  of.text("name", x.name);
  of.text("provider", x.provider);
  of.text("model", x.model);
  of.text_unless_empty("region", x.region);
  count(of, "calls", x.all_calls());
  append_counts(of.member("calls_by_kind"), x.calls);
  append_counts(of.member("results"), x.results);
  money(of, "cost_usd", x.cost);
  time(of, "open_ms", report::stay_of(x, breaker_state::open).lasted);
  append_list(of.member("breaker"), x.breaker, [&](const auto& one) { append(out, one); });
  append_list(of.member("calls_per_slice"), x.slices,
              [&](std::size_t calls) { out += std::to_string(calls); });
  of.end();
}

void append(std::string& out, const played_event& x) {
  json_object of{out};
  time(of, "from_ms", x.from);
  time(of, "until_ms", x.until);
  of.text("what", x.what);
  of.end();
}

} // namespace

std::string report_json(const rehearsal& x) {
  std::string out;
  json_object of{out};
  of.text("scenario", x.scenario);
  of.text("about", x.about);
  of.text("policy_version", x.policy_version);
  of.member("seed") += std::to_string(x.seed);
  time(of, "lasted_ms", x.lasted);
  time(of, "slice_ms", x.slice);
  append(of.member("all"), x, x.together(), "slowest_task");
  append_list(of.member("tasks"), x.tasks, [&](const auto& one) { append(out, x, one); });
  append_list(of.member("routes"), x.routes, [&](const auto& one) { append(out, one); });
  append_list(of.member("events"), x.events, [&](const auto& one) { append(out, one); });
  of.end();
  return out;
}

} // namespace hedgerow
