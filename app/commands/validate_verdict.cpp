#include "app/commands/validate_verdict.hpp"

#include <fmt/format.h>

#include <utility>

namespace hedgerow {
namespace {

line_verdict judged(const schema& shape, result<repaired> read) {
  if (!read)
    return unreadable("the answer must be one JSON value, but is " + read.error().message);
  line_verdict out{.violations = shape.check(read->value)};
  out.valid = out.violations.empty();
  out.repaired = out.valid && !read->changes.empty();
  out.value = std::move(read->value);
  out.changes = std::move(read->changes);
  return out;
}

result<repaired> read_strictly(std::string_view text) {
  auto parsed = json::parse(text);
  if (!parsed)
    return parsed.error();
  return repaired{.value = std::move(*parsed), .changes = {}};
}

/// `arguments` as OpenAI has them, JSON in a string, or as the JSON itself.
std::string arguments_of(const json::value& call) {
  const auto* x = json::find(call, "arguments");
  if (x == nullptr)
    return {};
  return x->IsString() ? std::string{json::text_of(*x)} : json::compact(*x);
}

/// An assistant's message in OpenAI's form.
completion message_in(const json::value& x) {
  completion out{.text = std::string{json::find_text(x, "content")}};
  const auto* calls = json::find(x, "tool_calls");
  if (calls != nullptr && calls->IsArray())
    for (const auto& call : calls->GetArray())
      if (const auto* function = json::find(call, "function"))
        out.tool_calls.push_back({.id = std::string{json::find_text(call, "id")},
                                  .name = std::string{json::find_text(*function, "name")},
                                  .arguments = arguments_of(*function)});
  return out;
}

std::string message_of(const completion& x) {
  std::string calls;
  for (const auto& call : x.tool_calls)
    calls += fmt::format(
        R"({}{{"id":{},"type":"function","function":{{"name":{},"arguments":{}}}}})",
        calls.empty() ? "" : ",", in_json(call.id), in_json(call.name), in_json(call.arguments));
  return fmt::format(R"({{"content":{},"tool_calls":[{}]}})", in_json(x.text), calls);
}

/// The answer as JSON; nothing where it should be and is not.
std::optional<json::document> value_of(const contract& must, const completion& x) {
  auto parsed = json::parse(must.format == contract::form::json   ? x.text
                            : must.format == contract::form::text ? in_json(x.text)
                                                                  : message_of(x));
  if (!parsed)
    return std::nullopt;
  return std::move(*parsed);
}

line_verdict judged(const std::shared_ptr<const contract>& must, completion answer) {
  auto said = judge({.task = must, .request = nullptr}, {}, answer);
  line_verdict out{.valid = said.kind == verdict_kind::valid || said.kind == verdict_kind::repaired,
                   .repaired = said.kind == verdict_kind::repaired,
                   .value = value_of(*must, answer),
                   .changes = std::move(said.changes)};
  if (!out.valid)
    out.violations = std::move(said.violations);
  if (said.kind == verdict_kind::blocked)
    out.violations.push_back({.pointer = {},
                              .keyword = "refusal",
                              .message = std::move(said.reason),
                              .schema_pointer = {}});
  return out;
}

template <class Items, class Write>
std::string list_of(const Items& items, Write write) {
  std::string out = "[";
  for (const auto& item : items)
    out += (out.size() == 1 ? "" : ",") + write(item);
  return out + ']';
}

std::string change_as_json(const change& x) {
  return fmt::format(R"({{"pointer":{},"kind":{},"message":{}}})", in_json(x.pointer),
                     in_json(to_string(x.kind)), in_json(x.message));
}

std::string violation_as_json(const violation& x) {
  return fmt::format(R"({{"pointer":{},"keyword":{},"message":{},"schema_pointer":{}}})",
                     in_json(x.pointer), in_json(x.keyword), in_json(x.message),
                     in_json(x.schema_pointer));
}

/// `: /a/b: sentence; sentence`.
template <class Items>
std::string sentences(const Items& items) {
  std::string out;
  for (const auto& x : items)
    out += (out.empty() ? ": " : "; ") + (x.pointer.empty() ? "" : x.pointer + ": ") + x.message;
  return out;
}

} // namespace

line_judge judge_by_schema(schema shape, bool repair) {
  return [shape = std::move(shape), repair](std::string_view text) {
    return judged(shape, repair ? hedgerow::repair(text, &shape) : read_strictly(text));
  };
}

line_judge judge_by_contract(std::shared_ptr<const contract> must, bool raw) {
  if (must->format == contract::form::tool_call)
    return [must = std::move(must)](std::string_view text) {
      const auto parsed = json::parse(text);
      return parsed ? judged(must, message_in(*parsed))
                    : unreadable("the message is " + parsed.error().message);
    };
  const auto is_text = must->format == contract::form::text;
  line_judge of_text = [must = std::move(must)](std::string_view text) {
    return judged(must, completion{.text = std::string{text}});
  };
  // With `raw` the string is unwrapped already.
  return is_text && !raw ? unwrapped(std::move(of_text)) : of_text;
}

line_judge unwrapped(line_judge inner) {
  return [inner = std::move(inner)](std::string_view line) {
    const auto parsed = json::parse(line);
    if (!parsed)
      return unreadable("the line must be a JSON string, but is " + parsed.error().message);
    if (!parsed->IsString())
      return unreadable("the line must be a JSON string that holds the answer's text");
    return inner(json::text_of(*parsed));
  };
}

line_verdict unreadable(std::string message) {
  line_verdict out;
  out.violations.push_back(
      {.pointer = {}, .keyword = "json", .message = std::move(message), .schema_pointer = {}});
  return out;
}

std::string in_json(std::string_view text) {
  std::string out;
  json::append_quoted(out, text);
  return out;
}

std::string as_json(const line_verdict& x) {
  return fmt::format(R"({{"valid":{},"repaired":{},"value":{},"changes":{},"violations":{}}})",
                     x.valid, x.repaired, x.value ? json::compact(*x.value) : "null",
                     list_of(x.changes, change_as_json), list_of(x.violations, violation_as_json));
}

std::string in_words(const line_verdict& x) {
  if (!x.valid)
    return "invalid" + sentences(x.violations);
  return x.repaired ? "repaired" + sentences(x.changes) : "valid";
}

} // namespace hedgerow
