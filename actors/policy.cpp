#include "actors/policy.hpp"

namespace hedgerow {

namespace {

error unsound(std::string message) { return {errc::config_invalid, std::move(message), {}}; }

/// The first thing that is wrong with the numbers of `x`, or nothing.
std::string_view wrong_numbers(const hedge_policy& x) {
  if (x.fixed ? *x.fixed < milliseconds{0} : !(x.quantile > 0 && x.quantile < 1))
    return "hedges after a time below zero or a quantile outside of (0, 1)";
  if (x.floor < milliseconds{0} || x.floor > x.ceiling)
    return "has a hedge whose floor is negative or above its ceiling";
  if (!(x.max_extra >= 0 && x.max_extra <= 1) || x.at_most < 0)
    return "has a hedge with a share outside of [0, 1] or a negative count";
  return {};
}

std::string_view wrong_numbers(const retry_policy& x) {
  if (x.attempts < 0)
    return "retries a negative number of times";
  if (x.base < milliseconds{0} || x.base > x.cap)
    return "has a retry whose base is negative or above its cap";
  const auto& wait = x.wait_up_to;
  if (wait.fixed ? *wait.fixed < milliseconds{0} : !(wait.share >= 0 && wait.share <= 1))
    return "waits for a time below zero or a share outside of [0, 1]";
  return {};
}

result<void> check_task(const policy& all, const task& x) {
  auto where = "task '" + x.name + "' ";
  if (x.ladder.empty())
    return unsound(where + "has an empty ladder");
  if (x.deadline <= milliseconds{0})
    return unsound(where + "has no time: its deadline must be positive");
  if (x.budget.attempts < 1 || x.budget.attempts > 200)
    return unsound(where + "must allow from 1 to 200 attempts");
  if (const auto wrong = wrong_numbers(x.retry); !wrong.empty())
    return unsound(where + std::string{wrong});
  if (x.repair.reasks < 0)
    return unsound(where + "asks again a negative number of times");
  if (x.hedge)
    if (const auto wrong = wrong_numbers(*x.hedge); !wrong.empty())
      return unsound(where + std::string{wrong});
  if (x.steps.contains(failure_class::policy) || x.steps.contains(failure_class::invalid_request))
    return unsound(where + "names steps for a failure that ends a request");
  if (x.fitness.window < 1 || x.fitness.min_calls < 1 || x.fitness.min_calls > x.fitness.window
      || !(x.fitness.pass_rate >= 0 && x.fitness.pass_rate <= 1))
    return unsound(where
                   + "has a fitness that needs more calls than its window holds, or none, or "
                     "a pass rate outside of [0, 1]");
  if ((x.budget.cost && !(*x.budget.cost > 0)) || (x.budget.tokens && *x.budget.tokens < 1))
    return unsound(where + "has a budget of nothing");
  if (x.screen && !all.routes.contains(x.screen->route))
    return unsound(where + "is screened by the route '" + x.screen->route
                   + "', which does not exist");
  for (const auto& r : x.ladder) {
    if (const auto* model = std::get_if<model_rung>(&r)) {
      if (!all.routes.contains(model->route))
        return unsound(where + "names the route '" + model->route + "', which does not exist");
      if (!(model->weight >= 0))
        return unsound(where + "gives the route '" + model->route + "' a negative weight");
    }
    if (const auto* rules = std::get_if<rules_rung>(&r); rules && !rules->rules)
      return unsound(where + "has a rung of rules without rules");
  }
  return {};
}

} // namespace

std::string_view to_string(task_capability x) {
  switch (x) {
  case task_capability::extraction:
    return "extraction";
  case task_capability::classification:
    return "classification";
  case task_capability::rewrite:
    return "rewrite";
  case task_capability::retrieval:
    return "retrieval";
  case task_capability::reasoning:
    return "reasoning";
  case task_capability::code:
    return "code";
  case task_capability::multimodal:
    return "multimodal";
  case task_capability::tool_execution:
    return "tool_execution";
  case task_capability::safety_review:
    return "safety_review";
  case task_capability::chat:
    return "chat";
  }
  return "unknown";
}

std::string_view to_string(rung_role x) {
  switch (x) {
  case rung_role::equivalent:
    return "equivalent";
  case rung_role::stronger:
    return "stronger";
  case rung_role::longer_context:
    return "longer_context";
  }
  return "unknown";
}

std::string_view to_string(cure x) {
  switch (x) {
  case cure::retry:
    return "retry";
  case cure::reask:
    return "reask";
  case cure::equivalent:
    return "equivalent";
  case cure::stronger:
    return "stronger";
  case cure::longer_context:
    return "longer_context";
  }
  return "unknown";
}

const std::vector<cure>& usual_cures(failure_class x) {
  using enum cure;
  static const std::vector<cure> again{retry, equivalent, longer_context, stronger};
  static const std::vector<cure> elsewhere{equivalent, longer_context, stronger};
  static const std::vector<cure> better{reask, stronger};
  static const std::vector<cure> larger{longer_context, stronger};
  static const std::vector<cure> none;
  switch (x) {
  case failure_class::transport:
  case failure_class::rate_limit:
    return again;
  case failure_class::quota:
  case failure_class::latency:
  case failure_class::auth:
    return elsewhere;
  case failure_class::contract:
    return better;
  case failure_class::capability:
    return larger;
  case failure_class::policy:
  case failure_class::invalid_request:
    break;
  }
  return none;
}

const std::vector<cure>& cures_of(const task& x, failure_class why) {
  const auto own = x.steps.find(why);
  return own == x.steps.end() ? usual_cures(why) : own->second;
}

result<void> holds_together(const policy& x) {
  for (const auto& [name, setup] : x.routes)
    if (!setup.call)
      return unsound("route '" + name + "' has no way to its model");
  for (const auto& [name, of] : x.tasks) {
    if (name != of.name)
      return unsound("task '" + of.name + "' is filed under '" + name + "'");
    if (auto sound = check_task(x, of); !sound)
      return sound;
  }
  return {};
}

} // namespace hedgerow
