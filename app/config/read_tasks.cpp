#include "app/config/parts.hpp"
#include "app/config/read_rules.hpp"
#include "app/config/units.hpp"
#include "contracts/json.hpp"

#include <algorithm>

namespace hedgerow::config {

namespace {

const std::vector<std::string_view> capabilities{
    "extraction", "classification", "rewrite",        "retrieval",     "reasoning",
    "code",       "multimodal",     "tool_execution", "safety_review", "chat"};

/// A schema in a file of its own, or written inline.
std::optional<schema> read_schema(section& in, std::string_view key, std::string_view doc) {
  const auto* x = in.raw(key, R"("type":["object","string","boolean"])", doc);
  if (!x)
    return std::nullopt;
  std::string text;
  if (x->is_scalar() && kind_of(*x) == scalar_kind::text) {
    auto read = in.all().open(x->text);
    if (!read) {
      in.error(key, "the schema file " + shown(*x) + " cannot be read");
      return std::nullopt;
    }
    text = std::move(*read);
  } else {
    auto written = to_json(*x);
    if (const auto* problem = std::get_if<yaml_problem>(&written)) {
      in.error(key, problem->message);
      return std::nullopt;
    }
    text = std::get<std::string>(written);
  }
  auto compiled = schema::compile(text);
  if (compiled)
    return std::move(*compiled);
  in.error(key, "does not compile: " + compiled.error().message);
  return std::nullopt;
}

void refuse_repair(section& in) {
  const auto* x = in.raw("repair", R"("type":"array","items":{"enum":["syntax","coerce"]})",
                         "Deterministic repairs; [] switches them off.");
  if (x && !(x->is_sequence() && x->items.empty()))
    in.error("repair", "is not built yet; write [] or remove it");
}

contract read_contract(section& in, const std::string& name) {
  contract out;
  out.name = name;
  if (auto i = in.choice("format", {"text", "json", "tool_call"}, "What the answer has to be."))
    out.format = static_cast<contract::form>(*i);
  out.shape = read_schema(in, "schema", "JSON Schema of the answer: a file, or written here.");
  std::int64_t length = 0;
  in.integer("max_length", length, 1, 1'000'000'000, "Characters of the text.");
  if (length > 0)
    out.max_length = static_cast<std::size_t>(length);
  in.flag("not_empty", out.not_empty, "Whether the text must hold something.");
  in.text("confidence", out.confidence, "Pointer to a number from 0 to 1 in the answer.");
  refuse_repair(in);
  in.not_built("tools", "contracts on tool calls");
  in.not_built("citations", "contracts on citations");
  in.not_built("citations_among", "contracts on citations");
  in.not_built("language", "contracts on language");
  in.not_built("formats", "formats as assertions");
  in.not_built("parallel", "contracts on tool calls");
  in.require("format");
  in.close();
  if (out.shape && out.format != contract::form::json)
    in.error("schema", "belongs to `format: json`");
  if (!out.confidence.empty() && (out.format != contract::form::json || out.confidence[0] != '/'))
    in.error("confidence",
             "has to be a JSON pointer such as /confidence, in a contract of `format: json`");
  return out;
}

std::optional<ladder_rung> read_model_rung(section& in) {
  model_rung out;
  in.text("route", out.route, "One of `routes`.");
  if (auto i = in.choice("as", {"equivalent", "stronger", "longer_context"}, "In which role.")) {
    out.as = static_cast<rung_role>(*i);
    if (out.as == rung_role::longer_context)
      in.error("as", "`longer_context` is not built yet; use stronger");
  }
  in.close();
  return ladder_rung{out};
}

std::optional<ladder_rung> read_rung(section& task_in, const node& x, std::size_t number) {
  auto path = task_in.path() + ".ladder[" + std::to_string(number) + "]";
  auto& all = task_in.all();
  if (x.is_scalar())
    return ladder_rung{model_rung{.route = x.text}};
  section in{all, &x, path, nullptr};
  if (!in.present())
    return std::nullopt;
  if (find(x, "route"))
    return read_model_rung(in);
  if (const auto* file = in.raw("rules", "", "A file of rules.")) {
    in.close();
    if (!file->is_scalar()) {
      in.error("rules", "has to name a file");
      return std::nullopt;
    }
    auto rules = read_rules(all, *file, path + ".rules", file->text);
    return rules ? std::optional<ladder_rung>{rules_rung{rules}} : std::nullopt;
  }
  if (find(x, "message")) {
    message_rung out;
    in.text("message", out.text, "What the caller is told.");
    in.close();
    return ladder_rung{out};
  }
  for (auto key : {"cache", "retrieve", "draft", "queue", "review", "routes"})
    in.not_built(key, "this kind of rung");
  auto before = all.findings.size();
  in.close();
  if (all.findings.size() == before && x.items.empty())
    all.error(x, path, "is empty; a rung is a route, rules or a message");
  return std::nullopt;
}

void read_ladder(section& in, task& out) {
  const auto* x =
      in.raw("ladder", R"("type":"array","minItems":1,"items":{"type":["string","object"]})",
             "The rungs, in order; the first route is the primary.");
  if (!x)
    return;
  if (!x->is_sequence() || x->items.empty()) {
    in.error("ladder", "has to be a list of rungs");
    return;
  }
  for (std::size_t i = 0; i < x->items.size(); ++i)
    if (auto one = read_rung(in, x->items[i], i))
      out.ladder.push_back(std::move(*one));
}

void read_hedge(section in, std::optional<hedge_policy>& out) {
  hedge_policy x;
  std::string after = "p95";
  in.text("after", after, "A time, or a percentile of the route's own latency such as p95.");
  if (auto fixed = read_duration(after))
    x.fixed = *fixed;
  else if (auto quantile = read_quantile(after))
    x.quantile = *quantile;
  else
    in.error("after",
             "`" + after + "` is neither a time such as 200ms nor a percentile such as p95");
  in.duration("floor", x.floor, "Never sooner.", milliseconds{0});
  in.duration("ceiling", x.ceiling, "Never later.");
  in.percent("max_extra", x.max_extra, "Hedges as a share of the task's requests in any 10 s.");
  std::int64_t most = x.at_most;
  in.integer("at_most", most, 1, 8, "Hedges per request.");
  x.at_most = static_cast<int>(most);
  in.close();
  if (x.ceiling < x.floor)
    in.error("ceiling", "is below `floor`");
  if (in.present())
    out = x;
}

void read_retry(section in, retry_policy& out) {
  std::int64_t attempts = out.attempts;
  in.integer("attempts", attempts, 0, 100, "How often the same rung is called again.");
  out.attempts = static_cast<int>(attempts);
  in.duration("base", out.base, "Of the backoff.");
  in.duration("cap", out.cap, "Of the backoff.");
  std::string wait;
  in.text("wait_up_to", wait,
          "The longest hint that is waited for: a time, or a share of what remains.");
  if (auto fixed = read_duration(wait))
    out.wait_up_to.fixed = *fixed;
  else if (auto share = read_percent(wait); share && *share <= 1)
    out.wait_up_to.share = *share;
  else if (!wait.empty())
    in.error("wait_up_to", "`" + wait + "` is neither a time such as 2s nor a share such as 25%");
  in.close();
}

void read_budget(section in, request_budget& out) {
  std::int64_t attempts = out.attempts;
  in.integer("attempts", attempts, 1, 200, "Calls a request may make, all told.");
  out.attempts = static_cast<int>(attempts);
  in.not_built("cost", "budgets of money");
  in.not_built("tokens", "budgets of tokens");
  in.close();
}

void read_reasks(section in) {
  std::int64_t reasks = 0;
  in.integer("reasks", reasks, 0, 100, "Model calls spent on repairing an output.");
  in.close();
  if (reasks > 0)
    in.error("reasks", "asking again with what was wrong is not built yet; write 0 or remove it");
}

void read_safety(section in, task& out) {
  if (auto i = in.choice("level", {"relaxed", "standard", "strict"},
                         "The least that a route has to keep."))
    out.safety = static_cast<safety_level>(*i);
  if (in.choice("on_refusal", {"stop", "review"}, "What follows a refusal.").value_or(0) == 1)
    in.error("on_refusal", "`review` is not built yet; use stop");
  in.not_built("screen", "a safety route");
  in.close();
}

void read_params(section in, parameters& out) {
  auto number = [&](std::string_view key, std::optional<double>& to, double least, double most) {
    double x = least - 1;
    in.number(key, x, least, most, "As providers have it; a caller's own wins.");
    if (x >= least)
      to = x;
  };
  number("temperature", out.temperature, 0, 2);
  number("top_p", out.top_p, 0, 1);
  number("frequency_penalty", out.frequency_penalty, -2, 2);
  number("presence_penalty", out.presence_penalty, -2, 2);
  std::int64_t tokens = 0;
  in.integer("max_tokens", tokens, 1, 1'000'000'000, "Tokens of the answer.");
  if (tokens > 0)
    out.max_tokens = tokens;
  std::int64_t seed = -1;
  in.integer("seed", seed, 0, INT64_MAX, "As providers have it.");
  if (seed >= 0)
    out.seed = seed;
  in.texts("stop", out.stop, "Where the answer ends.");
  in.text("reasoning_effort", out.reasoning_effort, "As providers have it.");
  in.close();
}

/// Text, or the name of a file that holds it.
void read_system(section& in, std::string& out) {
  in.text("system", out, "Sent before the caller's messages: text, or a file.");
  auto names_file = out.size() < 200 && out.find_first_of("\n ") == std::string::npos
                    && (out.ends_with(".md") || out.ends_with(".txt"));
  if (!names_file)
    return;
  if (auto read = in.all().open(out))
    out = std::move(*read);
  else
    in.error("system", "the file `" + out + "` cannot be read");
}

void read_input(section in, input_policy& out) {
  out.shape = read_schema(in, "schema", "What the input has to satisfy.");
  in.integer("max_tokens", out.max_tokens, 1, 1'000'000'000, "Estimated tokens.");
  in.close();
}

void read_task(section& in, const std::string& name, configuration& all, task& out) {
  out.name = name;
  if (auto i = in.choice("capability", capabilities, "What the task is for."))
    out.capability = static_cast<task_capability>(*i);
  if (in.choice("mode", {"interactive", "background"}, "Whether somebody waits.").value_or(0) == 1)
    in.error("mode", "`background` is not built yet; use interactive");
  in.duration("deadline", out.deadline, "The whole request, every retry and hedge included.");
  std::string must;
  in.text("contract", must, "One of `contracts`; absent: any answer that is not empty.");
  read_ladder(in, out);
  read_hedge(in.child("hedge", "When a second call is started beside a late one."), out.hedge);
  read_retry(in.child("retry", "How the same rung is called again."), out.retry);
  read_reasks(in.child("repair", "What may be spent on a broken output."));
  read_budget(in.child("budget", "What a request may spend."), out.budget);
  read_safety(in.child("safety", "What holds on every path."), out);
  read_input(in.child("input", "What the input has to satisfy."), out.input);
  read_system(in, out.system);
  read_params(in.child("params", "Defaults of sampling."), out.params);
  in.not_built("fitness", "fitness per task and route");
  in.not_built("review", "review by a person");
  in.not_built("stream", "streams");
  in.not_built("evaluate", "shadow calls");
  in.not_built("steps", "steps per failure class");
  in.not_built("background", "background work");
  in.not_built("keep", "retention");
  in.require("deadline");
  in.require("ladder");
  in.close();
  if (must.empty())
    return;
  if (auto i = all.contracts.find(must); i != all.contracts.end())
    out.must = i->second;
  else
    in.error("contract", "there is no contract called `" + must + "`");
}

} // namespace

void read_contracts(section& file, configuration& out) {
  file.entries("contracts", "What answers have to satisfy.",
               [&](const std::string& name, section& in) {
                 out.contracts[name] = std::make_shared<const contract>(read_contract(in, name));
               });
}

void read_tasks(section& file, configuration& out) {
  file.entries("tasks", "Named uses of models.", [&](const std::string& name, section& in) {
    read_task(in, name, out, out.tasks[name]);
  });
}

} // namespace hedgerow::config
