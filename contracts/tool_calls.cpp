#include "contracts/tool_calls.hpp"

#include "contracts/schema_words.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

namespace hedgerow {

namespace {

using kind = tool_choice::kind;

constexpr std::size_t violations_max = 16;

/// The schemas that the arguments of one call must satisfy: the offered tool's and the task's.
using shapes = std::vector<schema>;

/// A schema of the caller's that we cannot compile asks no more than an object; the provider has
/// the schema too and the caller will check it again.
void add_shape(shapes& to, const std::string& parameters) {
  if (parameters.empty())
    return;
  if (auto compiled = schema::compile(std::string_view{parameters}))
    to.push_back(std::move(*compiled));
}

std::vector<violation> broken_arguments(const json::value& arguments, const shapes& must) {
  if (!json::is_object(arguments))
    return {{.pointer = {},
             .keyword = "type",
             .message = "the arguments must be a JSON object",
             .schema_pointer = {}}};
  std::vector<violation> out;
  for (const auto& shape : must)
    for (auto& broken : shape.check(arguments, violations_max))
      out.push_back(std::move(broken));
  return out;
}

std::vector<violation> broken_arguments(const std::string& text, const shapes& must) {
  const auto parsed = json::parse(text);
  if (parsed)
    return broken_arguments(*parsed, must);
  return {{.pointer = {},
           .keyword = "json",
           .message = "the arguments are " + parsed.error().message,
           .schema_pointer = {}}};
}

class judgement {
public:
  judgement(const terms& must, const prompt& asked) : must_{must}, asked_{asked} {}

  judged_calls run(const completion& x) {
    check_choice(x);
    if (x.tool_calls.size() > 1 && !several_allowed())
      add("/tool_calls", "parallel_tool_calls", "only one tool may be called at a time");
    for (std::size_t i = 0; i < x.tool_calls.size() && found_.violations.size() < violations_max;
         ++i)
      check_call(x, i);
    return std::move(found_);
  }

private:
  void add(std::string pointer, std::string keyword, std::string message) {
    found_.violations.push_back({.pointer = std::move(pointer),
                                 .keyword = std::move(keyword),
                                 .message = std::move(message),
                                 .schema_pointer = {}});
  }

  bool several_allowed() const {
    return asked_.params.parallel_tool_calls.value_or(true)
           && (!must_.task || must_.task->parallel);
  }

  void check_choice(const completion& x) {
    const auto choice = asked_.choice.value_or(tool_choice{});
    if (choice.what == kind::none && !x.tool_calls.empty())
      add("/tool_calls", "tool_choice", "no tool may be called this time");
    if (choice.what == kind::required && x.tool_calls.empty())
      add("", "tool_choice", "the answer must call a tool");
    const auto is_named = [&](const tool_call& call) { return call.name == choice.name; };
    if (choice.what == kind::named
        && (x.tool_calls.empty() || !std::ranges::all_of(x.tool_calls, is_named)))
      add("/tool_calls", "tool_choice",
          "the answer must call the tool " + shown(choice.name) + " and no other");
  }

  void check_call(const completion& x, std::size_t i) {
    const auto& call = x.tool_calls[i];
    const auto pointer = "/tool_calls/" + std::to_string(i);
    const auto before = x.tool_calls.begin() + static_cast<std::ptrdiff_t>(i);
    if (std::ranges::find(x.tool_calls.begin(), before, call.id, &tool_call::id) != before)
      add(pointer + "/id", "unique", "two tool calls have the same id");
    if (const auto must = shapes_for(call.name))
      judge_arguments(x, i, *must);
    else
      add(pointer + "/name", "tools", "there is no such tool; " + listed_tools());
  }

  /// Nothing: the tool may not be called.
  std::optional<shapes> shapes_for(std::string_view name) const {
    const auto offered = std::ranges::find(asked_.tools, name, &tool::name);
    if (offered == asked_.tools.end())
      return std::nullopt;
    shapes out;
    if (must_.task && !must_.task->tools.empty()) {
      const auto& all = must_.task->tools;
      const auto allowed =
          std::ranges::find(all, name, [](const allowed_tool& t) { return t.what.name; });
      if (allowed == all.end())
        return std::nullopt;
      if (allowed->arguments)
        out.push_back(*allowed->arguments);
      if (allowed->what.parameters == offered->parameters)
        return out; // The task's own tool was offered.
    }
    add_shape(out, offered->parameters);
    return out;
  }

  std::string listed_tools() const {
    if (asked_.tools.empty())
      return "no tool may be called";
    std::string out;
    for (const auto& offered : asked_.tools)
      if (shapes_for(offered.name))
        out += (out.empty() ? "" : ", ") + shown(offered.name);
    return "the tools that may be called are " + out;
  }

  void judge_arguments(const completion& x, std::size_t i, const shapes& must) {
    const auto& text = x.tool_calls[i].arguments;
    const auto pointer = "/tool_calls/" + std::to_string(i) + "/arguments";
    auto broken = broken_arguments(text, must);
    if (broken.empty())
      return;
    for (auto& each : broken)
      each.pointer.insert(0, pointer);
    auto mended = mend(text, must);
    auto& to = mended ? found_.before : found_.violations;
    to.insert(to.end(), std::make_move_iterator(broken.begin()),
              std::make_move_iterator(broken.end()));
    if (!mended)
      return;
    found_.mended.emplace_back(i, json::compact(mended->value));
    for (auto& each : mended->changes) {
      each.pointer.insert(0, pointer);
      found_.changes.push_back(std::move(each));
    }
  }

  /// The arguments in `text`, mended; nothing: they do not satisfy `must` even so.
  std::optional<repaired> mend(const std::string& text, const shapes& must) const {
    const auto steps = must_.task ? must_.task->repair : repair_steps{};
    // Some models send nothing at all where a tool has no arguments.
    const auto blank = text.find_first_not_of(" \t\r\n") == std::string::npos;
    if (blank && !steps.syntax)
      return std::nullopt;
    auto made = repair(blank ? "{}" : text, must.empty() ? nullptr : &must.front(), steps);
    // What was cut off may satisfy the schema once it is closed and still be half of what was
    // meant, and a tool acts on it.
    if (!made || made->cut_off || !broken_arguments(made->value, must).empty())
      return std::nullopt;
    if (blank)
      made->changes.insert(made->changes.begin(),
                           {.pointer = {},
                            .kind = change_kind::syntax,
                            .message = "took no arguments at all for an empty object"});
    return std::move(*made);
  }

  const terms& must_;
  const prompt& asked_;
  judged_calls found_;
};

} // namespace

judged_calls judge_calls(const terms& must, const prompt& asked, const completion& x) {
  return judgement{must, asked}.run(x);
}

} // namespace hedgerow
