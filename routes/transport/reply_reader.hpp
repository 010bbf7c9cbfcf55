#pragma once

#include "contracts/failure.hpp"
#include "routes/http.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

namespace hedgerow {

/// Reads HTTP replies from one connection, one after the other, as their bytes arrive. Interim
/// replies (1xx) are skipped. Does no I/O.
///
/// Failures are of class `transport`: not HTTP, header above 64 KiB, body above the limit, cut off.
class reply_reader {
public:
  reply_reader();
  ~reply_reader();
  reply_reader(const reply_reader&) = delete;
  reply_reader& operator=(const reply_reader&) = delete;

  /// Forgets what was read and waits for a new reply.
  void begin(std::size_t body_bytes_max);

  /// Where to put the next bytes.
  std::span<char> space();

  /// `size` bytes were put into `space()`.
  std::optional<failure> arrived(std::size_t size);

  /// The peer will send nothing more.
  std::optional<failure> closed();

  /// Whether a byte has come since `begin`.
  bool touched() const;

  /// Whether the reply is whole.
  bool done() const;

  /// Whether the head of the reply has come.
  bool has_head() const;

  /// Whether that head announces a stream of events and no error. Requires `has_head()`.
  bool is_event_stream() const;

  /// What has come of the body since `drop_body`; requires `has_head()`.
  std::string_view body() const;

  /// Forgets what has come of the body.
  void drop_body();

  /// Whether the connection can carry another call; requires `done()`.
  bool keeps_connection() const;

  /// The reply; requires `done()`, and leaves nothing behind.
  http_reply take();

private:
  struct state;

  std::unique_ptr<state> state_;
};

} // namespace hedgerow
