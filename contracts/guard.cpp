#include "contracts/guard.hpp"

#include <utility>

namespace hedgerow {

namespace {

constexpr std::string_view blanks = " \t\r\n";

std::string_view trimmed(std::string_view x) {
  const auto from = x.find_first_not_of(blanks);
  return from == x.npos ? std::string_view{}
                        : x.substr(from, x.find_last_not_of(blanks) - from + 1);
}

/// Codes such as `S1,S10`; a guard that says more than that is not quoted.
bool is_codes(std::string_view x) {
  constexpr std::size_t longest = 100;
  return !x.empty() && x.size() <= longest && std::ranges::all_of(x, [](unsigned char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == ','
           || c == ' ' || c == '_' || c == '-';
  });
}

void add_line(std::string& to, std::string_view text) {
  if (text.empty())
    return;
  if (!to.empty())
    to += '\n';
  to += text;
}

std::string written(const std::vector<tool_call>& calls) {
  std::string out;
  for (const auto& x : calls)
    add_line(out, x.name + " " + x.arguments);
  return out;
}

void add_turn(prompt& to, role who, std::string text) {
  message out{.from = who};
  out.parts.push_back({.text = std::move(text)});
  to.messages.push_back(std::move(out));
}

} // namespace

std::string_view to_string(safety_verdict x) {
  switch (x) {
  case safety_verdict::allow:
    return "allow";
  case safety_verdict::unverified:
    return "unverified";
  case safety_verdict::block:
    return "block";
  }
  return "unknown";
}

guard_word read_guard(const completion& x) {
  constexpr std::string_view no_verdict = "the guard's words are no verdict";
  const auto said = trimmed(x.text);
  const auto line = said.substr(0, said.find('\n'));
  const auto rest = trimmed(said.substr(line.size()));
  if (x.finish != finish_reason::stop || !x.tool_calls.empty())
    return {safety_verdict::block, std::string{no_verdict}};
  if (trimmed(line) == "safe" && rest.empty())
    return {safety_verdict::allow, "safe"};
  if (trimmed(line) != "unsafe")
    return {safety_verdict::block, std::string{no_verdict}};
  return {safety_verdict::block, is_codes(rest) ? "unsafe: " + std::string{rest} : "unsafe"};
}

prompt guard_prompt(const prompt& asked) {
  prompt out;
  for (const auto& x : asked.messages) {
    if (x.from == role::system)
      continue;
    std::string text;
    message turn{.from = x.from == role::assistant ? role::assistant : role::user};
    for (const auto& piece : x.parts)
      if (piece.what == part::kind::text)
        add_line(text, piece.text);
      else
        turn.parts.push_back(piece);
    add_line(text, written(x.tool_calls));
    if (!text.empty())
      turn.parts.insert(turn.parts.begin(), {.text = std::move(text)});
    if (!turn.parts.empty())
      out.messages.push_back(std::move(turn));
  }
  return out;
}

prompt guard_prompt(const prompt& asked, const completion& answer) {
  auto out = guard_prompt(asked);
  auto text = answer.text;
  add_line(text, written(answer.tool_calls));
  add_turn(out, role::assistant, std::move(text));
  return out;
}

bool has_image(const prompt& x) {
  return std::ranges::any_of(x.messages, [](const message& y) {
    return std::ranges::any_of(y.parts, [](const part& z) { return z.what == part::kind::image; });
  });
}

} // namespace hedgerow
