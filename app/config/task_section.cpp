#include "app/config/sections.hpp"
#include "app/config/values.hpp"

#include <algorithm>

namespace hedgerow::config {

namespace {

constexpr milliseconds shortest{1};
constexpr milliseconds hour = std::chrono::hours{1};
constexpr std::int64_t tokens_max = 1'000'000'000;

value<task_capability> capability_word() {
  using c = task_capability;
  std::vector<choice<c>> words;
  for (const auto x : {c::extraction, c::classification, c::rewrite, c::retrieval, c::reasoning,
                       c::code, c::multimodal, c::tool_execution, c::safety_review, c::chat})
    words.push_back({to_string(x), x});
  return one_of(std::move(words));
}

value<input_policy> input_keys() {
  struct draft {
    std::optional<schema> shape;
    std::int64_t max_tokens = 20'000;
  };
  auto keys = object<draft>({
      optional<draft>("schema", &draft::shape, json_schema(), "What the input has to satisfy."),
      optional<draft>("max_tokens", &draft::max_tokens, whole(1, tokens_max),
                      "Estimated tokens of the input."),
  });
  return made(std::move(keys), [](draft x) {
    return input_policy{std::move(x.shape), x.max_tokens};
  });
}

value<std::vector<rung_draft>> ladder() {
  auto type = checked(list_of(rung()), [](const std::vector<rung_draft>& rungs) -> std::string {
    return rungs.empty() ? "has no rung; a ladder needs at least one" : "";
  });
  type.schema += R"(,"minItems":1)";
  return type;
}

void take_after(hedge_policy& out, time_or_figure x) {
  if (const auto* time = std::get_if<milliseconds>(&x))
    out.fixed = *time;
  else
    out.quantile = std::get<double>(x);
}

value<hedge_policy> hedge_keys() {
  using x = hedge_policy;
  auto after = duration_or(read_quantile, "a time such as 200ms, or a percentile such as p95",
                           R"(^([0-9]+(\.[0-9]+)?(ms|s|m|h|d)|p[0-9]{1,2}(\.[0-9]+)?)$)");
  auto keys = object<x>({
      optional<x>("after", std::move(after),
                  "When the second call starts: a time, or a percentile of the route's own latency "
                  "in the request's class. Absent: p95.",
                  take_after),
      optional<x>("floor", &x::floor, duration(milliseconds{0}, hour), "Never sooner than this."),
      optional<x>("ceiling", &x::ceiling, duration(shortest, hour), "Never later than this."),
      optional<x>("max_extra", &x::max_extra, share(),
                  "Hedges started in any 10 s are at most max(1, this share of the task's requests "
                  "in them)."),
      optional<x>("at_most", &x::at_most, integer<int>(1, 8), "Hedges per request."),
  });
  return checked(std::move(keys), [](const x& read) -> std::string {
    return read.floor <= read.ceiling
               ? ""
               : "`floor` (" + show_duration(read.floor) + ") is above `ceiling` ("
                     + show_duration(read.ceiling) + ")";
  });
}

void take_patience(retry_policy& out, time_or_figure x) {
  if (const auto* time = std::get_if<milliseconds>(&x))
    out.wait_up_to.fixed = *time;
  else
    out.wait_up_to.share = std::get<double>(x);
}

value<retry_policy> retry_keys() {
  using x = retry_policy;
  auto patience = duration_or(read_percent, "a time such as 2s, or a share such as 25%",
                              R"(^[0-9]+(\.[0-9]+)?(ms|s|m|h|d|%)$)");
  auto keys = object<x>({
      optional<x>("attempts", &x::attempts, integer<int>(0, 10),
                  "How often the same rung is called again; 0: never."),
      optional<x>("base", &x::base, duration(shortest, hour), "The first wait, before jitter."),
      optional<x>("cap", &x::cap, duration(shortest, hour), "The longest wait."),
      optional<x>("wait_up_to", std::move(patience),
                  "The longest Retry-After that is waited for: a time, or a share of what remains "
                  "of the deadline. Absent: 25%.",
                  take_patience),
  });
  return checked(std::move(keys), [](const x& read) -> std::string {
    return read.base <= read.cap ? ""
                                 : "`base` (" + show_duration(read.base) + ") is above `cap` ("
                                       + show_duration(read.cap) + ")";
  });
}

value<repair_policy> repair_keys() {
  using x = repair_policy;
  return object<x>({
      optional<x>("reasks", &x::reasks, integer<int>(0, 10),
                  "Model calls that may be spent on asking again, with what was wrong."),
  });
}

value<stream_policy> stream_keys() {
  using x = stream_policy;
  enum class way : unsigned char { prefix, prefill };
  const auto has = [](const std::vector<way>& all, way one) {
    return std::ranges::find(all, one) != all.end();
  };
  return object<x>({
      optional<x>(
          "commit",
          one_of<stream_commit>(
              {{"first_token", stream_commit::first_token}, {"complete", stream_commit::complete}}),
          "When a stream begins for the caller; absent: `complete` (once the whole answer is "
          "valid) where the contract is JSON or a tool call, else `first_token`.",
          [](x& out, stream_commit when) { out.commit = when; }),
      optional<x>("resume",
                  list_of(one_of<way>({{"prefix", way::prefix}, {"prefill", way::prefill}})),
                  "What may be done when a stream breaks that has begun: ask the next route afresh "
                  "and go on where its text is the same (`prefix`); ask a route that lists "
                  "`prefill` to go on from the text (`prefill`). Absent: [prefix].",
                  [has](x& out, const std::vector<way>& all) {
                    out.prefix = has(all, way::prefix);
                    out.prefill = has(all, way::prefill);
                  }),
  });
}

value<request_budget> budget_keys() {
  using x = request_budget;
  return object<x>({
      optional<x>("attempts", &x::attempts, integer<int>(1, 200),
                  "Calls that a request may make, all told."),
      optional<x>("cost", &x::cost, money(), "US dollars, all calls together; absent: no limit."),
      optional<x>("tokens", &x::tokens, whole(1, tokens_max),
                  "Tokens of input and output, all calls together; absent: no limit."),
  });
}

value<fitness_policy> fitness_keys() {
  using x = fitness_policy;
  auto keys = object<x>({
      optional<x>("window", &x::window, integer<int>(1, 10'000),
                  "How many of a route's last answers are looked at."),
      optional<x>("min_calls", &x::min_calls, integer<int>(1, 10'000),
                  "Answers below which nothing is concluded."),
      optional<x>("pass_rate", &x::pass_rate, share(), "The share that has to meet the contract."),
  });
  return checked(std::move(keys), [](const x& read) -> std::string {
    return read.min_calls <= read.window
               ? ""
               : "`min_calls` (" + std::to_string(read.min_calls) + ") is above `window` ("
                     + std::to_string(read.window) + ")";
  });
}

value<std::vector<cure>> cures() {
  auto words = list_of(one_of<cure>({{"retry", cure::retry},
                                     {"reask", cure::reask},
                                     {"equivalent", cure::equivalent},
                                     {"stronger", cure::stronger},
                                     {"longer_context", cure::longer_context}}));
  return checked(std::move(words), [](std::vector<cure> all) -> std::string {
    std::ranges::sort(all);
    return std::ranges::adjacent_find(all) == all.end() ? "" : "names a step twice";
  });
}

value<cure_lists> step_keys() {
  using x = cure_lists;
  using enum failure_class;
  std::vector<key<x>> keys;
  for (const auto why : {transport, rate_limit, quota, latency, contract, capability, auth})
    keys.push_back(
        optional<x>(std::string{to_string(why)}, cures(),
                    "What may follow such a failure, in order; absent: the usual.",
                    [why](x& out, std::vector<cure> all) { out[why] = std::move(all); }));
  return object<x>(std::move(keys));
}

struct safety_draft {
  safety_level level = safety_level::standard;
  std::optional<screen_policy> screen;
};

value<screen_policy> screen_keys() {
  using x = screen_policy;
  return object<x>({
      required<x>("route", &x::route, name_of("route"), "The route of the model that judges."),
      optional<x>("input", &x::input, boolean(), "Before any other route is called."),
      optional<x>("output", &x::output, boolean(),
                  "Before a model's answer is delivered; it is never streamed then."),
  });
}

value<safety_draft> safety_keys() {
  using x = safety_draft;
  enum class refusal : unsigned char { stop, review };
  return object<x>({
      optional<x>("level", &x::level,
                  one_of<safety_level>({{"relaxed", safety_level::relaxed},
                                        {"standard", safety_level::standard},
                                        {"strict", safety_level::strict}}),
                  "The least that a route has to keep."),
      optional<x>("on_refusal",
                  one_of<refusal>({{"stop", refusal::stop}, {"review", refusal::review, false}}),
                  "What follows a refusal; a policy verdict never routes on. Absent: stop.",
                  [](x&, refusal) {}),
      optional<x>("screen", &x::screen, screen_keys(),
                  "A guard model that judges what goes in and out: without its `safe` nothing "
                  "passes. It answers as Llama Guard does."),
  });
}

value<std::vector<std::string>> stops() {
  auto several = list_of(long_text());
  auto read = [one = long_text(),
               several](reader& in, const place& at) -> std::optional<std::vector<std::string>> {
    if (!at.what.is_scalar())
      return several.read(in, at);
    auto x = one.read(in, at);
    return x ? std::optional{std::vector{std::move(*x)}} : std::nullopt;
  };
  return {std::move(read), R"("type":["string","array"],"items":{"type":"string"})"};
}

value<parameters> parameter_keys() {
  using x = parameters;
  const auto any = std::numeric_limits<std::int64_t>::max();
  return object<x>({
      optional<x>("temperature", &x::temperature, number(0, 2), "Sampling."),
      optional<x>("top_p", &x::top_p, number(0, 1), "Sampling."),
      optional<x>("frequency_penalty", &x::frequency_penalty, number(-2, 2), "Sampling."),
      optional<x>("presence_penalty", &x::presence_penalty, number(-2, 2), "Sampling."),
      optional<x>("seed", &x::seed, whole(-any, any), "Sampling, where the provider has it."),
      optional<x>("max_tokens", &x::max_tokens, whole(1, tokens_max), "Tokens of the answer."),
      optional<x>("stop", &x::stop, stops(), "Texts at which the answer ends."),
      optional<x>("reasoning_effort", &x::reasoning_effort, text(), "As the provider has it."),
      optional<x>("parallel_tool_calls", &x::parallel_tool_calls, boolean(),
                  "Whether several tools may be called at once."),
  });
}

/// One word with a dot or a slash in it names a file: no prompt looks like that.
bool names_a_file(std::string_view x) {
  return x.find_first_of(" \t\r\n") == x.npos
         && (x.find('/') != x.npos || x.ends_with(".md") || x.ends_with(".txt"));
}

value<std::string> system_text() {
  auto type = long_text();
  type.read = [read = type.read](reader& in, const place& at) -> std::optional<std::string> {
    auto x = read(in, at);
    return x && names_a_file(*x) ? in.open(at) : x;
  };
  return type;
}

} // namespace

value<task_draft> task_section() {
  using x = task_draft;
  const auto in_config = [](auto field) {
    return [field](x & out) -> auto& { return out.config.*field; };
  };
  return object<x>({
      optional<x>("capability", in_config(&task::capability), capability_word(),
                  "What the task is for; decides which routes may serve it."),
      optional<x>("mode", in_config(&task::mode),
                  one_of<task_mode>({{"interactive", task_mode::interactive},
                                     {"background", task_mode::background}}),
                  "Whether somebody waits: a background task gets at most half of a route's limits "
                  "while an interactive one wants them, and is never hedged."),
      required<x>("deadline", in_config(&task::deadline), duration(milliseconds{10}, hour * 24),
                  "The whole request, every retry, hedge and repair included."),
      optional<x>("contract", &x::contract, name_of("contract"),
                  "One of `contracts`; absent: any text that is not empty, or a tool call that was "
                  "allowed."),
      optional<x>("input", in_config(&task::input), input_keys(),
                  "A request that breaks it is rejected before any route is touched."),
      required<x>("ladder", &x::ladder, ladder(),
                  "The rungs, in order; the first model route is the primary."),
      optional<x>("hedge", in_config(&task::hedge), hedge_keys(),
                  "When a second call is started beside a late one; absent: never."),
      optional<x>("retry", in_config(&task::retry), retry_keys(),
                  "How often and how the same rung is called again."),
      optional<x>("repair", in_config(&task::repair), repair_keys(),
                  "What may be spent on mending a broken output."),
      optional<x>("budget", in_config(&task::budget), budget_keys(), "What a request may spend."),
      optional<x>("fitness", in_config(&task::fitness), fitness_keys(),
                  "When a route is skipped because its answers break this task's contract."),
      optional<x>("safety", safety_keys(), "What holds on every path.",
                  [](x& out, safety_draft safety) {
                    out.config.safety = safety.level;
                    out.config.screen = std::move(safety.screen);
                  }),
      not_built<x>("review", "Which answers a person looks at."),
      optional<x>("stream", in_config(&task::stream), stream_keys(),
                  "How streams are committed and resumed."),
      not_built<x>("evaluate", "Shadow calls, off the caller's path."),
      optional<x>("system", in_config(&task::system), system_text(),
                  "Sent before the caller's messages: text, or the name of a file (.md, .txt, or "
                  "with a slash)."),
      optional<x>("params", in_config(&task::params), parameter_keys(),
                  "Defaults that a caller may override."),
      optional<x>("steps", in_config(&task::steps), step_keys(),
                  "Which kinds of step may follow a failure class, in order."),
      not_built<x>("background", "Limits of what the queue rung works off."),
      not_built<x>("keep", "How long answers and prompts are kept."),
  });
}

} // namespace hedgerow::config
