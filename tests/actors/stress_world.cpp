#include "tests/actors/stress_world.hpp"

#include "routes/transport/in_process.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <stdexcept>
#include <utility>

namespace hedgerow::test {

namespace {

using namespace std::chrono_literals;

/// A prime, so that crashes fall on every kind of request.
constexpr std::uint64_t calls_between_crashes = 4999;

constexpr std::string_view answerable = "answer";

/// Runs `then` on `io` after `wait`, whatever else happens.
void after(boost::asio::io_context& io, std::chrono::microseconds wait,
           std::function<void()> then) {
  auto timer = std::make_shared<boost::asio::steady_timer>(io, wait);
  timer->async_wait([timer, then = std::move(then)](boost::system::error_code) { then(); });
}

/// Answers what can be answered: every other call at once, the rest within a millisecond. A call
/// that cannot be answered is kept until it is cancelled.
model_function model(std::vector<boost::asio::io_context*> contexts) {
  auto turn = std::make_shared<std::atomic<std::uint64_t>>(0);
  return [contexts = std::move(contexts), turn](model_call call, responder reply) {
    if (call.ask->messages.back().parts.front().text != answerable)
      return reply.on_cancel([reply] {});
    const auto n = (*turn)++;
    if (n % 2 == 0)
      return reply.complete({.text = "yes"});
    after(*contexts[n % contexts.size()], std::chrono::microseconds{n % 1000},
          [reply] { reply.complete({.text = "yes"}); });
  };
}

ending ending_of(const answer& x) {
  switch (x.ended) {
  case outcome::answered:
    return ending::answered;
  case outcome::cancelled:
    return ending::cancelled;
  default:
    return x.problem && x.problem->code == errc::deadline_exceeded ? ending::timed_out
                                                                   : ending::failed;
  }
}

} // namespace

stress_world::stress_world(std::size_t threads)
    : runtime_{threads},
      engine_{std::make_unique<engine>(runtime_.system(), rules(),
                                       engine_options{.seed = 1, .lanes = threads})} {}

/// Counts calls and their ends. Throwing where a route starts its call kills the route's actor, as
/// a bug in it would.
transport stress_world::counted(transport inner) {
  return
      [this, inner = std::move(inner)](model_call call, std::function<void(call_ended)> on_ended) {
        if (++started_ % calls_between_crashes == 0) {
          ++ended_;
          ++crashes_;
          throw std::runtime_error{"a bug that the stress test plays"};
        }
        return inner(std::move(call), [this, on_ended = std::move(on_ended)](call_ended x) {
          ++ended_;
          on_ended(std::move(x));
        });
      };
}

policy stress_world::rules() {
  policy out;
  task on{.name = "t", .deadline = 500ms};
  for (const auto* name : {"one", "two"}) {
    route_config config{.name = name};
    config.provider = {.name = name, .kind = provider_kind::in_process};
    config.model = name;
    auto call = counted(in_process(runtime_.contexts(), model(runtime_.contexts())));
    out.routes[name] = {std::move(config), std::move(call)};
    on.ladder.emplace_back(model_rung{name});
  }
  on.hedge = hedge_policy{.fixed = 20ms};
  out.tasks["t"] = std::move(on);
  return out;
}

load_target stress_world::target() {
  return [this](load_request x) {
    request asked{.task = "t"};
    const std::string text{x.meant == fate::answered ? answerable : "wait"};
    asked.ask.messages = {{.parts = {{.text = text}}}};
    const auto handle = engine_->submit(
        std::move(asked), [end = std::move(x.ended)](answer got) { end(ending_of(got)); });
    if (x.meant == fate::cancelled)
      after(*runtime_.contexts()[x.id % runtime_.contexts().size()], 1ms,
            [handle] { handle.abandon(); });
  };
}

void stress_world::stop() {
  engine_->stop();
  runtime_.stop();
}

std::vector<std::string> stress_world::violations() const {
  std::vector<std::string> found;
  if (started_ != ended_)
    found.push_back(std::to_string(started_) + " calls were started and " + std::to_string(ended_)
                    + " ended");
  if (engine_->in_flight() != 0)
    found.push_back(std::to_string(engine_->in_flight()) + " requests were not wound up");
  return found;
}

} // namespace hedgerow::test
