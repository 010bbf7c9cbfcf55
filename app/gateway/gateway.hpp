#pragma once

#include "actors/engine.hpp"
#include "actors/runtime/runtime.hpp"
#include "app/config/configuration.hpp"
#include "app/gateway/front.hpp"
#include "app/gateway/listener.hpp"
#include "routes/transport/client.hpp"

#include <memory>
#include <optional>
#include <string>

namespace hedgerow {

/// A gateway: the engine, the callers' listener and the admin listener over one runtime.
class gateway {
public:
  /// Serves at once. Throws `std::runtime_error` with a sentence where an address is taken, a
  /// certificate unusable, or the policy does not hold together.
  gateway(const configuration& x, record_sinks sinks);

  /// Stops at once: requests under way are cancelled and answered.
  ~gateway();

  gateway(const gateway&) = delete;
  gateway& operator=(const gateway&) = delete;

  std::string address() const { return callers_->address(); }
  std::string admin_address() const { return admin_->address(); }

  hedgerow::engine& engine() { return *engine_; }

  /// Takes over another configuration whole, or says why not and stays as it is. Addresses,
  /// threads, proxies and limits of the listeners need a restart.
  std::optional<std::string> reload(const configuration& x);

  /// Stops accepting, lets what is in flight finish for at most `limit`, then returns.
  void drain(milliseconds limit);

private:
  gateway();

  std::unique_ptr<runtime> runtime_;
  std::unique_ptr<http_client> client_;
  std::unique_ptr<hedgerow::engine> engine_;
  std::unique_ptr<front> front_;
  std::unique_ptr<listener> callers_;
  std::unique_ptr<listener> admin_;
  int version_ = 1;
};

} // namespace hedgerow
