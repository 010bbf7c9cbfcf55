#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace hedgerow {

/// What came of some events of a streamed answer.
struct stream_piece {
  /// Text of the answer, ready to be passed on.
  std::string text;
  /// Something of the answer came: text, a refusal's words, a tool call or a part of one.
  bool content = false;
  /// The model was at work: content, or thoughts, which are not passed on.
  bool progress = false;
};

/// Where a streamed answer stands.
enum class stream_stage : std::uint8_t {
  open,     ///< More must come.
  finished, ///< The model has said why it stopped; usage and the like may follow.
  closed,   ///< Nothing more is wanted: the end was announced, or an error was.
};

/// Whether `data`, an event's data that is no JSON, holds a character of a text, a refusal or an
/// argument, which are lost with it: then the answer has a hole. `keys` are the names of the
/// members that hold such in the dialect.
bool holds_content(std::string_view data, std::initializer_list<std::string_view> keys);

} // namespace hedgerow
