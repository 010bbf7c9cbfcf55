#pragma once

#include "contracts/completion.hpp"
#include "contracts/failure.hpp"
#include "routes/route_config.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// A conversation as the dialects see it in which user and assistant take turns.
namespace hedgerow {

/// Messages of one side that follow one another. Views into the prompt.
struct turn {
  bool assistant = false;
  /// Of a user's turn: the tools' messages first, as those dialects want it.
  std::vector<const message*> messages;
};

/// The conversation without its system messages and without messages that say nothing. The
/// neighbours of one side are one turn, and the user speaks first: where the prompt begins with the
/// assistant or holds no word of either, there is a turn without messages in front.
std::vector<turn> turns_of(const prompt& ask);

/// What stands in a turn without messages.
inline constexpr std::string_view no_question = "(no question)";

/// The texts of all system messages with empty lines between them, and `instruction` at the end.
std::string system_text(const prompt& ask, std::string_view instruction);

/// Whether `x` is nothing but white space.
bool is_blank(std::string_view x);

/// What keeps `ask` from being a conversation in turns, in any dialect that has them. A tool's
/// message that answers no call is `invalid_request`. `capability` are: an image in a message of
/// the system, an image that is neither an `https:` URL nor a `data:` URL in base64, arguments of
/// an earlier call that are no JSON object (blank ones stand for an empty object), and the
/// assistant's words at the end where the route does not list `prefill`.
std::optional<failure> objection_to_turns(const route_config& route, const prompt& ask);

/// The arguments of `x` as a JSON object. Requires: `objection_to_turns` found nothing.
std::string_view arguments_object(const tool_call& x);

} // namespace hedgerow
