#pragma once

#include "routes/transport/client.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

struct ssl_ctx_st;
struct ssl_st;

/// The other side of the HTTP client in tests: a scripted server on a port of its own.
namespace hedgerow::test {

/// No test waits longer for anything; it is an error when it does.
inline constexpr std::chrono::seconds patience{20};

template <class T>
T get(std::future<T> x) {
  if (x.wait_for(patience) != std::future_status::ready)
    throw std::runtime_error{"nothing came in time"};
  return x.get();
}

/// Values that other threads hand to the test.
template <class T>
class inbox {
public:
  void put(T x) {
    std::lock_guard guard{lock_};
    values_.push_back(std::move(x));
    more_.notify_one();
  }

  T next() {
    std::unique_lock guard{lock_};
    if (!more_.wait_for(guard, patience, [this] { return !values_.empty(); }))
      throw std::runtime_error{"nothing came in time"};
    T out = std::move(values_.front());
    values_.pop_front();
    return out;
  }

private:
  std::mutex lock_;
  std::condition_variable more_;
  std::deque<T> values_;
};

/// A socket bound to a free port of this machine, and the port.
std::pair<int, std::uint16_t> bound_socket();

/// One connection as its server sees it. Blocks, but no longer than `patience`.
class peer_socket {
public:
  explicit peer_socket(int fd) : fd_{fd} {}
  ~peer_socket();
  peer_socket(const peer_socket&) = delete;
  peer_socket& operator=(const peer_socket&) = delete;

  /// Speaks TLS from now on; false if the client did not agree.
  bool secure(ssl_ctx_st* with);

  /// Head and body of the next request; empty if the client left before one was whole.
  std::string read_request();

  /// Whether all of `bytes` went out.
  bool send(std::string_view bytes);

  /// Passes bytes on between the client and `port` on this machine until one of them ends.
  void join(std::uint16_t port);

  /// Waits for the client: `closed`, `reset`, `bytes` or `silent`.
  std::string read_end();

  /// Ends with RST instead of FIN.
  void reset();

  void close();

  /// How many connections came before this one.
  int number = 0;

private:
  long receive(char* to, std::size_t size);

  int fd_;
  ssl_st* tls_ = nullptr;
  std::string received_;
};

/// Serves every connection with `script`, each on a thread of its own.
class peer {
public:
  using script = std::function<void(peer_socket&)>;

  explicit peer(script serve);
  ~peer();
  peer(const peer&) = delete;
  peer& operator=(const peer&) = delete;

  int connections() const { return connections_; }

  std::uint16_t port() const { return port_; }

  /// `scheme://127.0.0.1:port`
  std::shared_ptr<const endpoint> at(std::string_view scheme = "http") const;

private:
  void accept();

  script serve_;
  int listener_;
  std::uint16_t port_;
  std::atomic<int> connections_ = 0;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

/// A port whose queue is full: connecting to it takes for ever.
class full_port {
public:
  full_port();
  ~full_port();
  full_port(const full_port&) = delete;
  full_port& operator=(const full_port&) = delete;

  std::shared_ptr<const endpoint> at() const;

private:
  std::vector<int> sockets_;
  std::uint16_t port_;
};

/// A port on which nobody listens.
std::shared_ptr<const endpoint> closed_port();

/// A name that no resolver knows, found out without asking one: its label is too long.
std::shared_ptr<const endpoint> unknown_name();

/// A client with `n` contexts, each run by a thread. Its end shows that nothing was left to do.
class client_world {
public:
  explicit client_world(int n = 1, client_options options = {});
  ~client_world();
  client_world(const client_world&) = delete;
  client_world& operator=(const client_world&) = delete;

  http_client& client() { return *client_; }

  boost::asio::io_context& context(int i) { return *contexts_[static_cast<std::size_t>(i)]; }

  std::vector<boost::asio::io_context*> contexts();

  /// Starts `call`; `ended` may be asked once.
  stop_call start(http_call call, std::future<http_outcome>& ended);

  /// The outcome of `call`.
  http_outcome ask(http_call call);

  /// Returns when everything that was started before has come to a stop for the time being.
  void settle();

  void destroy_client() { client_.reset(); }

private:
  using guard = boost::asio::executor_work_guard<boost::asio::io_context::executor_type>;

  std::vector<std::unique_ptr<boost::asio::io_context>> contexts_;
  std::vector<guard> guards_;
  std::unique_ptr<http_client> client_;
  std::vector<std::thread> threads_;
};

/// A POST of `body` to `/v1/x`.
http_call call_to(std::shared_ptr<const endpoint> to, std::string body = "{}");

/// A whole reply with status 200.
std::string reply_with(std::string_view body, std::string_view headers = {});

/// The parts of an outcome; each throws if it ended otherwise.
const http_reply& reply_of(const http_outcome& x);
const failure& failure_of(const http_outcome& x);
bool is_cancelled(const http_outcome& x);

} // namespace hedgerow::test
