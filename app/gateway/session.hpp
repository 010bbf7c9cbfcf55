#pragma once

#include "app/gateway/connection.hpp"
#include "app/gateway/reply.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// GCC 12 takes Asio's own pair of operators for a mismatch where it inlines a coroutine's start.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

/// One connection as a loop. Included by the two units that instantiate it, for plain sockets and
/// for TLS: nearly all of its compile time is there.
namespace hedgerow {

namespace beast = boost::beast;
namespace http = boost::beast::http;
using parser = http::request_parser<http::string_body>;

inline constexpr auto quietly = asio::as_tuple(asio::use_awaitable);

inline constexpr std::chrono::steady_clock::duration forever = std::chrono::hours{24 * 365};
/// A stream that is silent for so long says that it is still there: what stands between it and the
/// caller would close the connection otherwise.
inline constexpr std::chrono::steady_clock::duration keep_alive_after = std::chrono::seconds{15};

/// Puts a connection on its lane's list, and takes it off again.
class registration {
public:
  registration(std::shared_ptr<listener_lane> lane, std::shared_ptr<listener_shared> shared,
               tcp::socket& peer)
      : lane_{std::move(lane)},
        shared_{std::move(shared)},
        entry_{&peer, true} {
    lane_->open.insert(&entry_);
  }
  ~registration() {
    lane_->open.erase(&entry_);
    shared_->connections.fetch_sub(1, std::memory_order_relaxed);
  }
  registration(const registration&) = delete;
  registration& operator=(const registration&) = delete;

  void idle(bool x) { entry_.idle = x; }

private:
  std::shared_ptr<listener_lane> lane_;
  std::shared_ptr<listener_shared> shared_;
  connection_entry entry_;
};

/// Closes a connection that takes too long. Disarmed at its end; its handler keeps nothing alive
/// but itself.
class watchdog {
public:
  explicit watchdog(tcp::socket& peer) : timer_{peer.get_executor()}, peer_{&peer} {}

  void within(milliseconds limit) {
    fired_ = false;
    deadline_ = std::chrono::steady_clock::now() + limit;
    if (deadline_ < armed_for_)
      arm();
  }

  void disarm() { deadline_ = never; }

  bool fired() const { return fired_; }

private:
  static constexpr auto never = std::chrono::steady_clock::time_point::max();

  /// The timer is not touched for each deadline: when it fires too early, it waits on.
  void arm() {
    armed_for_ = deadline_;
    timer_.expires_at(deadline_);
    timer_.async_wait([this](boost::system::error_code set_anew) {
      if (!set_anew)
        look();
    });
  }

  void look() {
    armed_for_ = never;
    if (deadline_ == never)
      return;
    if (std::chrono::steady_clock::now() < deadline_)
      return arm();
    fired_ = true;
    boost::system::error_code ignored;
    peer_->cancel(ignored);
  }

  asio::steady_timer timer_;
  tcp::socket* peer_;
  std::chrono::steady_clock::time_point deadline_ = never;
  std::chrono::steady_clock::time_point armed_for_ = never;
  bool fired_ = false;
};

/// An answer on its way from an actor's thread to its connection.
struct awaited_answer {
  explicit awaited_answer(asio::any_io_executor where) : ready{where} {}

  /// Wakes the connection when something has come.
  asio::steady_timer ready;
  /// Of a streamed answer: what has not been passed on.
  std::vector<stream_text> news;
  std::optional<answer> what;
  /// Nobody watches the peer any longer.
  bool over = false;
};

/// Abandons the request as soon as the peer leaves. Bytes that came early say nothing, so from then
/// on the socket is looked at now and then.
inline asio::awaitable<void> watch(std::shared_ptr<awaited_answer> waiting, tcp::socket& peer,
                                   request_handle who) {
  asio::steady_timer pause{peer.get_executor()};
  for (;;) {
    auto [broken] = co_await peer.async_wait(tcp::socket::wait_read, quietly);
    if (waiting->over)
      co_return;
    if (broken || has_left(peer)) {
      who.abandon();
      co_return;
    }
    pause.expires_after(std::chrono::milliseconds{100});
    co_await pause.async_wait(quietly);
    if (waiting->over)
      co_return;
  }
}

incoming take_out(http::request<http::string_body>& x);

template <class Stream>
class session {
public:
  session(Stream& stream, tcp::socket& peer, std::shared_ptr<listener_lane> lane,
          std::shared_ptr<listener_shared> shared)
      : stream_{stream},
        peer_{peer},
        lane_{lane},
        shared_{shared},
        here_{lane, shared, peer},
        dog_{peer} {}

