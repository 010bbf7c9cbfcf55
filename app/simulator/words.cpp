#include "app/simulator/words.hpp"

#include "contracts/utf8.hpp"

#include <algorithm>

namespace hedgerow::simulated {

std::size_t tokens_of(std::size_t bytes) { return (bytes + 3) / 4; }

std::size_t bytes_said(const answer& said) {
  auto bytes = said.text.size() + said.refusal.size();
  for (const auto& call : said.tool_calls)
    bytes += call.name.size() + call.arguments.size();
  return bytes;
}

std::vector<std::string_view> pieces_of(std::string_view text, std::size_t characters) {
  std::vector<std::string_view> all;
  while (!text.empty()) {
    std::size_t end = 0;
    for (std::size_t i = 0; i < characters && end < text.size(); ++i)
      end += std::max<std::size_t>(1, utf8::sequence_length(text.substr(end)));
    all.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return all;
}

std::string object_or_text(std::string_view arguments) {
  if (arguments.empty())
    return "{}";
  const auto parsed = json::parse(arguments);
  if (parsed && json::is_object(*parsed))
    return std::string{arguments};
  std::string out;
  json::append_quoted(out, arguments);
  return out;
}

std::string text_of_content(const json::value* x) {
  if (!x)
    return {};
  if (x->IsString())
    return std::string{json::text_of(*x)};
  std::string out;
  if (x->IsArray())
    for (const auto& part : x->GetArray())
      out.append(json::find_text(part, "text"));
  return out;
}

void append_member(std::string& out, std::string_view name, std::string_view text) {
  out.append(",\"").append(name).append("\":");
  json::append_quoted(out, text);
}

} // namespace hedgerow::simulated
