#pragma once

#include "actors/engine.hpp"
#include "app/config/configuration.hpp"
#include "app/gateway/callers.hpp"
#include "app/gateway/reply.hpp"
#include "app/gateway/stream_writer.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>

namespace hedgerow {

/// An HTTP call as a connection has read it.
struct incoming {
  std::string method;
  /// Path and query.
  std::string target;
  /// Those that a surface looks at.
  http_headers headers;
  std::string body;
};

/// Counts one request under way for as long as it is held.
class in_flight_permit {
public:
  explicit in_flight_permit(std::shared_ptr<std::atomic<std::size_t>> all) : all_{std::move(all)} {}
  in_flight_permit(in_flight_permit&&) = default;
  in_flight_permit& operator=(in_flight_permit&&) = default;
  ~in_flight_permit() {
    if (all_)
      all_->fetch_sub(1, std::memory_order_relaxed);
  }

private:
  std::shared_ptr<std::atomic<std::size_t>> all_;
};

/// A call that a model has to answer.
struct asked {
  request what;
  surface on = surface::native;
  /// JSON or a tool call was asked for, by the caller or the task.
  bool wants_format = false;
  /// The answer is wanted as it comes.
  std::optional<stream_form> stream;
  std::shared_ptr<known_caller> caller;
  std::optional<in_flight_permit> permit;
};

/// The callers' listener without its sockets: what is said to which call.
class front {
public:
  /// `serve` outlives the front.
  front(engine& serve, const server_config& config);

  /// What to do about `x`: an answer at once, or a request for the engine.
  std::variant<reply, asked> look_at(incoming x);

  /// The reply for a request that has its answer. `spent`: since the call arrived.
  reply conclude(const asked& what, const answer& x, std::chrono::microseconds spent);

  /// A request that was answered as a stream has ended.
  void settle(const asked& what, const answer& x);

  /// Takes over another configuration; what callers have spent stays.
  void reconfigure(const server_config& config);

  /// From now on `/readyz` says no.
  void drain() { draining_ = true; }

  bool draining() const { return draining_; }

  /// Requests that have been taken and not answered.
  std::size_t in_flight() const { return in_flight_->load(std::memory_order_relaxed); }

private:
  struct door {
    std::shared_ptr<const callers> known;
    server_limits limits;
  };

  std::variant<reply, asked> take(incoming& x, surface on, std::string_view task,
                                  std::string_view query);
  reply models(const incoming& x);
  std::variant<std::shared_ptr<known_caller>, reply> identify(const incoming& x, surface on);

  engine& engine_;
  std::atomic<std::shared_ptr<const door>> door_;
  std::shared_ptr<std::atomic<std::size_t>> in_flight_ =
      std::make_shared<std::atomic<std::size_t>>(0);
  std::atomic<bool> draining_{false};
};

} // namespace hedgerow
