#pragma once

#include "app/simulator/ledger.hpp"
#include "app/simulator/script.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace boost::asio {
class io_context;
} // namespace boost::asio

namespace hedgerow {

namespace simulated {
struct server;
} // namespace simulated

/// Where a simulator listens and what it remembers.
struct simulator_options {
  std::string address = "127.0.0.1";
  /// 0: one that is free.
  std::uint16_t port = 0;
  /// How many calls the log holds; the oldest go first. 0: none, for benchmarks.
  std::size_t calls_kept = 10'000;
  /// How many bytes of each request's body the log holds, with the headers. 0: neither.
  std::size_t request_bytes_kept = 0;
  /// The largest request body taken.
  std::size_t body_bytes_max = 64u << 20;
  /// Told of every call once it has ended, on the thread that runs the context.
  std::function<void(const simulated::call&)> on_end;
};

/// A server that behaves like a provider, by a script; the path of a call says which dialect it
/// speaks. One coroutine for each
/// connection. A client that closes (or shuts down its sending side) while its call waits is
/// noticed at once, unless it had sent more than its one request.
///
/// Requires: one thread runs the context, and the context outlives the simulator. Every member may
/// be called from any thread.
class simulator {
public:
  /// Listens at once. Throws `boost::system::system_error` if it cannot.
  simulator(boost::asio::io_context& context, simulated::script what,
            simulator_options options = {});
  ~simulator();
  simulator(const simulator&) = delete;
  simulator& operator=(const simulator&) = delete;

  std::uint16_t port() const;

  /// Where it listens, as it goes into the `base_url` of an OpenAI-compatible provider:
  /// `http://127.0.0.1:4711/v1`.
  std::string base_url() const;

  /// The same without the path, for the providers that speak another dialect.
  std::string root_url() const;

  /// Changes the weather from the next call on; calls that wait already keep what they were given.
  /// The model's calls and its time count from 0 again. Requires: `to` is not empty.
  void set(const std::string& model, simulated::steps to);
  void set(const std::string& model, simulated::behaviour to);

  /// The log: the calls kept, in order of arrival. A call's end stands in it before the client can
  /// have read the last byte of the reply.
  std::vector<simulated::call> calls() const;

  /// Of one model of the script (`*`: those without steps of their own), and of all calls.
  simulated::tally count(std::string_view model) const;
  simulated::tally count() const;

  /// Blocks until `count()` satisfies `enough`, at most `limit`. Says whether it does.
  /// Requires: the calling thread does not run the context.
  bool wait_for(const std::function<bool(const simulated::tally&)>& enough,
                std::chrono::milliseconds limit) const;

  /// Stops listening and closes every connection, as soon as the context gets to it.
  void stop();

private:
  std::shared_ptr<simulated::server> server_;
};

} // namespace hedgerow
