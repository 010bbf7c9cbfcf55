#include "contracts/reask.hpp"

#include "contracts/json.hpp"
#include "contracts/utf8.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace hedgerow {

namespace {

constexpr std::size_t quoted_bytes_max = 32u << 10;
constexpr std::size_t sentence_bytes_max = 400;
constexpr std::size_t violations_max = 8;

std::string cut(std::string_view text, std::size_t most) {
  std::string out{utf8::head(text, most)};
  if (out.size() < text.size())
    out += "…";
  return out;
}

message saying(role from, std::string text) {
  message out{.from = from};
  out.parts.push_back({.text = std::move(text)});
  return out;
}

bool is_object(const std::string& arguments) {
  const auto parsed = json::parse(arguments);
  return parsed && json::is_object(*parsed);
}

/// Whether a provider takes the calls back as calls.
bool can_be_returned(const prompt& asked, const std::vector<tool_call>& calls) {
  return std::ranges::all_of(calls, [&](const tool_call& x) {
    return !x.id.empty() && std::ranges::count(calls, x.id, &tool_call::id) == 1
           && std::ranges::find(asked.tools, x.name, &tool::name) != asked.tools.end()
           && x.arguments.size() <= quoted_bytes_max && is_object(x.arguments);
  });
}

/// The answer in words, calls included.
std::string quoted(const completion& x) {
  auto out = x.text;
  for (const auto& call : x.tool_calls) {
    out += out.empty() ? "" : "\n";
    out += "(Tool call: " + call.name + " with the arguments " + call.arguments + ")";
  }
  return cut(out, quoted_bytes_max);
}

void append_answer(std::vector<message>& to, const prompt& asked, const completion& broken) {
  if (broken.tool_calls.empty() || !can_be_returned(asked, broken.tool_calls)) {
    if (auto text = quoted(broken); text.find_first_not_of(" \t\r\n") != text.npos)
      to.push_back(saying(role::assistant, std::move(text)));
    return;
  }
  message called{.from = role::assistant};
  if (!broken.text.empty())
    called.parts.push_back({.text = cut(broken.text, quoted_bytes_max)});
  called.tool_calls = broken.tool_calls;
  to.push_back(std::move(called));
  for (const auto& call : broken.tool_calls) {
    auto result = saying(role::tool, "Not carried out: the answer breaks its requirements.");
    result.tool_call_id = call.id;
    result.name = call.name;
    to.push_back(std::move(result));
  }
}

std::string complaint(const completion& broken, std::vector<violation> found) {
  std::ranges::stable_sort(found, std::ranges::greater{},
                           [](const violation& x) { return std::ranges::count(x.pointer, '/'); });
  std::string out = "Your answer does not meet the requirements:";
  for (std::size_t i = 0; i < std::min(found.size(), violations_max); ++i) {
    out += "\n- ";
    if (!found[i].pointer.empty())
      out += "at " + cut(found[i].pointer, sentence_bytes_max) + ": ";
    out += cut(found[i].message, sentence_bytes_max);
  }
  if (found.size() > violations_max)
    out += "\n- and " + std::to_string(found.size() - violations_max) + " more";
  out += broken.tool_calls.empty()
             ? "\nAnswer again: the whole corrected answer and nothing else, without any comment."
             : "\nMake all of the tool calls again, corrected, without any comment.";
  return out;
}

} // namespace

prompt reask(const prompt& asked, const completion& broken, const std::vector<violation>& found) {
  auto out = asked;
  append_answer(out.messages, asked, broken);
  out.messages.push_back(saying(role::user, complaint(broken, found)));
  return out;
}

} // namespace hedgerow