  asio::awaitable<void> run() {
    for (bool open = true; open;)
      open = co_await one_call();
    dog_.disarm();
  }

private:
  /// Whether the connection can take another call.
  asio::awaitable<bool> one_call() {
    auto there = co_await bytes_are_there();
    if (!there)
      co_return false;
    arrived_ = std::chrono::steady_clock::now();
    std::optional<parser> in{std::in_place};
    in->header_limit(static_cast<std::uint32_t>(shared_->limits.headers));
    in->body_limit(shared_->limits.body);
    auto problem = read_at_once(*in);
    if (!problem && !in->is_done())
      problem = co_await read(*in);
    if (problem) {
      co_await write(*problem, false);
      co_await linger();
      co_return false;
    }
    auto keep = in->keep_alive() && !lane_->draining;
    pieces_ = in->get().version() < 11 ? framing::closing : framing::chunks;
    auto call = take_out(in->get());
    in.reset();
    auto next = shared_->to.look_at(std::move(call));
    if (auto* at_once = std::get_if<reply>(&next)) {
      auto sent = co_await write(*at_once, keep);
      co_return sent&& keep;
    }
    // Streams are many and long: what only reading needs is not held meanwhile.
    auto& what = std::get<asked>(next);
    if (what.stream && buffer_.size() == 0)
      buffer_.shrink_to_fit();
    auto sent = co_await serve(what, keep);
    co_return sent&& keep && !lane_->draining;
  }

  asio::awaitable<bool> bytes_are_there() {
    if (buffer_.size() > 0)
      co_return true;
    here_.idle(true);
    if (lane_->draining)
      co_return false;
    dog_.within(shared_->limits.idle);
    auto space = buffer_.prepare(4096);
    auto [failed, n] = co_await stream_.async_read_some(space, quietly);
    dog_.disarm();
    here_.idle(false);
    buffer_.commit(n);
    co_return !failed;
  }

  /// Reads as much of a call as has come, which is all of most calls: then no asynchronous read has
  /// to be begun for it.
  std::optional<reply> read_at_once(parser& in) {
    in.eager(true);
    boost::system::error_code failed;
    buffer_.consume(in.put(buffer_.data(), failed));
    if (failed && failed != http::error::need_more)
      return complaint(failed);
    return std::nullopt;
  }

  /// Reads the rest of a call, or says what is wrong with it; the connection ends after that.
  asio::awaitable<std::optional<reply>> read(parser& in) {
    if (!in.is_header_done()) {
      dog_.within(shared_->limits.header_timeout);
      auto [head_failed, n] = co_await http::async_read_header(stream_, buffer_, in, quietly);
      dog_.disarm();
      if (head_failed)
        co_return complaint(head_failed);
    }
    if (in.get()[http::field::expect] == "100-continue") {
      static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
      auto bytes = asio::buffer(go_on);
      auto [failed, n] = co_await asio::async_write(stream_, bytes, quietly);
      if (failed)
        co_return complaint(failed);
    }
    dog_.within(shared_->limits.idle);
    auto [failed, n] = co_await http::async_read(stream_, buffer_, in, quietly);
    dog_.disarm();
    if (failed)
      co_return complaint(failed);
    co_return std::nullopt;
  }

  reply complaint(boost::system::error_code why) const {
    auto say = [](errc code, std::string message, int status) {
      return error_reply(surface::openai, {code, std::move(message), {}}, {}, status);
    };
    if (dog_.fired())
      return say(errc::invalid_request, "The request did not arrive in time.", 400);
    if (why == http::error::body_limit)
      return say(errc::body_too_large,
                 "The body is larger than " + std::to_string(shared_->limits.body) + " bytes.",
                 413);
    if (why == http::error::header_limit)
      return say(errc::invalid_request,
                 "The header is larger than " + std::to_string(shared_->limits.headers) + " bytes.",
                 431);
    return say(errc::invalid_request, "This is not an HTTP request: " + why.message() + ".", 400);
  }

  /// Whether the answer to `what` has been sent and the connection can take another call.
  asio::awaitable<bool> serve(asked& what, bool keep) {
    auto waiting = std::make_shared<awaited_answer>(peer_.get_executor());
    auto who = submit(what, waiting);
    auto watching = watch(waiting, peer_, who);
    asio::co_spawn(peer_.get_executor(), std::move(watching), [waiting](std::exception_ptr) {
      waiting->over = true;
      waiting->ready.cancel();
    });
    stream_writer words{what.stream.value_or(stream_form{})};
    bool sent = true;
    while (!waiting->what || !waiting->news.empty()) {
      if (waiting->news.empty()) {
        waiting->ready.expires_after(words.has_begun() ? keep_alive_after : forever);
        auto [woken] = co_await waiting->ready.async_wait(quietly);
        if (woken || !sent)
          continue;
        sent = co_await write_piece(": waiting\n\n");
      } else {
        sent = co_await pass_on(*waiting, words, keep) && sent;
      }
      if (!sent)
        who.abandon();
    }
    // The watcher holds a reference to the socket: it ends before the socket is used again.
    if (!waiting->over) {
      waiting->over = true;
      boost::system::error_code ignored;
      peer_.cancel(ignored);
    }
    if (!sent || waiting->what->ended == outcome::cancelled)
      co_return false;
    co_return co_await conclude(what, *waiting->what, words, keep);
  }

