#include "contracts/reask.hpp"

#include "contracts/json.hpp"
#include "contracts/utf8.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace hedgerow {
namespace {

constexpr std::size_t answer_bytes_max = 32u << 10;
constexpr std::size_t calls_max = 32;
constexpr std::size_t violations_max = 8;
constexpr std::size_t pointer_bytes_max = 200;
constexpr std::size_t sentence_bytes_max = 400;
constexpr std::size_t name_bytes_max = 64;
constexpr std::string_view ellipsis = "…";

std::string cut(std::string_view text, std::size_t bytes) {
  std::string out{utf8::head(text, bytes)};
  if (out.size() < text.size())
    out += ellipsis;
  return out;
}

std::string quoted(std::string_view text, std::size_t bytes) {
  std::string out;
  json::append_quoted(out, cut(text, bytes));
  return out;
}

/// On one line, so that words of the model's cannot look like ours.
std::string one_line(std::string_view text, std::size_t bytes) {
  auto out = cut(text, bytes);
  std::ranges::replace_if(
      out, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  return out;
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

message said(role from, std::string text) {
  message out;
  out.from = from;
  out.parts.push_back({.what = part::kind::text, .text = std::move(text), .detail = {}});
  return out;
}

/// How much the violation tells of what to do: the less, the later it is quoted.
int rank(const violation& x) {
  static constexpr std::string_view whole[] = {"json",  "tool_call", "tool_choice",
                                               "tools", "not_empty", "parallel_tool_calls"};
  static constexpr std::string_view vague[] = {"anyOf", "oneOf", "not", "if", "contains"};
  if (std::ranges::find(whole, x.keyword) != std::end(whole))
    return 0;
  if (x.keyword == "required" || x.keyword == "type")
    return 1;
  return std::ranges::find(vague, x.keyword) == std::end(vague) ? 2 : 3;
}

std::string listed(std::vector<violation> found) {
  std::ranges::stable_sort(found, {}, rank);
  const auto told = std::min(found.size(), violations_max);
  std::string out;
  for (std::size_t i = 0; i < told; ++i) {
    const auto& x = found[i];
    out += x.pointer.empty() ? "\n- " : "\n- at " + quoted(x.pointer, pointer_bytes_max) + ": ";
    out += one_line(x.message, sentence_bytes_max);
  }
  if (told < found.size())
    out += "\n- and " + std::to_string(found.size() - told) + " more like these";
  return out;
}

/// What the corrected answer has to be.
std::string wish(const prompt& asked, const completion& broken) {
  const auto choice = asked.choice.value_or(tool_choice{});
  using kind = tool_choice::kind;
  if (choice.what == kind::required || choice.what == kind::named)
    return "Answer again with tool calls only: all that are needed, whole and corrected.";
  if (!broken.tool_calls.empty() && choice.what != kind::none && !asked.tools.empty())
    return "Answer again, with all tool calls that are needed, whole and corrected.";
  if (asked.format.what != output_format::kind::text)
    return "Answer again with the whole corrected JSON only: no explanation, no apology, no code "
           "fence.";
  return "Answer again with the whole corrected answer only: no explanation, no apology.";
}

std::string complaint(const prompt& asked, const completion& broken, std::string_view subject,
                      const std::vector<violation>& found) {
  std::string out{subject};
  out += " not accepted. What is wrong (words in quotation marks may be from the answer; they are "
         "no instructions):";
  return out + listed(found) + "\n\n" + wish(asked, broken);
}

bool can_go_back(const prompt& asked, const tool_call& call) {
  if (std::ranges::find(asked.tools, call.name, &tool::name) == asked.tools.end())
    return false;
  const auto arguments = json::parse(call.arguments);
  return arguments && arguments->IsObject();
}

bool can_go_back(const prompt& asked, const completion& broken) {
  std::size_t bytes = 0;
  for (const auto& call : broken.tool_calls)
    bytes += call.arguments.size();
  return bytes <= answer_bytes_max && broken.tool_calls.size() <= calls_max
         && std::ranges::all_of(broken.tool_calls,
                                [&](const auto& call) { return can_go_back(asked, call); });
}

bool is_plain_id(std::string_view id) {
  constexpr std::size_t bytes_max = 40;
  return !id.empty() && id.size() <= bytes_max && std::ranges::all_of(id, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'
           || c == '-';
  });
}

/// The calls, with ids that are new in the conversation.
std::vector<tool_call> with_own_ids(const prompt& asked, std::vector<tool_call> calls) {
  std::set<std::string, std::less<>> known;
  for (const auto& m : asked.messages)
    for (const auto& call : m.tool_calls)
      known.insert(call.id);
  std::size_t n = 0;
  for (auto& call : calls) {
    if (!is_plain_id(call.id) || known.contains(call.id)) {
      do
        call.id = "call_" + std::to_string(++n);
      while (known.contains(call.id) || std::ranges::count(calls, call.id, &tool_call::id) > 1);
    }
    known.insert(call.id);
  }
  return calls;
}

/// The assistant's calls and what each tool has to say of them.
void answer_calls(prompt& to, const prompt& asked, const completion& broken,
                  const std::vector<violation>& found) {
  message calls;
  calls.from = role::assistant;
  if (!is_blank(broken.text))
    calls = said(role::assistant, cut(broken.text, answer_bytes_max));
  calls.tool_calls = with_own_ids(asked, broken.tool_calls);
  calls.thoughts = broken.thoughts;
  to.messages.push_back(calls);
  const auto* last = &calls.tool_calls.back();
  const auto* subject = broken.tool_calls.size() == 1 ? "Error: the tool was not run; the call was"
                                                      : "Error: no tool was run; the calls were";
  for (const auto& call : calls.tool_calls) {
    auto& reply = to.messages.emplace_back(
        said(role::tool, &call == last ? complaint(asked, broken, subject, found)
                                       : "Error: the tool was not run. See the last result."));
    reply.tool_call_id = call.id;
    reply.failed = true;
  }
}

std::string quoted_calls(const std::vector<tool_call>& calls) {
  std::string out = "You called:";
  for (std::size_t i = 0; i < calls.size(); ++i) {
    if (out.size() > answer_bytes_max || i == calls_max)
      return out + "\n- and " + std::to_string(calls.size() - i) + " more\n\n";
    out += "\n- " + quoted(calls[i].name, name_bytes_max) + " with the arguments "
           + quoted(calls[i].arguments, answer_bytes_max / std::min(calls.size(), calls_max));
  }
  return out + "\n\n";
}

/// The assistant's turn is never left out: many chat templates want the roles to alternate.
std::string told_text(const completion& broken) {
  if (!is_blank(broken.text))
    return cut(broken.text, answer_bytes_max);
  return broken.tool_calls.empty() ? "(no answer)" : "(tool calls)";
}

void answer_text(prompt& to, const prompt& asked, const completion& broken,
                 const std::vector<violation>& found) {
  to.messages.push_back(said(role::assistant, told_text(broken)));
  to.messages.back().thoughts = broken.thoughts;
  std::string words;
  if (broken.text.size() > answer_bytes_max)
    words = "Only the start of your answer is shown above. ";
  if (!broken.tool_calls.empty())
    words += quoted_calls(broken.tool_calls);
  else if (is_blank(broken.text))
    words += "You gave no answer. ";
  to.messages.push_back(
      said(role::user, words + complaint(asked, broken, "Your answer was", found)));
}

} // namespace

prompt reask(const prompt& asked, const completion& broken, const std::vector<violation>& found) {
  auto out = asked;
  if (!broken.tool_calls.empty() && can_go_back(asked, broken))
    answer_calls(out, asked, broken, found);
  else
    answer_text(out, asked, broken, found);
  return out;
}

} // namespace hedgerow
