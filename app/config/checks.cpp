#include "app/config/checks.hpp"

#include "actors/rules.hpp"

#include <algorithm>
#include <set>

namespace hedgerow::config {

namespace {

/// One task with the place it stands at.
struct inspected {
  reading& all;
  const node& at;
  const task& of;
  const configuration& in;
  std::string path;

  void error(std::string_view key, std::string message) const {
    say(severity::error, key, std::move(message));
  }
  void warning(std::string_view key, std::string message) const {
    say(severity::warning, key, std::move(message));
  }

private:
  void say(severity level, std::string_view key, std::string message) const {
    const auto* exact = find(at, key.substr(0, key.find('.')));
    const auto& x = exact ? *exact : at;
    auto name = path + "." + std::string{key};
    level == severity::error ? all.error(x, name, std::move(message))
                             : all.warning(x, name, std::move(message));
  }
};

std::string rung_key(std::size_t i) { return "ladder[" + std::to_string(i) + "]"; }

void say_at_rung(const inspected& x, std::size_t i, std::string message) {
  const auto* ladder = find(x.at, "ladder");
  const auto& at = ladder && i < ladder->items.size() ? ladder->items[i] : x.at;
  x.all.error(at, x.path + "." + rung_key(i), std::move(message));
}

bool always_answers(const ladder_rung& x) {
  if (std::holds_alternative<message_rung>(x))
    return true;
  const auto* rules = std::get_if<rules_rung>(&x);
  if (!rules)
    return false;
  const auto& last = rules->rules->rules().back();
  return last.contains_any.empty() && last.matches.empty();
}

void check_reachable(const inspected& x) {
  std::set<std::string> seen;
  bool ended = false;
  for (std::size_t i = 0; i < x.of.ladder.size(); ++i) {
    const auto& r = x.of.ladder[i];
    if (ended)
      say_at_rung(x, i, "can never be reached: the rung before it always answers");
    ended = ended || always_answers(r);
    const auto* model = std::get_if<model_rung>(&r);
    if (model && !seen.insert(model->route).second)
      say_at_rung(x, i, "`" + model->route + "` stands in this ladder twice; it is tried once");
  }
}

void check_fit(const inspected& x, std::size_t i, const route_config& route) {
  auto lacks = [&](const std::string& what) {
    say_at_rung(x, i,
                "`" + route.name + "` " + what + ", which the task needs; it is no safe fallback");
  };
  if (x.of.capability == task_capability::tool_execution
      && !route.capabilities.has(capability::tools))
    lacks("lacks the capability tools");
  if (x.of.capability == task_capability::multimodal && !route.capabilities.has(capability::vision))
    lacks("lacks the capability vision");
  if (route.safety < x.of.safety)
    lacks("has the safety level " + std::string{to_string(route.safety)} + " and not "
          + std::string{to_string(x.of.safety)});
  auto wanted = x.of.input.max_tokens;
  if (route.context > 0 && wanted > route.context)
    lacks("holds " + std::to_string(route.context) + " tokens and not the " + std::to_string(wanted)
          + " of `input.max_tokens`");
}

void check_routes(const inspected& x) {
  int models = 0;
  for (std::size_t i = 0; i < x.of.ladder.size(); ++i) {
    const auto* model = std::get_if<model_rung>(&x.of.ladder[i]);
    if (!model)
      continue;
    ++models;
    auto route = x.in.routes.find(model->route);
    if (route == x.in.routes.end())
      say_at_rung(x, i, "there is no route called `" + model->route + "`");
    else
      check_fit(x, i, route->second);
  }
  if (models == 0 && !x.of.ladder.empty())
    x.error("ladder", "names no route: nothing would ever ask a model");
  if (x.of.capability == task_capability::tool_execution && models > 1
      && (!x.of.must || x.of.must->format != contract::form::tool_call))
    x.error("ladder",
            "a tool_execution task must not fall back without a contract of `format: tool_call`, "
            "which checks the arguments");
}

/// An answer with the kinds of text that may be put into it.
void check_rules(const inspected& x) {
  for (std::size_t i = 0; i < x.of.ladder.size(); ++i) {
    const auto* rung = std::get_if<rules_rung>(&x.of.ladder[i]);
    if (!rung || !x.of.must || x.of.must->format == contract::form::text)
      continue;
    const auto& rules = rung->rules->rules();
    for (std::size_t n = 0; n < rules.size(); ++n) {
      auto only = rule_set::compile({rule{.answer = rules[n].answer}});
      completion sample;
      sample.text = only ? only->answer("A sentence.").value_or("") : "";
      auto wrong = violations(*x.of.must, sample);
      if (!wrong.empty())
        say_at_rung(x, i,
                    "the answer of rule " + std::to_string(n) + " breaks the contract `"
                        + x.of.must->name + "`: " + wrong.front().message);
    }
  }
}

void check_numbers(const inspected& x) {
  if (x.of.hedge && x.of.budget.attempts < 2)
    x.error("hedge", "needs a second attempt, and `budget.attempts` allows only one");
  auto degrades = std::ranges::any_of(
      x.of.ladder, [](auto& r) { return !std::holds_alternative<model_rung>(r); });
  if (!x.of.ladder.empty() && !degrades)
    x.warning("ladder",
              "has no rung that degrades, so it can end in an error; add rules or a message");
  auto models = std::ranges::count_if(
      x.of.ladder, [](auto& r) { return std::holds_alternative<model_rung>(r); });
  auto worst = models * (1 + x.of.retry.attempts);
  if (worst > x.of.budget.attempts)
    x.warning("retry.attempts",
              std::to_string(models) + " routes, each called up to "
                  + std::to_string(1 + x.of.retry.attempts) + " times, are more than the "
                  + std::to_string(x.of.budget.attempts) + " attempts of the budget");
  for (const auto& r : x.of.ladder) {
    const auto* model = std::get_if<model_rung>(&r);
    auto route = model ? x.in.routes.find(model->route) : x.in.routes.end();
    if (route == x.in.routes.end() || route->second.timeout.first_token <= x.of.deadline)
      continue;
    x.warning("deadline", "is shorter than the first_token timeout of `" + model->route + "`");
    break;
  }
}

} // namespace

void check_all(reading& all, const node& root, const configuration& x) {
  const auto* tasks = find(root, "tasks");
  if (!tasks || !tasks->is_mapping())
    return;
  for (const auto& item : tasks->items) {
    auto of = x.tasks.find(item.key);
    if (of == x.tasks.end())
      continue;
    inspected one{all, item, of->second, x, "tasks." + item.key};
    check_reachable(one);
    check_routes(one);
    check_rules(one);
    check_numbers(one);
  }
}

} // namespace hedgerow::config