  request_handle submit(asked& what, const std::shared_ptr<awaited_answer>& waiting) {
    auto where = waiting->ready.get_executor();
    answer_handler done = [waiting, where](answer x) {
      asio::dispatch(where, [waiting, x = std::move(x)]() mutable {
        waiting->what = std::move(x);
        waiting->ready.cancel();
      });
    };
    if (what.stream)
      what.what.on_text = [waiting, where](stream_text x) {
        asio::dispatch(where, [waiting, x = std::move(x)]() mutable {
          waiting->news.push_back(std::move(x));
          waiting->ready.cancel();
        });
      };
    return shared_->to.submit(std::move(what.what), std::move(done));
  }

  /// Sends the text that has come.
  asio::awaitable<bool> pass_on(awaited_answer& waiting, stream_writer& words, bool keep) {
    auto news = std::exchange(waiting.news, {});
    std::string bytes;
    for (const auto& x : news) {
      if (x.about && !words.has_begun()) {
        auto opening = words.begin(*x.about, std::nullopt);
        bytes = head_of(opening, pieces_, keep && pieces_ == framing::chunks);
        append_framed(bytes, pieces_, opening.body);
      }
      append_framed(bytes, pieces_, words.text(x.text));
    }
    auto sent = co_await write_bytes(bytes);
    for (const auto& x : news)
      if (x.window)
        x.window->taken(x.text.size());
    co_return sent;
  }

  /// The end of a call: what is left of its stream, or all of its answer.
  asio::awaitable<bool> conclude(const asked& what, const answer& x, stream_writer& words,
                                 bool keep) {
    auto passed = std::chrono::steady_clock::now() - arrived_;
    auto spent = std::chrono::duration_cast<std::chrono::microseconds>(passed);
    auto stays = keep && !lane_->draining;
    if (!what.stream || (!words.has_begun() && !is_streamable(x))) {
      auto whole = shared_->to.conclude(what, x, spent);
      auto sent = co_await write(whole, stays);
      co_return sent;
    }
    shared_->to.settle(what, x);
    std::string bytes;
    if (!words.has_begun()) {
      auto opening = words.begin(x, spent);
      bytes = head_of(opening, pieces_, stays && pieces_ == framing::chunks);
      append_framed(bytes, pieces_, opening.body);
    }
    append_framed(bytes, pieces_, words.end(x));
    bytes += end_of_body(pieces_);
    auto sent = co_await write_bytes(bytes);
    co_return sent&& is_streamable(x) && pieces_ == framing::chunks;
  }

  asio::awaitable<bool> write_piece(std::string_view x) {
    std::string bytes;
    append_framed(bytes, pieces_, x);
    auto sent = co_await write_bytes(bytes);
    co_return sent;
  }

  asio::awaitable<bool> write_bytes(const std::string& bytes) {
    dog_.within(shared_->limits.idle);
    auto buffer = asio::buffer(bytes);
    auto [failed, n] = co_await asio::async_write(stream_, buffer, quietly);
    dog_.disarm();
    co_return !failed;
  }

  asio::awaitable<bool> write(const reply& x, bool keep_alive) {
    auto head = head_of(x, framing::length, keep_alive);
    std::array<asio::const_buffer, 2> pieces{asio::buffer(head), asio::buffer(x.body)};
    dog_.within(shared_->limits.idle);
    auto [failed, n] = co_await asio::async_write(stream_, pieces, quietly);
    dog_.disarm();
    co_return !failed;
  }

  /// Reads on for a while after the last reply: closing on bytes that nobody has read would reset
  /// the connection, and the peer might lose the reply.
  asio::awaitable<void> linger() {
    boost::system::error_code ignored;
    peer_.shutdown(tcp::socket::shutdown_send, ignored);
    dog_.within(std::chrono::milliseconds{1000});
    std::array<char, 4096> unread{};
    auto space = asio::buffer(unread);
    for (std::size_t total = 0; total < (1u << 20);) {
      auto [failed, n] = co_await peer_.async_read_some(space, quietly);
      if (failed)
        break;
      total += n;
    }
    dog_.disarm();
  }

  Stream& stream_;
  tcp::socket& peer_;
  std::shared_ptr<listener_lane> lane_;
  std::shared_ptr<listener_shared> shared_;
  registration here_;
  watchdog dog_;
  beast::flat_buffer buffer_;
  std::chrono::steady_clock::time_point arrived_;
  /// How a body of any length is sent.
  framing pieces_ = framing::chunks;
};

} // namespace hedgerow
