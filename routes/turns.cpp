#include "routes/turns.hpp"

#include "contracts/json.hpp"
#include "routes/ending.hpp"
#include "routes/image_source.hpp"
#include "routes/outgoing.hpp"

#include <algorithm>
#include <set>

namespace hedgerow {

namespace {

bool is_image(const part& x) { return x.what == part::kind::image; }

bool says_something(const message& x) {
  const auto counts = [](const part& p) { return is_image(p) || !is_blank(p.text); };
  return x.from == role::tool || !x.tool_calls.empty() || std::ranges::any_of(x.parts, counts);
}

bool is_readable(const tool_call& x) {
  if (is_blank(x.arguments))
    return true;
  const auto parsed = json::parse(x.arguments);
  return parsed && json::is_object(*parsed);
}

bool ends_with_assistant(const prompt& ask) {
  const auto turns = turns_of(ask);
  return turns.back().assistant;
}

std::optional<failure> objection_to(const message& x) {
  if (!std::ranges::all_of(x.tool_calls, is_readable))
    return inexpressible("an earlier call whose arguments are no JSON object");
  if (x.from == role::system && std::ranges::any_of(x.parts, is_image))
    return inexpressible("an image in a system message");
  const auto is_lost = [](const part& p) { return is_image(p) && !read_image(p); };
  if (std::ranges::any_of(x.parts, is_lost))
    return inexpressible("an image that is neither at an https URL nor inline in base64");
  return std::nullopt;
}

} // namespace

std::vector<turn> turns_of(const prompt& ask) {
  std::vector<turn> out;
  for (const auto& x : ask.messages) {
    if (x.from == role::system || !says_something(x))
      continue;
    const bool assistant = x.from == role::assistant;
    if (out.empty() && assistant)
      out.emplace_back();
    if (out.empty() || out.back().assistant != assistant)
      out.push_back({assistant, {}});
    out.back().messages.push_back(&x);
  }
  if (out.empty())
    out.emplace_back();
  const auto is_result = [](const message* x) { return x->from == role::tool; };
  for (auto& each : out)
    std::ranges::stable_partition(each.messages, is_result);
  return out;
}

std::string system_text(const prompt& ask, std::string_view instruction) {
  std::string out;
  const auto add = [&out](std::string_view text) {
    if (is_blank(text))
      return;
    out += out.empty() ? "" : "\n\n";
    out += text;
  };
  for (const auto& x : ask.messages)
    if (x.from == role::system)
      for (const auto& p : x.parts)
        add(p.text);
  add(instruction);
  return out;
}

bool is_blank(std::string_view x) { return x.find_first_not_of(" \t\r\n") == x.npos; }

std::optional<failure> objection_to_turns(const route_config& route, const prompt& ask) {
  std::set<std::string_view> calls;
  for (const auto& x : ask.messages) {
    if (x.from == role::tool && !calls.contains(x.tool_call_id))
      return failed(failure_class::invalid_request, "a tool's message that answers no call", 0);
    if (auto why = objection_to(x))
      return why;
    for (const auto& call : x.tool_calls)
      calls.insert(call.id);
  }
  if (!route.capabilities.has(capability::prefill) && ends_with_assistant(ask))
    return inexpressible("an answer to be continued");
  return std::nullopt;
}

std::string_view arguments_object(const tool_call& x) {
  return is_blank(x.arguments) ? std::string_view{"{}"} : std::string_view{x.arguments};
}

} // namespace hedgerow
