#pragma once

#include "actors/contract_tally.hpp"
#include "actors/messages.hpp"
#include "app/gateway/gateway.hpp"
#include "app/simulator/simulator.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace hedgerow {

/// What a good model says to every ticket.
inline constexpr std::string_view demo_ticket_answer =
    R"({"category":"billing","urgency":"high","summary":"Charged twice for one invoice.","needsHumanReview":false})";

/// `text` in bold, or in yellow, where a terminal shows it; as it is elsewhere.
std::string bold(std::string_view text);
std::string yellow(std::string_view text);

/// The demo's gateway, its providers, its audience. All but the gateway and the providers happens
/// on one context, so it needs no lock.
class demo_stage {
public:
  demo_stage();
  ~demo_stage();

  demo_stage(const demo_stage&) = delete;
  demo_stage& operator=(const demo_stage&) = delete;

  boost::asio::io_context& context() { return context_; }

  /// `http://127.0.0.1:4711`.
  std::string address() const;

  /// Changes what the provider of `model` does, for calls from now on.
  void set(const std::string& model, simulated::behaviour to);

  void begin_scene(std::string_view title);

  /// Lets one ticket arrive.
  void ask();

  bool all_answered() const { return waiting_ == 0; }

  /// Requests that got neither an answer nor an honest degradation.
  int lost() const;

  void print_table() const;

private:
  /// What users saw in one scene.
  struct scene_facts {
    std::string title;
    int requests = 0;
    int answered = 0;
    int degraded = 0;
    int lost = 0;
    int attempts = 0;
    /// Requests whose first attempt did not give the answer: what a single route would have lost or
    /// kept waiting.
    int saved = 0;
    double cost = 0;
    std::vector<double> latencies_ms;
    /// Lines told and withheld.
    int told = 0;
    int untold = 0;
  };

  void over(std::size_t in_scene, const answer& x);
  void tell(const record& x);
  void tell(const breaker_moved& x);
  void close_scene();

  boost::asio::io_context context_;
  boost::asio::io_context provider_context_;
  std::vector<std::unique_ptr<simulator>> providers_;
  std::thread provider_thread_;
  std::unique_ptr<gateway> gateway_;
  std::vector<scene_facts> scenes_;
  contract_tally tally_;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  int waiting_ = 0;
  int number_ = 0;
};

} // namespace hedgerow
