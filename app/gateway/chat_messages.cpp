#include "app/gateway/chat_messages.hpp"

#include "app/gateway/members.hpp"

namespace hedgerow {

namespace {

result<role> read_role(const json::value& x, const std::string& where) {
  auto name = json::find_text(x, "role");
  if (name == "system" || name == "developer")
    return role::system;
  if (name == "user")
    return role::user;
  if (name == "assistant")
    return role::assistant;
  if (name == "tool")
    return role::tool;
  return wrong("The role must be system, developer, user, assistant or tool.", where + ".role");
}

result<part> read_part(const json::value& x, const std::string& where) {
  auto type = json::find_text(x, "type");
  if (type == "text" || type == "refusal") {
    const auto* text = json::find(x, type);
    if (!text || !text->IsString())
      return wrong("A part of type '" + std::string{type} + "' needs a string of that name.",
                   where);
    return part{.text = std::string{json::text_of(*text)}};
  }
  if (type == "image_url") {
    const auto* image = json::find(x, "image_url");
    auto url = image ? json::find_text(*image, "url") : std::string_view{};
    if (!url.starts_with("https:") && !url.starts_with("http:") && !url.starts_with("data:"))
      return wrong("'image_url.url' must be an http, https or data URL.", where);
    return part{part::kind::image, std::string{url},
                std::string{json::find_text(*image, "detail")}};
  }
  return wrong("A part must be of type text or image_url; other types are not offered.",
               where + ".type");
}

result<std::vector<part>> read_content(const json::value* x, const std::string& where) {
  std::vector<part> out;
  if (!x || x->IsNull())
    return out;
  if (x->IsString()) {
    out.push_back({.text = std::string{json::text_of(*x)}});
    return out;
  }
  if (!x->IsArray())
    return wrong("'content' must be a string or a list of parts.", where);
  for (rapidjson::SizeType i = 0; i < x->Size(); ++i) {
    auto one = read_part((*x)[i], where + "[" + std::to_string(i) + "]");
    if (!one)
      return one.error();
    out.push_back(std::move(*one));
  }
  return out;
}

result<std::vector<tool_call>> read_tool_calls(const json::value* x, const std::string& where) {
  std::vector<tool_call> out;
  if (!x || x->IsNull())
    return out;
  if (!x->IsArray())
    return wrong("'tool_calls' must be a list.", where);
  for (const auto& call : x->GetArray()) {
    const auto* function = json::find(call, "function");
    if (!function || json::find_text(*function, "name").empty())
      return wrong("A tool call needs an id and a function with name and arguments.", where);
    out.push_back({std::string{json::find_text(call, "id")},
                   std::string{json::find_text(*function, "name")},
                   std::string{json::find_text(*function, "arguments")}});
  }
  return out;
}

result<message> read_message(const json::value& x, const std::string& where) {
  if (!json::is_object(x))
    return wrong("A message must be an object.", where);
  auto from = read_role(x, where);
  if (!from)
    return from.error();
  auto parts = read_content(json::find(x, "content"), where + ".content");
  if (!parts)
    return parts.error();
  auto calls = read_tool_calls(json::find(x, "tool_calls"), where + ".tool_calls");
  if (!calls)
    return calls.error();
  message out{*from, std::move(*parts), std::move(*calls),
              std::string{json::find_text(x, "tool_call_id")},
              std::string{json::find_text(x, "name")}};
  if (out.from == role::tool && out.tool_call_id.empty())
    return wrong("A tool's message needs the 'tool_call_id' that it answers.",
                 where + ".tool_call_id");
  if (out.from != role::assistant && out.parts.empty())
    return wrong("The message has no content.", where + ".content");
  return out;
}

} // namespace

result<std::vector<message>> read_chat_messages(const json::value& x) {
  if (!x.IsArray() || x.Empty())
    return wrong("'messages' must be a list with at least one message.", "messages");
  std::vector<message> out;
  out.reserve(x.Size() + 1);
  for (rapidjson::SizeType i = 0; i < x.Size(); ++i) {
    auto one = read_message(x[i], "messages[" + std::to_string(i) + "]");
    if (!one)
      return one.error();
    out.push_back(std::move(*one));
  }
  return out;
}

} // namespace hedgerow
