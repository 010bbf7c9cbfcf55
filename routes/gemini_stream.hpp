#pragma once

#include "contracts/json.hpp"
#include "routes/gemini_call.hpp"
#include "routes/sse.hpp"
#include "routes/stream_piece.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hedgerow::gemini {

/// Puts the chunks of `streamGenerateContent` together, of which each has the shape of a whole
/// reply. Source: semantics.md §5.5. Only the first candidate counts.
class stream_assembly {
public:
  /// Takes in one event.
  stream_piece take(const sse_event& event);

  stream_stage stage() const { return stage_; }

  /// Events that were passed over because they are no JSON.
  std::size_t skipped() const { return skipped_; }

  /// The body that the provider would have sent at once: the error if there was one, else the reply
  /// as far as it has come.
  std::string whole() const;

private:
  void take_chunk(const json::value& chunk, stream_piece& out);
  void take_candidate(const json::value& candidate, stream_piece& out);
  void take_part(const json::value& part, stream_piece& out);
  void take_call(const json::value& part);
  void end_text();
  void end_call();
  void fail(std::string body);

  stream_stage stage_ = stream_stage::open;
  std::size_t skipped_ = 0;
  bool begun_ = false;
  /// Whole parts, as JSON texts.
  std::vector<std::string> parts_;
  /// Text after the last of them.
  std::string text_;
  bool has_text_ = false;
  /// The call that is coming in parts.
  std::optional<partial_call> call_;
  // As JSON texts, empty if they have not come.
  std::string finish_;
  std::string ratings_;
  std::string feedback_;
  std::string usage_;
  std::string version_;
  std::string id_;
  std::string error_;
};

} // namespace hedgerow::gemini
