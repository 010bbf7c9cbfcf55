#include "app/rehearse/tally.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace hedgerow {

namespace {

using namespace std::chrono_literals;

milliseconds slice_for(milliseconds lasts) {
  constexpr std::array<milliseconds, 12> round{100ms, 250ms, 500ms, 1s,  2s,   5s,
                                               10s,   15s,   30s,   60s, 5min, 15min};
  constexpr int most = 120;
  const auto fits = [&](milliseconds x) { return x * most >= lasts; };
  const auto i = std::ranges::find_if(round, fits);
  return i != round.end() ? *i : std::chrono::ceil<std::chrono::hours>(lasts / most);
}

/// Why no model answered: the last failure, if there was one.
std::string cause_of(const trail& steps) {
  for (auto i = steps.rbegin(); i != steps.rend(); ++i)
    if (i->event == trail_event::attempt_ended && i->result != "ok" && i->result != "cancelled")
      return std::string{i->result};
  return "skipped";
}

void add_use(double share, double& sum, budget_use& into) {
  sum += share;
  into.most = std::max(into.most, share);
}

} // namespace

latency_figures figures_of(std::vector<std::uint32_t>& all) {
  if (all.empty())
    return {};
  std::ranges::sort(all);
  const auto at = [&](double share) {
    const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(all.size())));
    return microseconds{all[std::max<std::size_t>(rank, 1) - 1]};
  };
  return {at(0.5), at(0.9), at(0.99), at(0.999), microseconds{all.back()}};
}

tally::tally(const policy& rules, milliseconds lasts)
    : lasts_{lasts},
      slice_{slice_for(lasts)},
      slices_{static_cast<std::size_t>((lasts + slice_ - 1ms) / slice_)} {
  for (const auto& [name, x] : rules.tasks) {
    auto& of = tasks_[name];
    of.out.name = name;
    of.out.slices.resize(slices_);
    of.most = x.budget;
    of.latencies.resize(slices_);
  }
  for (const auto& [name, x] : rules.routes)
    routes_[name].out = {.name = name,
                         .provider = x.config.provider.name,
                         .model = x.config.model,
                         .region = x.config.region,
                         .slices = std::vector<std::size_t>(slices_)};
}

std::size_t tally::slice_at(microseconds x) const {
  return std::min(static_cast<std::size_t>(x / slice_), slices_ - 1);
}

void tally::request_over(const record& x, microseconds at) {
  auto& of = tasks_.find(x.about->of->name)->second;
  auto& slice = of.out.slices[slice_at(at)];
  const auto& facts = x.facts;
  ++of.out.requests;
  ++of.out.ended[facts.ended];
  ++slice.ended[facts.ended];
  of.out.attempts += static_cast<std::size_t>(facts.attempts);
  of.out.retries += static_cast<std::size_t>(facts.retries);
  of.out.fallbacks += facts.fallback;
  slice.fallbacks += facts.fallback;
  of.out.repaired += facts.repaired;
  of.out.cost += facts.cost;
  if (facts.ended == outcome::degraded || facts.ended == outcome::failed)
    ++of.out.reasons[cause_of(facts.steps)];
  add_use(facts.attempts / static_cast<double>(of.most.attempts), of.attempts_used,
          of.out.attempts_used);
  if (of.most.cost)
    add_use(facts.cost / *of.most.cost, of.cost_used, of.out.cost_used);
  if (of.most.tokens)
    add_use(static_cast<double>(facts.usage.input + facts.usage.output)
                / static_cast<double>(*of.most.tokens),
            of.tokens_used, of.out.tokens_used);
  count_attempts(x, at, of);
}

void tally::count_attempts(const record& x, microseconds at, task_tally& of) {
  auto lacks_budget = false;
  for (const auto& entry : x.facts.steps) {
    if (entry.event == trail_event::rung_skipped)
      lacks_budget = lacks_budget || entry.reason == "budget";
    if (entry.event != trail_event::attempt_started && entry.event != trail_event::attempt_ended)
      continue;
    auto& route = routes_.find(entry.route)->second;
    if (entry.event == trail_event::attempt_started) {
      ++route.out.calls[*entry.kind];
      ++route.out.slices[slice_at(at + entry.at)];
      ++route.calls[static_cast<std::size_t>(x.about->facts.traffic)];
      of.out.hedges += entry.kind == attempt_kind::hedge;
    } else {
      ++route.out.results[std::string{entry.result}];
      route.out.cost += entry.cost.value_or(0);
    }
  }
  of.out.out_of_budget += lacks_budget;
}

void tally::answered(std::string_view task, microseconds at, microseconds took,
                     bool meets_contract) {
  auto& of = tasks_.find(task)->second;
  constexpr auto most = std::numeric_limits<std::uint32_t>::max();
  of.latencies[slice_at(at)].push_back(
      static_cast<std::uint32_t>(std::min<microseconds::rep>(took.count(), most)));
  of.out.broken += !meets_contract;
}

void tally::moved(const breaker_moved& x, microseconds at) {
  routes_.find(x.route)->second.moves.push_back(
      {std::chrono::duration_cast<milliseconds>(at), x.what.traffic, x.what.to, x.what.reason});
}

std::vector<breaker_spell> tally::spells_of(const route_tally& x) const {
  const auto busiest =
      static_cast<traffic_class>(std::ranges::max_element(x.calls) - x.calls.begin());
  std::vector<breaker_spell> out{{.until = lasts_}};
  for (const auto& y : x.moves) {
    if (y.traffic != busiest || y.at >= lasts_)
      continue;
    out.back().until = y.at;
    out.push_back({y.at, lasts_, y.to, y.reason});
  }
  return out;
}

rehearsal tally::figures() {
  rehearsal out{.lasted = lasts_, .slice = slice_};
  for (auto& [name, x] : tasks_) {
    const auto requests = static_cast<double>(x.out.requests);
    if (x.out.requests == 0)
      continue;
    std::vector<std::uint32_t> all;
    for (std::size_t i = 0; i < slices_; ++i) {
      all.insert(all.end(), x.latencies[i].begin(), x.latencies[i].end());
      x.out.slices[i].latency = figures_of(x.latencies[i]);
    }
    x.out.latency = figures_of(all);
    x.out.attempts_used.mean = x.attempts_used / requests;
    x.out.cost_used.mean = x.cost_used / requests;
    x.out.tokens_used.mean = x.tokens_used / requests;
    out.tasks.push_back(std::move(x.out));
  }
  for (auto& [name, x] : routes_) {
    x.out.breaker = spells_of(x);
    out.routes.push_back(std::move(x.out));
  }
  return out;
}

} // namespace hedgerow
