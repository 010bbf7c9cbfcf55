#include "contracts/contract.hpp"

#include "contracts/language.hpp"
#include "contracts/refusal.hpp"
#include "contracts/schema_words.hpp"
#include "contracts/tool_calls.hpp"
#include "contracts/utf8.hpp"

#include <algorithm>
#include <array>
#include <iterator>
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

void append(found& to, found&& more) {
  to.insert(to.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
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

/// An answer's text, and the JSON value in it where that is of interest.
struct reading {
  std::string_view text;
  /// Null: the text is not JSON, for `reason`.
  const json::value* value = nullptr;
  std::string reason;
  bool calls_tools = false;
  /// Whose addresses may be cited; null: anybody's.
  const prompt* asked = nullptr;
};

void check_confidence(const contract& c, const json::value& x, found& to) {
  if (c.confidence.empty())
    return;
  const auto* value = json::at(x, c.confidence);
  if (value == nullptr || !json::is_number(*value) || json::to_double(*value) < 0
      || json::to_double(*value) > 1)
    add(to, c.confidence, "confidence", "the value must be there and be a number from 0 to 1");
}

void check_sources(const contract& c, const reading& x, found& to) {
  if (!c.sources)
    return;
  if (c.sources_among_input && x.asked)
    append(to, c.sources->check(*x.value, supplied_urls(*x.asked), violations_max));
  else
    append(to, c.sources->check(*x.value, violations_max));
}

void check_json(const contract& c, const reading& x, found& to) {
  if (!x.value)
    return add(to, "", "json",
               "the answer must be one JSON value and nothing else, but is " + x.reason);
  if (c.shape)
    append(to, c.shape->check(*x.value, violations_max));
  check_confidence(c, *x.value, to);
  check_sources(c, x, to);
}

void check_language(const contract& c, const reading& x, found& to) {
  if (c.language.empty())
    return;
  const auto is_json = c.format == contract::form::json;
  if (is_json && !x.value)
    return; // It is no JSON, which has been said.
  if (auto fault =
          is_json ? language_fault(*x.value, c.language) : language_fault(x.text, c.language))
    to.push_back(std::move(*fault));
}

void check(const contract& c, const reading& x, found& to) {
  if (c.format == contract::form::json)
    check_json(c, x, to);
  if (c.format == contract::form::tool_call && !x.calls_tools)
    add(to, "", "tool_call", "the answer must call a tool");
  if (c.not_empty && c.format == contract::form::text && is_blank(x.text))
    add(to, "", "not_empty", "the answer must not be empty");
  check_language(c, x, to);
  // A text that has few enough bytes need not be counted.
  if (x.text.size() > c.max_length && utf8::length(x.text) > c.max_length)
    add(to, "", "max_length",
        "the answer must have at most " + counted(c.max_length, "character") + ", not "
            + std::to_string(utf8::length(x.text)));
}

/// What task and request say of the text.
found check_text(const terms& must, const reading& x) {
  found out;
  for (const auto* c : {must.task.get(), must.request.get()})
    if (c != nullptr)
      check(*c, x, out);
  // Task and request may both want JSON; it is broken once.
  const auto is_json = [](const violation& v) { return v.keyword == "json"; };
  if (std::ranges::count_if(out, is_json) > 1)
    out.erase(std::next(std::ranges::find_if(out, is_json)), out.end());
  if (!must.task && !must.request && !x.calls_tools && is_blank(x.text))
    add(out, "", "not_empty", "the answer must not be empty");
  return out;
}

/// What every contract that wants JSON allows.
repair_steps steps_for(const terms& must) {
  repair_steps out;
  for (const auto& c : {must.task, must.request})
    if (wants(c, contract::form::json)) {
      out.syntax = out.syntax && c->repair.syntax;
      out.coerce = out.coerce && c->repair.coerce;
    }
  return out;
}

/// The schema that mending is guided by; null: none.
const schema* guide_of(const terms& must) {
  for (const auto* c : {must.request.get(), must.task.get()})
    if (c != nullptr && c->format == contract::form::json && c->shape)
      return &*c->shape;
  return nullptr;
}

verdict invalid(found broken) {
  if (broken.size() > violations_max)
    broken.erase(broken.begin() + violations_max, broken.end());
  return {
      .kind = verdict_kind::invalid, .violations = std::move(broken), .changes = {}, .reason = {}};
}

verdict blocked(std::string reason) {
  return {
      .kind = verdict_kind::blocked, .violations = {}, .changes = {}, .reason = std::move(reason)};
}

/// The verdict on a text that breaks JSON terms as it stands: mended, or what is still wrong.
verdict mend(const terms& must, const reading& as_written, found broken, completion& x) {
  const auto steps = steps_for(must);
  if (!steps.syntax && !steps.coerce)
    return invalid(std::move(broken));
  auto made = repair(x.text, guide_of(must), steps);
  if (!made || made->changes.empty())
    return invalid(std::move(broken));
  auto text = json::compact(made->value);
  auto now = as_written;
  now.text = text;
  now.value = &made->value;
  auto left = check_text(must, now);
  if (left.empty()) {
    x.text = std::move(text);
    return {.kind = verdict_kind::repaired,
            .violations = std::move(broken),
            .changes = std::move(made->changes),
            .reason = {}};
  }
  // Of what is no JSON, the rest is only seen in its mended form.
  if (!as_written.value)
    append(broken, std::move(left));
  return invalid(std::move(broken));
}

verdict judge_text(const terms& must, const prompt& asked, completion& x) {
  std::optional<result<json::document>> parsed;
  if (wants_json(must))
    parsed.emplace(json::parse(x.text));
  const auto is_json = parsed && parsed->has_value();
  const auto refusal = x.tool_calls.empty() && (wants_call(must, asked) || (parsed && !is_json))
                           ? refusal_in(x.text)
                           : std::string_view{};
  if (!refusal.empty())
    return blocked("the model refused: " + shown(refusal));
  const reading as_written{.text = x.text,
                           .value = is_json ? &**parsed : nullptr,
                           .reason = parsed && !is_json ? parsed->error().message : std::string{},
                           .calls_tools = !x.tool_calls.empty(),
                           .asked = &asked};
  auto broken = check_text(must, as_written);
  if (broken.empty())
    return {};
  return parsed ? mend(must, as_written, std::move(broken), x) : invalid(std::move(broken));
}

/// The verdict on an answer in the form of tool calls.
verdict take(judged_calls calls, completion& x) {
  if (!calls.violations.empty())
    return invalid(std::move(calls.violations));
  if (calls.changes.empty())
    return {};
  for (auto& [index, arguments] : calls.mended)
    x.tool_calls[index].arguments = std::move(arguments);
  return {.kind = verdict_kind::repaired,
          .violations = std::move(calls.before),
          .changes = std::move(calls.changes),
          .reason = {}};
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
    return blocked("the provider withheld the answer");
  auto calls = judge_calls(must, asked, x);
  if (!x.tool_calls.empty())
    return take(std::move(calls), x);
  auto out = judge_text(must, asked, x);
  // There is no call, and one may have been wanted.
  if (out.kind == verdict_kind::blocked || calls.violations.empty())
    return out;
  append(calls.violations, out.kind == verdict_kind::invalid ? std::move(out.violations) : found{});
  return invalid(std::move(calls.violations));
}

std::vector<violation> violations(const contract& c, const completion& x) {
  const auto parsed = c.format == contract::form::json ? std::optional{json::parse(x.text)}
                                                       : std::optional<result<json::document>>{};
  const auto is_json = parsed && parsed->has_value();
  found out;
  check(c,
        {.text = x.text,
         .value = is_json ? &**parsed : nullptr,
         .reason = parsed && !is_json ? parsed->error().message : std::string{},
         .calls_tools = !x.tool_calls.empty()},
        out);
  return out;
}

} // namespace hedgerow
