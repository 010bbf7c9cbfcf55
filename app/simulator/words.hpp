#pragma once

#include "app/simulator/content.hpp"
#include "contracts/json.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What the dialects word alike.
namespace hedgerow::simulated {

/// One token for four bytes.
std::size_t tokens_of(std::size_t bytes);

/// Of text, refusal and tool calls.
std::size_t bytes_said(const answer& said);

/// `text` in pieces of `characters`, none of them empty. What is no UTF-8 counts byte by byte.
std::vector<std::string_view> pieces_of(std::string_view text, std::size_t characters);

/// The arguments as a member's value: JSON as it stands if it is an object, `{}` if there are none,
/// else the text as a string.
std::string object_or_text(std::string_view arguments);

/// The text of a message's content, whether that is a text or a list of parts.
std::string text_of_content(const json::value* x);

/// `,"name":` and `text` as a JSON string.
void append_member(std::string& out, std::string_view name, std::string_view text);

} // namespace hedgerow::simulated
