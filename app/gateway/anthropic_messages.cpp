#include "app/gateway/anthropic_messages.hpp"

#include "app/gateway/members.hpp"
#include "contracts/schema.hpp"

#include <utility>

namespace hedgerow {
namespace {

std::string item(const std::string& where, rapidjson::SizeType i) {
  return where + "[" + std::to_string(i) + "]";
}

result<part> read_text(const json::value& x, const std::string& where) {
  const auto* text = json::find(x, "text");
  if (!text || !text->IsString())
    return wrong("A block of type 'text' needs a string 'text'.", where);
  return part{.text = std::string{json::text_of(*text)}};
}

result<part> read_image(const json::value& x, const std::string& where) {
  const auto* source = json::find(x, "source");
  const auto type = source ? json::find_text(*source, "type") : std::string_view{};
  if (type == "url" && !json::find_text(*source, "url").empty())
    return part{part::kind::image, std::string{json::find_text(*source, "url")}, {}};
  if (type == "base64" && !json::find_text(*source, "data").empty())
    return part{part::kind::image,
                "data:" + std::string{json::find_text(*source, "media_type")} + ";base64,"
                    + std::string{json::find_text(*source, "data")},
                {}};
  return wrong("An image needs a 'source' of type base64 (with media_type and data) or url.",
               where + ".source");
}

/// Texts and images.
result<part> read_part(const json::value& x, const std::string& where) {
  const auto type = json::find_text(x, "type");
  if (type == "text")
    return read_text(x, where);
  if (type == "image")
    return read_image(x, where);
  return wrong("A block of type '" + std::string{type.substr(0, 40)}
                   + "' is not offered here; use text or image.",
               where + ".type");
}

result<std::vector<part>> read_parts(const json::value* x, const std::string& where) {
  std::vector<part> out;
  if (!x || x->IsNull())
    return out;
  if (x->IsString()) {
    out.push_back({.text = std::string{json::text_of(*x)}});
    return out;
  }
  if (!x->IsArray())
    return wrong("'content' must be a string or a list of blocks.", where);
  for (rapidjson::SizeType i = 0; i < x->Size(); ++i) {
    auto one = read_part((*x)[i], item(where, i));
    if (!one)
      return one.error();
    out.push_back(std::move(*one));
  }
  return out;
}

result<message> read_result(const json::value& x, const std::string& where) {
  message out{.from = role::tool};
  out.tool_call_id = json::find_text(x, "tool_use_id");
  if (out.tool_call_id.empty())
    return wrong("A tool's result needs the 'tool_use_id' that it answers.", where);
  auto parts = read_parts(json::find(x, "content"), where + ".content");
  if (!parts)
    return parts.error();
  out.parts = std::move(*parts);
  if (out.parts.empty())
    out.parts.push_back({});
  const auto* failed = json::find(x, "is_error");
  out.failed = failed && failed->IsTrue();
  return out;
}

result<void> read_user_blocks(const json::value& blocks, const std::string& where,
                              std::vector<message>& to) {
  message said{.from = role::user};
  for (rapidjson::SizeType i = 0; i < blocks.Size(); ++i) {
    const auto& x = blocks[i];
    if (json::find_text(x, "type") == "tool_result") {
      auto one = read_result(x, item(where, i));
      if (!one)
        return one.error();
      to.push_back(std::move(*one));
      continue;
    }
    auto one = read_part(x, item(where, i));
    if (!one)
      return one.error();
    said.parts.push_back(std::move(*one));
  }
  if (!said.parts.empty())
    to.push_back(std::move(said));
  return {};
}

result<void> read_assistant_block(const json::value& x, const std::string& where, message& to) {
  const auto type = json::find_text(x, "type");
  if (type == "tool_use") {
    const auto* input = json::find(x, "input");
    tool_call call{std::string{json::find_text(x, "id")}, std::string{json::find_text(x, "name")},
                   input && json::is_object(*input) ? json::compact(*input) : std::string{"{}"}};
    if (call.id.empty() || call.name.empty())
      return wrong("A block of type 'tool_use' needs an id and a name.", where);
    to.tool_calls.push_back(std::move(call));
  } else if (type == "thinking") {
    to.thoughts.push_back({.by = thought::issuer::anthropic,
                           .text = std::string{json::find_text(x, "thinking")},
                           .signature = std::string{json::find_text(x, "signature")}});
  } else if (type == "redacted_thinking") {
    to.thoughts.push_back({.by = thought::issuer::anthropic,
                           .text = {},
                           .signature = std::string{json::find_text(x, "data")},
                           .redacted = true});
  } else {
    auto one = read_part(x, where);
    if (!one)
      return one.error();
    to.parts.push_back(std::move(*one));
  }
  return {};
}

result<void> read_message(const json::value& x, const std::string& where,
                          std::vector<message>& to) {
  const auto from = json::find_text(x, "role");
  if (from != "user" && from != "assistant")
    return wrong("The role must be user or assistant; the system's words go in 'system'.",
                 where + ".role");
  const auto* content = json::find(x, "content");
  const auto inside = where + ".content";
  if (content && content->IsArray() && from == "user")
    return read_user_blocks(*content, inside, to);
  message out{.from = from == "user" ? role::user : role::assistant};
  if (content && content->IsArray()) {
    for (rapidjson::SizeType i = 0; i < content->Size(); ++i)
      if (auto done = read_assistant_block((*content)[i], item(inside, i), out); !done)
        return done;
  } else {
    auto parts = read_parts(content, inside);
    if (!parts)
      return parts.error();
    out.parts = std::move(*parts);
  }
  if (out.from == role::user && out.parts.empty())
    return wrong("The message has no content.", inside);
  to.push_back(std::move(out));
  return {};
}

} // namespace

result<std::vector<message>> read_anthropic_messages(const json::value& x) {
  if (!x.IsArray() || x.Empty())
    return wrong("'messages' must be a list with at least one message.", "messages");
  std::vector<message> out;
  for (rapidjson::SizeType i = 0; i < x.Size(); ++i)
    if (auto done = read_message(x[i], item("messages", i), out); !done)
      return done.error();
  return out;
}

result<message> read_anthropic_system(const json::value& x) {
  message out{.from = role::system};
  auto parts = read_parts(&x, "system");
  if (!parts)
    return parts.error();
  out.parts = std::move(*parts);
  return out;
}

result<std::vector<tool>> read_anthropic_tools(const json::value& x) {
  if (!x.IsArray())
    return wrong("'tools' must be a list.", "tools");
  std::vector<tool> out;
  for (rapidjson::SizeType i = 0; i < x.Size(); ++i) {
    const auto where = item("tools", i);
    const auto type = json::find_text(x[i], "type");
    if (!type.empty() && type != "custom")
      return wrong("Tools that a provider runs are not offered; leave '"
                       + std::string{type.substr(0, 40)} + "' out.",
                   where + ".type");
    tool one{.name = std::string{json::find_text(x[i], "name")},
             .description = std::string{json::find_text(x[i], "description")}};
    if (one.name.empty())
      return wrong("A tool needs a 'name'.", where + ".name");
    if (const auto* shape = given(x[i], "input_schema")) {
      if (auto compiled = schema::compile(*shape); !compiled)
        return wrong(compiled.error().message, where + ".input_schema" + compiled.error().param);
      one.parameters = json::compact(*shape);
    }
    if (const auto* strict = given(x[i], "strict"); strict && strict->IsBool())
      one.strict = strict->GetBool();
    out.push_back(std::move(one));
  }
  return out;
}

} // namespace hedgerow
