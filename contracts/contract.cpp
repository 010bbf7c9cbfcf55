#include "contracts/contract.hpp"

#include "contracts/refusal.hpp"
#include "contracts/schema_words.hpp"
#include "contracts/utf8.hpp"

#include <algorithm>
#include <utility>

namespace hedgerow {
namespace {

constexpr std::size_t violations_max = 16;

using found = std::vector<violation>;

void add(found& to, std::string pointer, std::string keyword, std::string message) {
  if (to.size() < violations_max)
    to.push_back({.pointer = std::move(pointer),
                  .keyword = std::move(keyword),
                  .message = std::move(message),
                  .schema_pointer = {}});
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

/// An answer's text, parsed at most once however many contracts want it parsed.
class candidate {
public:
  explicit candidate(const completion& x) : x_{x} {}

  const completion& answer() const { return x_; }

  const result<json::document>& parsed() {
    if (!parsed_)
      parsed_.emplace(json::parse(x_.text));
    return *parsed_;
  }

private:
  const completion& x_;
  std::optional<result<json::document>> parsed_;
};

void check_confidence(const contract& c, const json::value& x, found& to) {
  if (c.confidence.empty())
    return;
  const auto* value = json::at(x, c.confidence);
  if (value == nullptr || !json::is_number(*value) || json::to_double(*value) < 0
      || json::to_double(*value) > 1)
    add(to, c.confidence, "confidence", "the value must be there and be a number from 0 to 1");
}

void check_json(const contract& c, candidate& x, found& to) {
  const auto& parsed = x.parsed();
  if (!parsed) {
    // Task and request may both want JSON; it is broken once.
    if (std::ranges::none_of(to, [](const auto& v) { return v.keyword == "json"; }))
      add(to, "", "json",
          "the answer must be one JSON value and nothing else, but is " + parsed.error().message);
    return;
  }
  if (c.shape)
    for (auto& broken : c.shape->check(*parsed, violations_max))
      to.push_back(std::move(broken));
  check_confidence(c, *parsed, to);
}

void check(const contract& c, candidate& x, found& to) {
  const auto& answer = x.answer();
  if (c.format == contract::form::json)
    check_json(c, x, to);
  if (c.format == contract::form::tool_call && answer.tool_calls.empty())
    add(to, "", "tool_call", "the answer must call a tool");
  if (c.not_empty && c.format == contract::form::text && is_blank(answer.text))
    add(to, "", "not_empty", "the answer must not be empty");
  // A text that has few enough bytes need not be counted.
  if (answer.text.size() > c.max_length && utf8::length(answer.text) > c.max_length)
    add(to, "", "max_length",
        "the answer must have at most " + counted(c.max_length, "character") + ", not "
            + std::to_string(utf8::length(answer.text)));
}

const tool* tool_called(std::string_view name, const prompt& asked) {
  const auto i = std::ranges::find(asked.tools, name, &tool::name);
  return i == asked.tools.end() ? nullptr : &*i;
}

/// A schema of the caller's that we cannot compile asks no more than an object; the provider has
/// the schema too and the caller will check it again.
std::optional<schema> schema_of(const tool& x) {
  if (x.parameters.empty())
    return std::nullopt;
  auto compiled = schema::compile(std::string_view{x.parameters});
  return compiled ? std::optional{std::move(*compiled)} : std::nullopt;
}

void check_arguments(const tool& wanted, const tool_call& call, const std::string& pointer,
                     found& to) {
  const auto parsed = json::parse(call.arguments);
  if (!parsed)
    return add(to, pointer, "json", "the arguments are " + parsed.error().message);
  if (!json::is_object(*parsed))
    return add(to, pointer, "type", "the arguments must be a JSON object");
  const auto shape = schema_of(wanted);
  if (!shape)
    return;
  for (auto& broken : shape->check(*parsed, violations_max)) {
    broken.pointer.insert(0, pointer);
    to.push_back(std::move(broken));
  }
}

std::string listed_tools(const prompt& asked) {
  if (asked.tools.empty())
    return "no tool may be called";
  std::string out = "the tools that may be called are ";
  for (const auto& offered : asked.tools)
    out += (&offered == asked.tools.data() ? "" : ", ") + shown(offered.name);
  return out;
}

void check_choice(const prompt& asked, const completion& x, found& to) {
  const auto choice = asked.choice.value_or(tool_choice{});
  using kind = tool_choice::kind;
  if (choice.what == kind::none && !x.tool_calls.empty())
    add(to, "/tool_calls", "tool_choice", "no tool may be called this time");
  if (choice.what == kind::required && x.tool_calls.empty())
    add(to, "", "tool_choice", "the answer must call a tool");
  const auto is_named = [&](const tool_call& call) { return call.name == choice.name; };
  if (choice.what == kind::named
      && (x.tool_calls.empty() || !std::ranges::all_of(x.tool_calls, is_named)))
    add(to, "/tool_calls", "tool_choice",
        "the answer must call the tool " + shown(choice.name) + " and no other");
}

void check_calls(const prompt& asked, const completion& x, found& to) {
  check_choice(asked, x, to);
  if (x.tool_calls.size() > 1 && !asked.params.parallel_tool_calls.value_or(true))
    add(to, "/tool_calls", "parallel_tool_calls", "only one tool may be called at a time");
  for (std::size_t i = 0; i < x.tool_calls.size() && to.size() < violations_max; ++i) {
    const auto& call = x.tool_calls[i];
    const auto pointer = "/tool_calls/" + std::to_string(i);
    const auto before = x.tool_calls.begin() + static_cast<std::ptrdiff_t>(i);
    if (std::ranges::find(x.tool_calls.begin(), before, call.id, &tool_call::id) != before)
      add(to, pointer + "/id", "unique", "two tool calls have the same id");
    if (const auto* wanted = tool_called(call.name, asked))
      check_arguments(*wanted, call, pointer + "/arguments", to);
    else
      add(to, pointer + "/name", "tools", "there is no such tool; " + listed_tools(asked));
  }
}

bool wants(const std::shared_ptr<const contract>& c, contract::form format) {
  return c != nullptr && c->format == format;
}

bool wants_call(const terms& must, const prompt& asked) {
  using kind = tool_choice::kind;
  const auto choice = asked.choice ? asked.choice->what : kind::automatic;
  return choice == kind::required || choice == kind::named
         || wants(must.task, contract::form::tool_call)
         || wants(must.request, contract::form::tool_call);
}

bool wants_json(const terms& must) {
  return wants(must.task, contract::form::json) || wants(must.request, contract::form::json);
}

/// The refusal in the text of `x`, if what was wanted is not there.
std::string_view refusal_instead(const terms& must, const prompt& asked, candidate& x) {
  if (!x.answer().tool_calls.empty())
    return {};
  const auto no_json = wants_json(must) && !x.parsed();
  return no_json || wants_call(must, asked) ? refusal_in(x.answer().text) : std::string_view{};
}

void check_text(const terms& must, candidate& x, found& to) {
  if (must.task)
    check(*must.task, x, to);
  if (must.request)
    check(*must.request, x, to);
  if (!must.task && !must.request && x.answer().tool_calls.empty() && is_blank(x.answer().text))
    add(to, "", "not_empty", "the answer must not be empty");
}

} // namespace

std::string_view to_string(verdict_kind x) {
  switch (x) {
  case verdict_kind::valid:
    return "valid";
  case verdict_kind::repaired:
    return "repaired";
  case verdict_kind::invalid:
    return "invalid";
  case verdict_kind::blocked:
    return "blocked";
  }
  return "unknown";
}

verdict judge(const terms& must, const prompt& asked, completion& x) {
  if (x.finish == finish_reason::content_filter)
    return {.kind = verdict_kind::blocked,
            .violations = {},
            .reason = "the provider withheld the answer"};
  candidate answer{x};
  if (const auto refusal = refusal_instead(must, asked, answer); !refusal.empty())
    return {.kind = verdict_kind::blocked,
            .violations = {},
            .reason = "the model refused: " + shown(refusal)};
  found broken;
  check_calls(asked, x, broken);
  const auto called_as_offered = !x.tool_calls.empty() && !asked.tools.empty();
  if (!called_as_offered)
    check_text(must, answer, broken);
  if (broken.empty())
    return {};
  broken.resize(std::min(broken.size(), violations_max));
  return {.kind = verdict_kind::invalid, .violations = std::move(broken), .reason = {}};
}

std::vector<violation> violations(const contract& c, const completion& x) {
  candidate answer{x};
  found broken;
  check(c, answer, broken);
  return broken;
}

} // namespace hedgerow
