#pragma once

#include "routes/transport/client.hpp"
#include "routes/transport/lane.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/system/result.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

/// Inside the HTTP client: one call under way.
namespace hedgerow {

/// How far a call has come; each phase has its own time limits.
enum class phase : std::uint8_t {
  connecting,
  waiting,   ///< For the first byte, or the first progress of an event stream.
  reading,   ///< A body that is collected.
  streaming, ///< An event stream that has made progress.
  shut,      ///< The window is shut: the caller is slow, not the model.
  closing,   ///< All has been heard; the rest of the reply frees the connection for others.
};

using end_of_call = std::variant<http_reply, failure, cancelled>;
using addresses = boost::system::result<std::vector<asio::ip::tcp::endpoint>>;

/// One call under way. Touched on its lane's thread only. Whoever works on it looks at `stopped`
/// before everything that starts something: closing a socket does not keep a later connect from
/// opening it again.
struct exchange : std::enable_shared_from_this<exchange> {
  exchange(std::shared_ptr<lane> at, http_call what, std::function<void(http_outcome)> tell);

  /// Makes the call up to its end, which never comes from inside.
  void run();

  /// Ends the call: at once, as far as the peer can see.
  void stop();

  /// Enters `next`, whose limits hold from now on.
  void enter(phase next);

  /// Bytes of the reply have come and are in `reader`.
  void take(reply_reader& reader);

  /// Whether the window lets more be read.
  bool may_read();

  /// Waits until it does, or the call is stopped.
  asio::awaitable<void> window_open();

  /// Looks up the endpoint's host, or its proxy's. A stopped call does not wait for the answer.
  asio::awaitable<addresses> look_up();

  /// What a stopped call ends as.
  end_of_call end_of_stopped() const;

  std::shared_ptr<lane> home;
  http_call call;
  /// The request without its body.
  std::string head;
  call_times times;
  steady_time began;
  /// The socket in use, which `stop` closes.
  plain_stream* socket = nullptr;
  bool stopped = false;
  /// Where the lane keeps it.
  std::size_t place = 0;

private:
  std::optional<end_of_call> refused();
  void end(end_of_call what);
  steady_time deadline() const;
  std::optional<failure> exceeded(steady_time now) const;
  void arm();
  void on_timer();

  std::function<void(http_outcome)> on_ended_;
  phase phase_ = phase::waiting;
  steady_time connecting_since_;
  steady_time entered_;
  /// The one timer of the call. It is set anew only for an earlier time than it stands at: when it
  /// fires too early, `on_timer` finds out and waits on.
  asio::steady_timer timer_;
  steady_time armed_for_ = steady_time::max();
  /// Wakes `look_up`.
  asio::steady_timer* looking_up_ = nullptr;
  /// Wakes `window_open`.
  asio::steady_timer* shut_ = nullptr;
  /// Of a call that was stopped because its time was over.
  std::optional<failure> overdue_;
  bool ended_ = false;
};

/// Makes one call over a pooled connection or a new one. Instantiated once per kind of stream.
template <class Stream>
asio::awaitable<end_of_call> fetch(exchange& x);

extern template asio::awaitable<end_of_call> fetch<plain_stream>(exchange& x);
extern template asio::awaitable<end_of_call> fetch<tls_stream>(exchange& x);

} // namespace hedgerow
