#pragma once

#include "app/config/configuration.hpp"
#include "app/gateway/front.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace boost::asio {
class io_context;
} // namespace boost::asio

namespace hedgerow {

/// What a listener's connections talk to.
struct service {
  /// An answer at once, or a request for the engine.
  std::function<std::variant<reply, asked>(incoming)> look_at;
  std::function<request_handle(request, answer_handler)> submit;
  std::function<reply(const asked&, const answer&, std::chrono::microseconds)> conclude;
  std::function<void(const asked&, const answer&)> settle;
};

/// Listens on one address, on every context: the kernel spreads the connections over them.
/// Every member may be called from any thread.
class listener {
public:
  /// Listens at once. Throws `std::runtime_error` with a sentence if the address is taken or the
  /// certificate cannot be read. Requires: each context is run by one thread, and outlives the
  /// listener's last connection.
  listener(const std::vector<boost::asio::io_context*>& contexts, const listen_address& at,
           const server_limits& limits, const std::optional<tls_files>& tls, service to);
  ~listener();

  listener(const listener&) = delete;
  listener& operator=(const listener&) = delete;

  /// As a person would type it: `127.0.0.1:8080`.
  std::string address() const;

  /// Takes the certificate anew, for connections from now on. Errors: a sentence; the old one
  /// stays.
  std::optional<std::string> reload(const std::optional<tls_files>& tls);

  /// Stops accepting and closes idle connections; those with a call under way end after its reply.
  void drain();

  /// Connections that are open.
  std::size_t connections() const;

  /// Closes every connection.
  void stop();

private:
  struct core;

  std::shared_ptr<core> core_;
};

} // namespace hedgerow
