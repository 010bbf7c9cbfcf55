#include "actors/admission.hpp"

#include "contracts/json.hpp"

#include <algorithm>

namespace hedgerow {

namespace {

/// Takes what the caller left open from the task.
template <class T>
void fill(T& own, const T& fallback) {
  if (own == T{})
    own = fallback;
}

void add_defaults(parameters& own, const parameters& of_task) {
  fill(own.temperature, of_task.temperature);
  fill(own.top_p, of_task.top_p);
  fill(own.frequency_penalty, of_task.frequency_penalty);
  fill(own.presence_penalty, of_task.presence_penalty);
  fill(own.seed, of_task.seed);
  fill(own.max_tokens, of_task.max_tokens);
  fill(own.stop, of_task.stop);
  fill(own.reasoning_effort, of_task.reasoning_effort);
  fill(own.parallel_tool_calls, of_task.parallel_tool_calls);
}

/// The form to ask models for, where the caller did not name one.
output_format format_for(const contract& c) {
  if (c.format != contract::form::json)
    return {};
  if (!c.shape)
    return {.what = output_format::kind::json_object};
  return {.what = output_format::kind::json_schema,
          .name = c.name,
          .schema = c.shape->text(),
          .lowered = c.sent};
}

void add_task(prompt& ask, const task& of) {
  if (!of.system.empty()) {
    message system{.from = role::system};
    system.parts.push_back({.text = of.system});
    ask.messages.insert(ask.messages.begin(), std::move(system));
  }
  add_defaults(ask.params, of.params);
  if (of.must && ask.format.what == output_format::kind::text)
    ask.format = format_for(*of.must);
  if (of.must && ask.tools.empty())
    for (const auto& allowed : of.must->tools)
      ask.tools.push_back(allowed.what);
  if (of.must && of.must->format == contract::form::tool_call && !ask.choice && !ask.tools.empty())
    ask.choice = tool_choice{.what = tool_choice::kind::required};
}

/// A tool that the caller offers although the task does not allow it: no call of it could ever
/// pass.
std::optional<error> forbidden_tool(const prompt& ask, const task& of) {
  if (!of.must || of.must->tools.empty())
    return std::nullopt;
  for (std::size_t i = 0; i < ask.tools.size(); ++i) {
    const auto& name = ask.tools[i].name;
    const auto is_it = [&](const allowed_tool& x) { return x.what.name == name; };
    if (std::ranges::none_of(of.must->tools, is_it))
      return error{errc::invalid_request,
                   "The task '" + of.name + "' does not allow the tool '" + name
                       + "'; leave it out.",
                   "tools[" + std::to_string(i) + "]"};
  }
  return std::nullopt;
}

/// What rules and the input's schema see where the caller did not say it.
std::string last_user_text(const prompt& ask) {
  const auto& all = ask.messages;
  auto i =
      std::find_if(all.rbegin(), all.rend(), [](const message& x) { return x.from == role::user; });
  std::string out;
  if (i != all.rend())
    for (const auto& piece : i->parts)
      if (piece.what == part::kind::text)
        out += piece.text;
  return out;
}

/// Whether text may leave before all of the answer has been judged.
bool commits_early(const request& x, const task& of) {
  const auto is_text = [](const auto& c) { return !c || c->format == contract::form::text; };
  const auto by_default =
      is_text(of.must) && is_text(x.form) ? stream_commit::first_token : stream_commit::complete;
  const auto is_screened = of.screen && of.screen->output;
  return !is_screened && of.stream.commit.value_or(by_default) == stream_commit::first_token;
}

std::optional<error> broken_input(const request& x, const input_policy& must, std::int64_t tokens) {
  if (must.max_tokens > 0 && tokens > must.max_tokens)
    return error{errc::invalid_input,
                 "The input is about " + std::to_string(tokens)
                     + " tokens long; the task takes at most " + std::to_string(must.max_tokens)
                     + ".",
                 "input"};
  if (!must.shape)
    return std::nullopt;
  json::document read;
  if (x.input_is_json) {
    auto parsed = json::parse(x.input);
    if (!parsed)
      return error{errc::invalid_input, parsed.error().message, "input"};
    read = std::move(*parsed);
  } else {
    read.SetString(x.input, read.GetAllocator());
  }
  auto wrong = must.shape->check(read, 1);
  if (wrong.empty())
    return std::nullopt;
  return error{errc::invalid_input, wrong.front().message, "input" + wrong.front().pointer};
}

} // namespace

result<question_ptr> admit(request x, std::shared_ptr<const policy> rules) {
  auto found = rules->tasks.find(x.task);
  if (found == rules->tasks.end())
    return error{errc::model_not_found, "There is no task called '" + x.task + "'.", "model"};
  const auto& of = found->second;
  if (x.ask.messages.empty())
    return error{errc::invalid_request, "There is no message: nothing is asked.", "messages"};
  if (x.input.empty())
    x.input = last_user_text(x.ask);
  if (auto wrong = forbidden_tool(x.ask, of))
    return *wrong;
  add_task(x.ask, of);
  auto tokens = estimated_input_tokens(x.ask);
  if (auto wrong = broken_input(x, of.input, tokens))
    return *wrong;

  auto out = std::make_shared<question>();
  const auto streamed = x.on_text != nullptr;
  out->facts.traffic = classify(x.ask, tokens, streamed);
  out->facts.streamed = streamed;
  out->facts.commits_early = streamed && commits_early(x, of);
  out->facts.estimated_input = tokens;
  out->facts.max_output = x.ask.params.max_tokens.value_or(0);
  out->facts.needs_tools = !x.ask.tools.empty();
  out->facts.needs_vision = out->facts.traffic == traffic_class::vision_whole
                            || out->facts.traffic == traffic_class::vision_stream;
  out->id = std::move(x.id);
  out->of = &of;
  out->ask = std::move(x.ask);
  out->must = {of.must, std::move(x.form)};
  out->input = std::move(x.input);
  out->deadline = std::min(x.deadline.value_or(of.deadline), of.deadline);
  out->caller = std::move(x.caller);
  out->segment = std::move(x.segment);
  out->wants_trail = x.wants_trail;
  out->on_text = std::move(x.on_text);
  out->rules = std::move(rules);
  return question_ptr{std::move(out)};
}

} // namespace hedgerow
