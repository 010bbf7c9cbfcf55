#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace hedgerow {

/// One server-sent event. The views hold until the parser is used again.
struct sse_event {
  /// The value of its last `event` field; empty if it had none.
  std::string_view name;
  /// The values of its `data` fields, joined by line feeds.
  std::string_view data;
};

/// What a stream of events may hold at most, in bytes.
struct sse_limits {
  std::size_t line = 8u << 20;
  std::size_t event = 16u << 20;
};

/// Reads server-sent events from bytes that are cut anywhere. Source: the WHATWG HTML standard,
/// "Interpreting an event stream". Comments, `id`, `retry` and unknown fields are passed over; an
/// event without a `data` field is none. Does not look at the encoding.
class sse_parser {
public:
  explicit sse_parser(sse_limits limits = {}) : limits_{limits} {}

  /// The next bytes, which must stay where they are until `next` has nothing more.
  /// Requires: `next` has returned nothing since the last call.
  void feed(std::string_view bytes) { rest_ = bytes; }

  /// The next event that is whole.
  std::optional<sse_event> next();

  /// A line or an event is longer than allowed; nothing more will come.
  bool overflowed() const { return overflowed_; }

  /// The stream is over: what came of an event that no blank line ended. The standard has it thrown
  /// away, but broken proxies send errors so. Bytes that are in no `data` field count as data.
  std::string_view tail();

private:
  bool take_line(std::string_view line);
  void take_field(std::string_view line);
  bool fits(std::size_t held, std::size_t more, std::size_t limit);
  void clear();

  sse_limits limits_;
  std::string_view rest_;
  /// The beginning of a line whose end has not come.
  std::string line_;
  std::string name_;
  /// Each `data` line and a line feed.
  std::string data_;
  /// Lines without a known field, for `tail`.
  std::string other_;
  bool started_ = false;
  /// The last line ended in CR, so a line feed that follows belongs to it.
  bool after_return_ = false;
  bool told_ = false;
  bool overflowed_ = false;
};

} // namespace hedgerow
