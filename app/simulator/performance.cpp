#include "app/simulator/performance.hpp"

#include "app/simulator/reply.hpp"

#include <algorithm>

// GCC 12 takes Asio's allocator of coroutine frames for a mismatch once it inlines their start.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

namespace hedgerow::simulated {

namespace asio = boost::asio;

namespace {

/// A reply on its way.
struct progress {
  ledger& book;
  visit& of;
  reply said;
  /// Of the reply; what else was sent, to show signs of life.
  std::size_t sent = 0;
  std::size_t pings = 0;

  const behaviour& how() const { return *of.entered.then.how; }

  void note(ending how, std::size_t bytes) {
    auto& x = of.seen;
    x.how = how;
    x.bytes_sent = bytes + pings;
    x.ended = now();
    book.end(of.entered, how, x.bytes_sent, x.ended);
  }
};

ending ending_of(const connection& peer) {
  return peer.stopped ? ending::stopped : ending::client_closed;
}

/// Waits for the stretch, with signs of life if the script wants them.
asio::awaitable<void> await_turn(std::shared_ptr<connection> peer, progress& x,
                                 const stretch& next) {
  const auto start = now();
  const auto until = next.for_ever ? time_point::max() : start + next.wait;
  const auto every = x.said.ping.empty() ? milliseconds{0} : x.how().stream.pings->every;
  auto ping_at = start + every;
  while (every.count() > 0 && ping_at < until && !peer->gone()) {
    co_await pause(peer, ping_at);
    if (!peer->gone()) {
      const auto written = co_await write(peer, x.said.ping);
      x.pings += written;
    }
    ping_at += every;
  }
  if (until > start && !peer->gone())
    co_await pause(peer, until);
}

/// Sends what leaves up to `end`, in drops if the script says so. The end of the call is noted
/// before the last byte leaves, so that who has read a reply finds it in the log.
asio::awaitable<void> send(std::shared_ptr<connection> peer, progress& x, std::size_t end) {
  const auto& pace = x.how().pace;
  while (x.sent < end && !peer->gone()) {
    if (pace && x.sent > 0) {
      const auto next = now() + pace->every;
      co_await pause(peer, next);
      if (peer->gone())
        co_return;
    }
    const auto piece_end = pace ? std::min(std::max(x.sent, x.said.head) + pace->bytes, end) : end;
    if (piece_end == x.said.leaves)
      x.note(x.said.how, piece_end);
    const auto piece = std::string_view{x.said.bytes}.substr(x.sent, piece_end - x.sent);
    const auto written = co_await write(peer, piece);
    x.sent += written;
  }
}

/// Sends what leaves of the reply, each stretch in its time.
asio::awaitable<void> send(std::shared_ptr<connection> peer, progress& x) {
  for (const auto& next : x.said.stretches) {
    if (x.sent == x.said.leaves || peer->gone())
      break;
    if (next.for_ever || next.wait.count() > 0)
      co_await await_turn(peer, x, next);
    if (peer->gone())
      break;
    if (next.event && next.end <= x.said.leaves) {
      x.book.tell(x.of.entered);
      ++x.of.seen.events;
    }
    const auto end = std::min(next.end, x.said.leaves);
    co_await send(peer, x, end);
  }
  if (x.sent < x.said.leaves)
    x.note(ending_of(*peer), x.sent);
  else if (x.said.leaves == 0)
    x.note(x.said.how, 0);
}

} // namespace

asio::awaitable<bool> perform(ledger& book, std::shared_ptr<connection> peer, visit& x) {
  const auto& then = x.entered.then;
  if (then.how->silent)
    co_await pause(peer, time_point::max());
  else if (then.wait.count() > 0)
    co_await pause(peer, x.seen.arrived + then.wait);
  progress begun{book, x, {}};
  if (peer->gone()) {
    begun.note(ending_of(*peer), 0);
  } else {
    begun.said = render(*then.how, x.by);
    co_await send(peer, begun);
  }
  if (x.seen.how == ending::reset)
    reset(*peer);
  co_return x.seen.how == ending::answered&& x.by.keep_alive;
}

} // namespace hedgerow::simulated
