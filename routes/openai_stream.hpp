#pragma once

#include "contracts/json.hpp"
#include "routes/sse.hpp"
#include "routes/stream_piece.hpp"
#include "routes/text_frame.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hedgerow::openai {

/// Puts the chunks of a streamed chat completion together. Sources: semantics.md §5.2, §5.6.
///
/// What a chunk says of any other choice than the first is passed over. A fragment of a tool call
/// belongs to the call with its `index`; without one, or with one that is taken by a call of
/// another id, a fragment with an id begins a call and one without goes on with the last.
class stream_assembly {
public:
  /// Takes in one event.
  stream_piece take(const sse_event& event);

  stream_stage stage() const { return stage_; }

  /// Events that were passed over because they are no JSON.
  std::size_t skipped() const { return skipped_; }

  /// The body that the provider would have sent at once: the chunks' error if there was one, else
  /// the completion as far as it has come. A stream that has not finished has no finish reason.
  std::string whole() const;

private:
  struct call {
    std::optional<std::int64_t> index;
    std::string id;
    std::string name;
    std::string arguments;
  };

  void take_chunk(const json::value& chunk, stream_piece& out);
  void take_choice(const json::value& choice, stream_piece& out);
  void take_delta(const json::value& delta, stream_piece& out);
  void take_text(const json::value& content, stream_piece& out);
  void add_text(std::string_view text, stream_piece& out);
  void take_fragment(const json::value& fragment, stream_piece& out);
  void add_function(call& to, const json::value& function, stream_piece& out);
  call* call_of(const json::value& fragment, std::string_view id);
  void fail(std::string body);
  void append_message(std::string& out) const;

  stream_stage stage_ = stream_stage::open;
  std::size_t skipped_ = 0;
  bool begun_ = false;
  bool has_content_ = false;
  /// A chunk had the member `finish_reason`, if only null.
  bool names_finish_ = false;
  bool was_closed_ = false;
  std::string id_;
  std::string model_;
  std::string text_;
  std::string refusal_;
  std::vector<call> calls_;
  /// The word for the end; nothing: it has not come.
  std::optional<std::string> finish_;
  // As JSON texts, empty if they have not come.
  std::string usage_;
  std::string filter_;
  std::string prompt_filter_;
  std::string moderation_;
  /// The body that says what went wrong.
  std::string error_;
  text_frame frame_;
};

} // namespace hedgerow::openai
