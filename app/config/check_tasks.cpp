#include "app/config/link.hpp"
#include "app/config/names.hpp"
#include "app/config/units.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace hedgerow::config {

namespace {

/// One task with what its findings need. Parts that could not be read are not judged.
struct inspection {
  reader& in;
  const node& root;
  const std::string& name;
  const task_draft& of;
  const draft& all;

  key_path path(std::string_view key) const { return {"tasks", name, std::string{key}}; }

  key_path rung(std::size_t i) const {
    return {"tasks", name, "ladder", "[" + std::to_string(i) + "]"};
  }

  bool sound(std::string_view key) const { return in.sound(path(key)); }

  const task& config() const { return of.config; }

  /// The contract; null if there is none or it is unknown.
  const contract* must() const {
    const auto i = all.contracts.find(of.contract);
    return i == all.contracts.end() ? nullptr : &i->second.config;
  }
};

/// A model rung and its place in the ladder.
struct model_at {
  std::size_t index = 0;
  model_rung rung;
  const route_config* route = nullptr;
};

/// The model rungs whose routes exist.
std::vector<model_at> models_of(const inspection& x) {
  std::vector<model_at> out;
  const auto add = [&](std::size_t place, model_rung rung) {
    const auto route = x.all.routes.find(rung.route);
    if (route != x.all.routes.end())
      out.push_back({place, std::move(rung), &route->second.config});
  };
  for (std::size_t i = 0; i < x.of.ladder.size(); ++i) {
    const auto& what = x.of.ladder[i].what;
    if (const auto* model = std::get_if<model_rung>(&what))
      add(i, *model);
    else if (const auto* spread = std::get_if<spread_rung>(&what))
      for (const auto& [route, weight] : spread->routes)
        add(i, {route, spread->as});
  }
  return out;
}

/// Whether the rung always answers, so that nothing behind it does.
bool always_answers(const rung_draft& x) {
  if (std::holds_alternative<message_rung>(x.what))
    return true;
  const auto* rules = std::get_if<rules_file>(&x.what);
  return rules && std::ranges::any_of(rules->rules->rules(), [](const rule& one) {
           return one.contains_any.empty() && one.matches.empty();
         });
}

void check_reachable(const inspection& x) {
  const auto& ladder = x.of.ladder;
  const auto last = std::ranges::find_if(ladder, always_answers);
  for (auto i = last == ladder.end() ? last : last + 1; i != ladder.end(); ++i)
    x.in.error(x.root, x.rung(static_cast<std::size_t>(i - ladder.begin())),
               "can never be reached, because the rung [" + std::to_string(last - ladder.begin())
                   + "] before it always answers; move it up or remove it");
}

void check_repeated(const inspection& x, const std::vector<model_at>& models) {
  std::map<std::string, std::size_t> first;
  for (const auto& model : models) {
    const auto [seen, is_new] = first.emplace(model.rung.route, model.index);
    if (!is_new)
      x.in.error(x.root, x.rung(model.index),
                 "calls the route " + ticked(model.rung.route) + " a second time, after rung ["
                     + std::to_string(seen->second) + "]; `retry` calls a route again");
  }
}

bool has_schema(const inspection& x) {
  const auto* must = x.must();
  return must != nullptr && must->format == contract::form::json && must->shape;
}

bool needs_tools(const inspection& x) {
  const auto* must = x.must();
  return x.config().capability == task_capability::tool_execution
         || (must != nullptr && must->format == contract::form::tool_call);
}

/// Whether `route` may be asked for an answer in `language`; only the primary tag counts.
bool speaks(const route_config& route, std::string_view language) {
  const auto primary_tag = [](std::string_view tag) { return tag.substr(0, tag.find('-')); };
  return language.empty() || route.languages.empty()
         || std::ranges::any_of(route.languages, [&](const std::string& own) {
              return primary_tag(own) == primary_tag(language);
            });
}

/// Tokens that may come and go in one request; 0: nobody has said.
std::int64_t most_tokens(const task& x) {
  return x.input.max_tokens > 0 ? x.input.max_tokens + x.params.max_tokens.value_or(0) : 0;
}

/// Whether there is a rung for what does not fit the others.
bool has_longer(const inspection& x, const std::vector<model_at>& models) {
  return std::ranges::any_of(models, [&](const model_at& m) {
    return m.rung.as == rung_role::longer_context && m.route->context >= most_tokens(x.config());
  });
}

/// What `route` lacks of what the task needs; empty: nothing. A schema is needed natively where the
/// primary takes it so: a fallback that does not is no equal of it.
std::string lacking(const inspection& x, const route_config& route, const route_config& primary,
                    bool others_are_longer) {
  const auto& task = x.config();
  if (route.safety < task.safety)
    return "the safety level " + std::string{to_string(task.safety)} + "; its own is "
           + std::string{to_string(route.safety)};
  if (needs_tools(x) && !route.capabilities.has(capability::tools))
    return "the capability `tools`";
  if (task.capability == task_capability::multimodal && !route.capabilities.has(capability::vision))
    return "the capability `vision`";
  if (const auto* must = x.must(); must != nullptr && !speaks(route, must->language))
    return "the language " + ticked(must->language) + ", which the contract wants";
  if (has_schema(x) && primary.capabilities.has(capability::json_schema)
      && !route.capabilities.has(capability::json_schema))
    return "the capability `json_schema`, which the contract uses";
  const auto wanted = most_tokens(task);
  if (wanted > route.context && !others_are_longer)
    return "the context: it holds " + std::to_string(route.context) + " tokens, and "
           + std::to_string(wanted) + " may come (`input.max_tokens` and `params.max_tokens`)";
  if (task.params.max_tokens.value_or(0) > route.max_output)
    return "the room for `params.max_tokens`: it answers with at most "
           + std::to_string(route.max_output) + " tokens";
  return {};
}

void check_fit(const inspection& x, const std::vector<model_at>& models) {
  for (const auto& model : models) {
    const key_path route{"routes", model.rung.route};
    if (!x.in.sound(route) || !x.sound("safety") || !x.sound("input") || !x.sound("params"))
      continue;
    if (const auto lacks = lacking(x, *model.route, *models.front().route, has_longer(x, models));
        !lacks.empty())
      x.in.error(x.root, x.rung(model.index),
                 "the route " + ticked(model.rung.route) + " lacks what the task needs: " + lacks);
  }
}

/// What the primary was chosen to speak its fallbacks should speak, too. Only the operator knows
/// whether the task needs it, so that this is a warning.
void check_languages(const inspection& x, const std::vector<model_at>& models) {
  const auto& spoken = models.front().route->languages;
  for (const auto& model : models) {
    const auto& own = model.route->languages;
    std::vector<std::string> missing;
    for (const auto& language : spoken)
      if (!own.empty() && std::ranges::find(own, language) == own.end())
        missing.push_back(language);
    if (!missing.empty())
      x.in.warn(x.root, x.rung(model.index),
                "the route " + ticked(model.rung.route) + " does not speak " + listed(missing)
                    + ", as the primary " + ticked(models.front().rung.route) + " does");
  }
}

void check_tools(const inspection& x, const std::vector<model_at>& models) {
  const auto* must = x.must();
  if (x.config().capability == task_capability::tool_execution && models.size() > 1
      && (must == nullptr || must->format != contract::form::tool_call) && x.sound("contract"))
    x.in.error(
        x.root, x.path("ladder"),
        "falls back to another model without a check of the tools' arguments; give the task a "
        "contract of `format: tool_call`, or one model only");
}

void check_hedge(const inspection& x, const std::vector<model_at>& models) {
  const auto& hedge = x.config().hedge;
  if (!hedge || !x.sound("hedge"))
    return;
  if (x.config().budget.attempts == 1 && x.sound("budget"))
    x.in.error(
        x.root, x.path("hedge"),
        "is a second attempt, and `budget.attempts` allows only one; raise that or remove this");
  if (x.config().mode == task_mode::background)
    x.in.warn(x.root, x.path("hedge"), "never happens: a background task is not hedged");
  const auto equivalents = std::ranges::count_if(
      models, [](const model_at& m) { return m.rung.as == rung_role::equivalent; });
  if (equivalents < 2 && x.sound("ladder"))
    x.in.warn(x.root, x.path("hedge"),
              "never happens: the ladder has no second equivalent route to start");
  if (hedge->fixed && *hedge->fixed >= x.config().deadline && x.sound("deadline"))
    x.in.warn(x.root, {"tasks", x.name, "hedge", "after"},
              "never happens: it is not before the deadline of "
                  + show_duration(x.config().deadline));
}

void check_screen(const inspection& x) {
  const auto& screen = x.config().screen;
  if (!screen || !x.sound("safety"))
    return;
  if (!screen->input && !screen->output)
    x.in.error(x.root, {"tasks", x.name, "safety", "screen"},
               "judges neither `input` nor `output`; remove it or one of these");
  if (screen->output && x.config().stream.commit == stream_commit::first_token)
    x.in.warn(x.root, {"tasks", x.name, "stream", "commit"},
              "never comes to bear: `safety.screen` judges whole answers, and nothing is sent "
              "before; write complete, or leave it out");
}

void check_deadline(const inspection& x, const std::vector<model_at>& models) {
  std::vector<std::string> slower;
  for (const auto& model : models)
    if (model.route->timeout.first_token > x.config().deadline)
      slower.push_back(model.rung.route + " (" + show_duration(model.route->timeout.first_token)
                       + ")");
  if (!slower.empty() && x.sound("deadline"))
    x.in.warn(x.root, x.path("deadline"),
              show_duration(x.config().deadline) + " is shorter than `timeout.first_token` of "
                  + listed(slower) + ", which never comes to bear");
}

void check_attempts(const inspection& x, const std::vector<model_at>& models) {
  const auto calls = 1 + x.config().retry.attempts;
  const auto worst = static_cast<int>(models.size()) * calls;
  const auto budget = x.config().budget.attempts;
  if (worst > budget && x.sound("retry") && x.sound("budget"))
    x.in.warn(x.root, {"tasks", x.name, "retry", "attempts"},
              std::to_string(models.size()) + " routes of up to " + std::to_string(calls)
                  + " calls each are " + std::to_string(worst) + ", more than the "
                  + std::to_string(budget)
                  + " of `budget.attempts`; the last routes may never be called");
}

/// A budget of money that nothing is held against.
void check_prices(const inspection& x, const std::vector<model_at>& models) {
  if (!x.config().budget.cost || !x.sound("budget"))
    return;
  std::vector<std::string> unpriced;
  for (const auto& model : models)
    if (model.route->cost.input <= 0 && model.route->cost.output <= 0)
      unpriced.push_back(model.rung.route);
  if (!unpriced.empty())
    x.in.warn(x.root, {"tasks", x.name, "budget", "cost"},
              "does not hold for routes without a `price`: " + listed(unpriced));
}

void check_degradation(const inspection& x) {
  const auto is_model = [](const rung_draft& rung) {
    return std::holds_alternative<model_rung>(rung.what)
           || std::holds_alternative<spread_rung>(rung.what);
  };
  if (x.sound("ladder") && !x.of.ladder.empty() && std::ranges::all_of(x.of.ladder, is_model))
    x.in.warn(x.root, x.path("ladder"),
              "has no rung that degrades, so that a request can end in an error; add `rules` or a "
              "`message`");
}

void check_answers(const inspection& x) {
  const auto* must = x.must();
  if (must == nullptr || !x.in.sound({"contracts", x.of.contract}))
    return;
  for (const auto& rung : x.of.ladder)
    if (const auto* rules = std::get_if<rules_file>(&rung.what))
      check_rules(x.in, x.name, *rules, *must);
}

} // namespace

void check_tasks(reader& in, const node& root, const draft& all) {
  for (const auto& [name, of] : all.tasks) {
    const inspection x{in, root, name, of, all};
    check_reachable(x);
    check_answers(x);
    check_degradation(x);
    check_screen(x);
    const auto models = models_of(x);
    if (models.empty())
      continue;
    check_repeated(x, models);
    check_fit(x, models);
    check_languages(x, models);
    check_tools(x, models);
    check_hedge(x, models);
    check_deadline(x, models);
    check_attempts(x, models);
    check_prices(x, models);
  }
}

} // namespace hedgerow::config
