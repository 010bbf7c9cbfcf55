#pragma once

#include "contracts/json.hpp"
#include "routes/sse.hpp"
#include "routes/stream_piece.hpp"
#include "routes/text_frame.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace hedgerow::anthropic {

/// Puts the events of a streamed message together. Source: semantics.md §5.4. Events of an unknown
/// type are passed over, as the provider documents. Blocks that come interleaved, or begin twice,
/// are told in the order in which their text came, for so it has been passed on.
class stream_assembly {
public:
  /// Takes in one event.
  stream_piece take(const sse_event& event);

  stream_stage stage() const { return stage_; }

  /// Events that were passed over because they are no JSON.
  std::size_t skipped() const { return skipped_; }

  /// The body that the provider would have sent at once: the error if there was one, else the
  /// message as far as it has come. The input of a call that is no JSON is a string with its text.
  std::string whole() const;

private:
  struct block {
    std::int64_t index = 0;
    std::string type;
    /// As it began, compact JSON.
    std::string start;
    /// Of text and thinking.
    std::string text;
    /// Of a tool's input: the text of a JSON object.
    std::string input;
    std::string signature;
  };

  void take_event(const json::value& data, stream_piece& out);
  void take_delta(const json::value& data, stream_piece& out);
  void begin_block(const json::value& data, stream_piece& out);
  void merge_usage(const json::value& holder);
  block* block_at(const json::value& data);
  block* begun_at(std::int64_t index);
  void add_text(std::int64_t index, std::string_view text, stream_piece& out);
  void fail(std::string body);

  static void append_block(std::string& out, const block& x);

  stream_stage stage_ = stream_stage::open;
  std::size_t skipped_ = 0;
  std::string id_;
  std::string model_;
  std::vector<block> blocks_;
  /// By name, as JSON texts: later events overwrite.
  std::map<std::string, std::string, std::less<>> usage_;
  /// Members of the last `delta` of the message, as JSON texts.
  std::string stop_reason_ = "null";
  std::string stop_details_ = "null";
  std::string error_;
  text_frame frame_;
  /// The block of the event that the frame was learned from.
  std::int64_t framed_index_ = -1;
};

} // namespace hedgerow::anthropic
