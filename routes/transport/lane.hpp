#pragma once

#include "routes/transport/reply_reader.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

/// Inside the HTTP client: what the thread of one context owns.
namespace hedgerow {

namespace asio = boost::asio;

using steady_time = std::chrono::steady_clock::time_point;
using plain_stream = asio::ip::tcp::socket;
using tls_stream = asio::ssl::stream<asio::ip::tcp::socket>;

struct exchange;

inline plain_stream& socket_of(plain_stream& x) { return x; }

inline plain_stream& socket_of(tls_stream& x) { return x.next_layer(); }

/// One connection to a provider.
template <class Stream>
struct connection {
  template <class... Args>
  explicit connection(Args&&... args) : stream{std::forward<Args>(args)...} {}

  Stream stream;
  reply_reader reader;
  /// The last request did not get out as a whole.
  bool spoiled = false;
};

/// Whether an idle connection is still open and silent. One with bytes on it is as useless as one
/// that the peer closed: nobody asked for them.
bool is_quiet(plain_stream& x);

/// The idle connections of one context, per origin; the last used is the first to be used again.
template <class Stream>
class idle_connections {
public:
  using pointer = std::unique_ptr<connection<Stream>>;

  /// An open connection to `origin`, or null.
  pointer take(const std::string& origin, steady_time now) {
    auto i = shelves_.find(origin);
    if (i == shelves_.end())
      return nullptr;
    auto& shelf = i->second;
    while (!shelf.empty()) {
      auto [since, open] = std::move(shelf.back());
      shelf.pop_back();
      if (now - since < age_max && is_quiet(socket_of(open->stream)))
        return std::move(open);
    }
    return nullptr;
  }

  /// Keeps `x` for later unless there are `most` already.
  void put(const std::string& origin, pointer x, std::size_t most, steady_time now) {
    sweep(now);
    auto& shelf = shelves_[origin];
    if (shelf.size() < most)
      shelf.emplace_back(now, std::move(x));
  }

  void clear() { shelves_.clear(); }

private:
  static constexpr std::chrono::seconds age_max{60};

  /// Drops what has become too old on any shelf, once in a while.
  void sweep(steady_time now) {
    if (now - swept_ < age_max / 4)
      return;
    swept_ = now;
    for (auto& entry : shelves_)
      std::erase_if(entry.second, [now](const auto& x) { return now - x.first >= age_max; });
  }

  std::unordered_map<std::string, std::vector<std::pair<steady_time, pointer>>> shelves_;
  steady_time swept_{};
};

/// What the thread of one context owns of a client. Touched on that thread only.
struct lane {
  lane(asio::io_context& context, std::size_t lanes) : io{context}, count{lanes} {}

  /// Counts `x` among the calls in flight until it leaves.
  void enter(exchange& x);
  void leave(exchange& x);

  /// Stops what is in flight and drops what is idle.
  void close();

  /// The TLS context that trusts `ca_file` (empty: the system's authorities); null if the file
  /// cannot be read.
  asio::ssl::context* trust(const std::string& ca_file);

  /// This lane's share of a number of idle connections, at least one.
  std::size_t share_of(std::size_t all) const { return std::max<std::size_t>(1, all / count); }

  template <class Stream>
  idle_connections<Stream>& idle() {
    if constexpr (std::is_same_v<Stream, tls_stream>)
      return idle_tls;
    else
      return idle_plain;
  }

  asio::io_context& io;
  /// Lanes of the client: each keeps its share of the idle connections.
  std::size_t count;
  bool closed = false;
  std::vector<exchange*> in_flight;
  std::map<std::string, asio::ssl::context> trusted;
  idle_connections<plain_stream> idle_plain;
  idle_connections<tls_stream> idle_tls;
};

} // namespace hedgerow
