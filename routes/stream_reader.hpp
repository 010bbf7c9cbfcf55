#pragma once

#include "contracts/failure.hpp"
#include "routes/sse.hpp"
#include "routes/stream_assembly.hpp"
#include "routes/stream_piece.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace hedgerow {

/// Reads the body of a streamed answer as its bytes come, in whatever pieces.
class stream_reader {
public:
  explicit stream_reader(stream_assembly empty) : assembly_{std::move(empty)} {}

  /// What some bytes brought.
  stream_piece take(std::string_view bytes);

  /// Whether any bytes came.
  bool has_begun() const { return bytes_ > 0; }

  stream_stage stage() const;

  /// Events that were passed over because they are no JSON.
  std::size_t skipped() const;

  /// What is wrong with the stream itself, as nothing that the provider said.
  const std::optional<failure>& wrong() const { return wrong_; }

  /// The body that the provider would have sent at once, as far as it has come. Whole answers and
  /// streamed ones are judged by the same code so. Call it once, when nothing more will come.
  std::string whole();

private:
  stream_piece take(const sse_event& event);
  void give_up(std::string reason);

  sse_parser events_;
  stream_assembly assembly_;
  std::size_t bytes_ = 0;
  std::optional<failure> wrong_;
};

} // namespace hedgerow
