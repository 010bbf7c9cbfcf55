#include "routes/transport/reply_reader.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <string>
#include <utility>

namespace hedgerow {

namespace beast = boost::beast;
namespace http = boost::beast::http;

namespace {

using reply_parser = http::response_parser<http::string_body>;

constexpr std::uint32_t header_bytes_max = 64 << 10;
constexpr std::size_t read_bytes = 16 << 10;
/// Events are small, and streams are many and long.
constexpr std::size_t event_read_bytes = 2 << 10;

/// What an unfinished header or chunk line may hold back; the body never stays in the buffer.
constexpr std::size_t held_back_max = header_bytes_max + read_bytes;

/// More interim replies than this are no courtesy any more.
constexpr int interim_max = 16;

constexpr boost::beast::string_view event_stream_type = "text/event-stream";

failure broken(std::string reason) {
  failure out;
  out.kind = failure_class::transport;
  out.reason = std::move(reason);
  return out;
}

} // namespace

struct reply_reader::state {
  beast::flat_buffer bytes;
  std::optional<reply_parser> parser;
  std::size_t body_bytes_max = 0;
  /// Taken in by the parser; means nothing once the header is whole.
  std::size_t header_bytes = 0;
  int interim = 0;
  bool touched = false;
  bool event_stream = false;

  void expect() {
    header_bytes = 0;
    event_stream = false;
    parser.emplace();
    parser->eager(true);
    parser->header_limit(header_bytes_max);
    parser->body_limit(body_bytes_max);
  }

  failure judge(const boost::system::error_code& problem) const {
    if (problem == http::error::header_limit)
      return broken("the reply's header is too long");
    if (problem == http::error::body_limit || problem == http::error::buffer_overflow)
      return broken("the reply is longer than " + std::to_string(body_bytes_max) + " bytes");
    if (problem == http::error::partial_message)
      return broken("the reply was cut off");
    return broken("the reply is not HTTP: " + problem.message());
  }

  /// Parses what is there, up to the end of a reply.
  std::optional<failure> parse() {
    while (bytes.size() > 0 && !parser->is_done()) {
      boost::system::error_code problem;
      const auto used = parser->put(bytes.data(), problem);
      bytes.consume(used);
      if (problem && problem != http::error::need_more)
        return judge(problem);
      // The parser's own limit forgets the lines that it has taken in before.
      header_bytes += used;
      if (parser->is_header_done() && !event_stream)
        note_kind();
      if (!parser->is_header_done() && header_bytes + bytes.size() > header_bytes_max)
        return judge(http::error::header_limit);
      if (problem)
        return held_back();
    }
    return std::nullopt;
  }

  /// A stream of events may be of any length: its listener keeps what it needs.
  void note_kind() {
    const auto& head = parser->get();
    const auto type = head[http::field::content_type];
    event_stream = head.result_int() / 100 == 2
                   && beast::iequals(type.substr(0, event_stream_type.size()), event_stream_type);
    if (event_stream)
      parser->body_limit(boost::none);
  }

  std::optional<failure> held_back() const {
    if (bytes.size() < held_back_max)
      return std::nullopt;
    return broken("a line of the reply is too long");
  }

  bool has_interim() const { return parser->is_done() && parser->get().result_int() / 100 == 1; }
};

std::optional<failure> reply_reader::arrived(std::size_t size) {
  state_->touched = true;
  state_->bytes.commit(size);
  if (auto wrong = state_->parse())
    return wrong;
  while (state_->has_interim()) {
    if (state_->parser->get().result() == http::status::switching_protocols)
      return broken("the reply switches protocols");
    if (++state_->interim > interim_max)
      return broken("too many interim replies");
    state_->expect();
    if (auto wrong = state_->parse())
      return wrong;
  }
  return std::nullopt;
}

std::optional<failure> reply_reader::closed() {
  if (!state_->parser->got_some())
    return broken(state_->touched ? "the reply was cut off" : "closed before a reply came");
  boost::system::error_code problem;
  state_->parser->put_eof(problem);
  if (problem)
    return state_->judge(problem);
  return std::nullopt;
}

reply_reader::reply_reader() : state_{std::make_unique<state>()} {}

reply_reader::~reply_reader() = default;

void reply_reader::begin(std::size_t body_bytes_max) {
  state_->bytes.clear();
  state_->body_bytes_max = body_bytes_max;
  state_->interim = 0;
  state_->touched = false;
  state_->expect();
}

std::span<char> reply_reader::space() {
  const auto size = state_->event_stream ? event_read_bytes : read_bytes;
  if (state_->event_stream && state_->bytes.size() == 0 && state_->bytes.capacity() > size)
    state_->bytes.shrink_to_fit();
  const auto room = state_->bytes.prepare(size);
  return {static_cast<char*>(room.data()), room.size()};
}

bool reply_reader::touched() const { return state_->touched; }

bool reply_reader::done() const { return state_->parser->is_done(); }

bool reply_reader::has_head() const { return state_->parser->is_header_done(); }

bool reply_reader::is_event_stream() const { return state_->event_stream; }

std::string_view reply_reader::body() const { return state_->parser->get().body(); }

void reply_reader::drop_body() { state_->parser->get().body().clear(); }

bool reply_reader::keeps_connection() const {
  return state_->parser->keep_alive() && state_->bytes.size() == 0;
}

http_reply reply_reader::take() {
  auto message = state_->parser->release();
  state_->parser.reset();
  http_reply out;
  out.status = static_cast<int>(message.result_int());
  for (const auto& field : message)
    out.headers.emplace_back(field.name_string(), field.value());
  out.body = std::move(message.body());
  return out;
}

} // namespace hedgerow
