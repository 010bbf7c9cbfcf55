#include "app/rehearse/rehearsal.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace hedgerow {

namespace {

double per(double part, std::size_t all) { return all == 0 ? 0 : part / static_cast<double>(all); }

double per(std::size_t part, std::size_t all) { return per(static_cast<double>(part), all); }

void add(outcome_counts& to, const outcome_counts& x) {
  for (std::size_t i = 0; i < to.of.size(); ++i)
    to.of[i] += x.of[i];
}

/// Percentiles of all cannot be told from those of the parts, so that each is that of the slowest.
void widen(latency_figures& to, const latency_figures& x) {
  to.p50 = std::max(to.p50, x.p50);
  to.p90 = std::max(to.p90, x.p90);
  to.p99 = std::max(to.p99, x.p99);
  to.p999 = std::max(to.p999, x.p999);
  to.longest = std::max(to.longest, x.longest);
}

void fill(budget_use& to, const budget_use& x) {
  if (std::tie(to.most, to.mean) < std::tie(x.most, x.mean))
    to = x;
}

void add(std::vector<task_slice>& to, const std::vector<task_slice>& x) {
  to.resize(std::max(to.size(), x.size()));
  for (std::size_t i = 0; i < x.size(); ++i) {
    add(to[i].ended, x[i].ended);
    to[i].fallbacks += x[i].fallbacks;
    widen(to[i].latency, x[i].latency);
  }
}

void add(played_task& to, const played_task& x) {
  to.requests += x.requests;
  add(to.ended, x.ended);
  to.broken += x.broken;
  widen(to.latency, x.latency);
  to.attempts += x.attempts;
  to.retries += x.retries;
  to.hedges += x.hedges;
  to.fallbacks += x.fallbacks;
  to.repaired += x.repaired;
  to.out_of_budget += x.out_of_budget;
  for (const auto& [reason, times] : x.reasons)
    to.reasons[reason] += times;
  to.cost += x.cost;
  fill(to.attempts_used, x.attempts_used);
  fill(to.cost_used, x.cost_used);
  fill(to.tokens_used, x.tokens_used);
  add(to.slices, x.slices);
}

} // namespace

std::size_t outcome_counts::all() const {
  return std::accumulate(of.begin(), of.end(), std::size_t{0});
}

double played_task::share(outcome x) const { return per(ended[x], requests); }

double played_task::met() const {
  const auto answered = ended[outcome::answered];
  return per(answered - std::min(broken, answered), requests);
}

double played_task::hedge_rate() const { return per(hedges, requests); }

double played_task::fallback_rate() const { return per(fallbacks, requests); }

double played_task::attempts_per_request() const { return per(attempts, requests); }

double played_task::cost_per_success() const { return per(cost, ended[outcome::answered]); }

std::size_t played_route::all_calls() const {
  std::size_t out = 0;
  for (const auto& [_, times] : calls)
    out += times;
  return out;
}

played_task rehearsal::together() const {
  played_task out;
  out.name = "all";
  for (const auto& x : tasks)
    add(out, x);
  return out;
}

} // namespace hedgerow
