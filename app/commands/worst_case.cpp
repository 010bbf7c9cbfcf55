#include "app/commands/worst_case.hpp"

#include <algorithm>
#include <vector>

namespace hedgerow {

namespace {

/// A rung that is called, and how often.
struct stage {
  const route_config* route = nullptr;
  int calls = 1;
  /// Started beside another one, so that it takes no time of its own.
  bool beside = false;
};

bool may(const task& of, failure_class why, cure what) {
  return std::ranges::find(cures_of(of, why), what) != cures_of(of, why).end();
}

bool ends_all(failure_class x) {
  return x == failure_class::policy || x == failure_class::invalid_request;
}

/// Whether a failure may lead to a rung of this role.
bool leads_to(const task& of, failure_class why, rung_role as) {
  switch (as) {
  case rung_role::equivalent:
    return may(of, why, cure::equivalent);
  case rung_role::stronger:
    return may(of, why, cure::stronger);
  case rung_role::longer_context: // For a request that is too long, which is such a failure.
    return why == failure_class::capability && may(of, why, cure::longer_context);
  }
  return false;
}

/// Calls of the rung number `tried` (from 0), if each of them ends in `kind`. The first broken
/// output is asked about, as long as a stronger model has its attempt left.
int calls_of(const task& of, failure_class kind, std::size_t tried) {
  if (may(of, kind, cure::retry))
    return 1 + of.retry.attempts;
  if (kind != failure_class::contract || tried > 0 || !may(of, kind, cure::reask))
    return 1;
  const auto is_stronger = [](const ladder_rung& x) {
    const auto* model = std::get_if<model_rung>(&x);
    return model != nullptr && model->as == rung_role::stronger;
  };
  const auto kept = std::ranges::any_of(of.ladder, is_stronger) ? 1 : 0;
  return 1 + std::clamp(of.budget.attempts - 1 - kept, 0, of.repair.reasks);
}

/// Whether the provider says no before a model runs.
bool is_free(failure_class x) {
  return x == failure_class::rate_limit || x == failure_class::quota || x == failure_class::auth
         || x == failure_class::invalid_request;
}

/// The model rungs in the order in which they are tried: equivalent ones first.
std::vector<const model_rung*> models_of(const task& x) {
  std::vector<const model_rung*> out;
  for (const auto& rung : x.ladder)
    if (const auto* model = std::get_if<model_rung>(&rung))
      out.push_back(model);
  std::ranges::stable_partition(out, [](auto* m) { return m->as == rung_role::equivalent; });
  return out;
}

std::vector<stage> stages_of(const configuration& all, const task& of, failure_class kind) {
  std::vector<stage> out;
  auto hedges = of.hedge ? of.hedge->at_most : 0;
  for (const auto* model : models_of(of)) {
    const auto is_primary = out.empty();
    stage next{&all.routes.at(model->route), calls_of(of, kind, out.size())};
    const auto is_equal = model->as == rung_role::equivalent;
    if (!is_primary && (ends_all(kind) || !leads_to(of, kind, model->as))) {
      if (!is_equal || hedges-- <= 0)
        continue;
      next.beside = true; // Under way already when the first one ends.
    }
    out.push_back(next);
  }
  return out;
}

/// The longest wait before the `n`-th call of a rung, from 0. A re-ask does not wait.
milliseconds wait_before(const task& of, failure_class kind, int n) {
  if (n == 0 || !may(of, kind, cure::retry))
    return milliseconds{0};
  const auto backoff = std::min(of.retry.cap, of.retry.base * (1 << std::min(n - 1, 20)));
  if (kind != failure_class::rate_limit)
    return backoff;
  const auto& patience = of.retry.wait_up_to;
  const auto hinted = patience.fixed.value_or(
      std::chrono::duration_cast<milliseconds>(of.deadline * patience.share));
  return std::max(backoff, hinted + hinted / 10);
}

double cost_of_call(const task& of, const route_config& route) {
  const auto output = std::min(of.params.max_tokens.value_or(route.max_output), route.max_output);
  const auto fits = std::max<std::int64_t>(route.context - output, 0);
  const auto input = of.input.max_tokens > 0 ? std::min(of.input.max_tokens, fits) : fits;
  return cost_of(route.cost, input, 0, output);
}

} // namespace

worst_case worst_of(const configuration& all, const task& of, failure_class kind) {
  worst_case out;
  if (of.screen && of.screen->input) {
    const auto& guard = all.routes.at(of.screen->route);
    out.time += guard.timeout.total;
    out.cost += cost_of_call(of, guard);
  }
  for (const auto& stage : stages_of(all, of, kind)) {
    for (int n = 0; n < stage.calls && out.attempts < of.budget.attempts; ++n) {
      ++out.attempts;
      if (!stage.beside)
        out.time += wait_before(of, kind, n) + stage.route->timeout.total;
      if (is_free(kind))
        continue;
      const auto cost = cost_of_call(of, *stage.route);
      out.cost += cost;
      out.unpriced = out.unpriced || cost <= 0;
    }
  }
  out.time = std::min(out.time, of.deadline);
  return out;
}

} // namespace hedgerow
