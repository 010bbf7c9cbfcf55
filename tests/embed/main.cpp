// A program that has its own threads and its own actor system, and asks Hedgerow to take requests
// through its own models. It succeeds if one request is answered and one that nobody waits for any
// longer is cancelled down to the model.

#include "actors/engine.hpp"
#include "routes/transport/in_process.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <chrono>
#include <cstdlib>
#include <functional>
#include <future>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <utility>

using namespace std::chrono_literals;

namespace {

constexpr auto patience = 30s;

/// An `io_context` with the thread that runs it; ends with the thread.
struct io_thread {
  boost::asio::io_context context;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> busy{
      context.get_executor()};
  std::thread thread{[this] { context.run(); }};

  ~io_thread() {
    context.stop();
    thread.join();
  }
};

/// What the model without an end tells the rest of the program.
struct endless_model {
  std::promise<void> called;
  std::promise<bool> released;

  void operator()(hedgerow::model_call, const hedgerow::responder& reply) {
    reply.on_cancel([this, reply] { released.set_value(reply.cancelled()); });
    called.set_value();
  }
};

void greeter(const hedgerow::model_call& call, const hedgerow::responder& reply) {
  reply.complete({.text = "Hello, " + call.ask->messages.back().parts.front().text + "."});
}

/// A task of this name with one rung: a route of the same name to `model`.
void add(hedgerow::policy& rules, const std::string& name, io_thread& io,
         hedgerow::model_function model) {
  hedgerow::route_config route{.name = name};
  route.provider = {.name = "house", .kind = hedgerow::provider_kind::in_process};
  route.model = name;
  rules.routes[name] = {route, hedgerow::in_process({&io.context}, std::move(model))};
  rules.tasks[name] = {.name = name, .ladder = {hedgerow::model_rung{name}}};
}

hedgerow::request to(const std::string& task) {
  hedgerow::request x{.task = task};
  x.ask.messages = {{.parts = {{.text = "world"}}}};
  return x;
}

/// Hands `x` to the engine; the answer comes with the future.
std::future<hedgerow::answer> ask(hedgerow::engine& engine, hedgerow::request x,
                                  hedgerow::request_handle& handle) {
  auto promise = std::make_shared<std::promise<hedgerow::answer>>();
  handle = engine.submit(std::move(x),
                         [promise](hedgerow::answer got) { promise->set_value(std::move(got)); });
  return promise->get_future();
}

bool gets_an_answer(hedgerow::engine& engine) {
  hedgerow::request_handle handle;
  const auto got = ask(engine, to("greeting"), handle).get();
  std::cout << "greeting: " << to_string(got.ended) << ", " << got.what.text << '\n';
  return got.ended == hedgerow::outcome::answered && got.what.text == "Hello, world.";
}

bool cancels_what_is_abandoned(hedgerow::engine& engine, endless_model& model) {
  auto called = model.called.get_future();
  auto released = model.released.get_future();
  hedgerow::request_handle handle;
  auto answer = ask(engine, to("endless"), handle);
  if (called.wait_for(patience) != std::future_status::ready)
    return false;
  handle.abandon();
  if (released.wait_for(patience) != std::future_status::ready)
    return false;
  const auto got = answer.get();
  std::cout << "endless: " << to_string(got.ended) << '\n';
  return released.get() && got.ended == hedgerow::outcome::cancelled;
}

} // namespace

int main() {
  io_thread io;
  endless_model endless;
  caf::actor_system_config config;
  caf::actor_system system{config};

  hedgerow::policy rules;
  add(rules, "greeting", io, greeter);
  add(rules, "endless", io, std::ref(endless));
  hedgerow::engine engine{system, std::move(rules)};

  const bool fine = gets_an_answer(engine) && cancels_what_is_abandoned(engine, endless);
  return fine ? EXIT_SUCCESS : EXIT_FAILURE;
}
