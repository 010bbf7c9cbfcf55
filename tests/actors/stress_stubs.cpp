#include "tests/actors/stress_stubs.hpp"

#include "actors/runtime/runtime.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <caf/actor_system.hpp>
#include <caf/exit_reason.hpp>
#include <caf/sec.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <atomic>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <unordered_map>
#include <utility>
#include <vector>

namespace hedgerow::test::stress {

/// One try at a request.
struct prompt {
  std::uint64_t id;
  fate meant;
  int tries; ///< How many came before.
};

/// What a model has said.
struct candidate {
  prompt to;
};

/// What the validator thinks of it.
struct verdict {
  std::uint64_t id;
};

/// The model's timer has run out or was stopped. Comes exactly once for each prompt.
struct finished {
  std::uint64_t id;
};

/// Nobody waits for this answer any more.
struct cancel {
  prompt what;
};

/// The caller goes away now.
struct caller_gone {};

} // namespace hedgerow::test::stress

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::test::load_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::test::stress::prompt)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::test::stress::candidate)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::test::stress::verdict)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::test::stress::finished)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::test::stress::cancel)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::test::stress::caller_gone)

namespace hedgerow::test {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using namespace stress;

namespace {

constexpr std::size_t routes_count = 4;
constexpr int tries_max = 3;
constexpr auto request_timeout = 200ms;
constexpr auto never = 60min;

/// VALIDATOR: accepts everything, unless it crashes.
using validator_actor = caf::typed_actor<caf::replies_to<candidate>::with<verdict>>;

/// ROUTE: answers after a while.
using route_actor = caf::typed_actor<
    // Asks the model.
    caf::replies_to<prompt>::with<verdict>,
    // Stops the model.
    caf::reacts_to<cancel>,
    // INTERNAL: the model has stopped.
    caf::reacts_to<finished>,
    // Takes the place of a validator that has crashed.
    caf::reacts_to<validator_actor>>;

/// KEEPER: knows who is alive.
using keeper_actor = caf::typed_actor<
    // Starts a request with a supervisor of its own.
    caf::reacts_to<load_request>,
    // Passes a prompt on to the route that is alive.
    caf::replies_to<prompt>::with<verdict>, caf::reacts_to<cancel>>;

/// SUPERVISOR: one per request.
using supervisor_actor = caf::typed_actor<
    // INTERNAL: the caller goes away.
    caf::reacts_to<caller_gone>>;

caf::error crash(std::exception_ptr&) { return caf::sec::runtime_error; }

validator_actor::behavior_type validator(validator_actor::pointer self) {
  self->set_exception_handler(crash);
  return {[](const candidate& x) {
    if (x.to.id % 997 == 5 && x.to.tries == 0)
      throw std::runtime_error{"a validator crashes"};
    return verdict{x.to.id};
  }};
}

struct route_state {
  struct attempt {
    prompt what;
    caf::typed_response_promise<verdict> promise;
    std::shared_ptr<asio::steady_timer> model;
  };

  route_actor::stateful_pointer<route_state> self = nullptr;
  validator_actor judge;
  std::vector<asio::io_context*> contexts;
  std::unordered_map<std::uint64_t, attempt> attempts;
  std::optional<caf::error> leaving;

  caf::result<verdict> start(const prompt& x) {
    if (leaving)
      return caf::sec::request_receiver_down;
    if (x.id % 5003 == 11 && x.tries == 0)
      throw std::runtime_error{"a route crashes"};
    auto model = std::make_shared<asio::steady_timer>(*contexts[x.id % contexts.size()]);
    if (x.meant == fate::answered)
      model->expires_after(std::chrono::microseconds{x.id * 7919 % 5000});
    else
      model->expires_after(never);
    model->async_wait([id = x.id, model, route = route_actor{self}](boost::system::error_code) {
      caf::anon_send(route, finished{id});
    });
    auto promise = self->make_response_promise<verdict>();
    attempts.insert_or_assign(x.id, attempt{x, promise, model});
    return promise;
  }

  void finish(const finished& x) {
    auto i = attempts.find(x.id);
    if (i == attempts.end())
      return;
    auto done = std::move(i->second);
    attempts.erase(i);
    if (leaving)
      done.promise.deliver(caf::make_error(caf::sec::request_receiver_down));
    else
      done.promise.delegate(judge, candidate{done.what});
    leave_when_idle();
  }

  void forget(const cancel& x) {
    auto i = attempts.find(x.what.id);
    if (i == attempts.end())
      return;
    stop(i->second);
    attempts.erase(i);
    leave_when_idle();
  }

  void leave(const caf::exit_msg& x) {
    leaving = x.reason;
    for (auto& [id, x_attempt] : attempts)
      stop(x_attempt);
    leave_when_idle();
  }

  void leave_when_idle() {
    if (leaving && attempts.empty())
      self->quit(*leaving);
  }

  static void stop(const attempt& x) {
    asio::post(x.model->get_executor(), [model = x.model] { model->cancel(); });
  }
};

route_actor::behavior_type route(route_actor::stateful_pointer<route_state> self,
                                 validator_actor judge, std::vector<asio::io_context*> contexts) {
  auto& state = self->state;
  state.self = self;
  state.judge = std::move(judge);
  state.contexts = std::move(contexts);
  self->set_exception_handler(crash);
  self->set_exit_handler([self](caf::exit_msg& x) { self->state.leave(x); });
  return {
      [self](const prompt& x) { return self->state.start(x); },
      [self](const cancel& x) { self->state.forget(x); },
      [self](const finished& x) { self->state.finish(x); },
      [self](const validator_actor& x) { self->state.judge = x; },
  };
}

struct supervisor_state {
  supervisor_actor::stateful_pointer<supervisor_state> self = nullptr;
  keeper_actor keeper;
  load_request request;
  int tries = 0;

  prompt current() const { return {request.id, request.meant, tries}; }

  void ask() {
    self->request(keeper, request_timeout, current())
        .then([this](const verdict&) { end(ending::answered); },
              [this](const caf::error& reason) { lose(reason); });
  }

  void lose(const caf::error& reason) {
    if (reason == caf::sec::request_timeout) {
      self->send(keeper, cancel{current()});
      return end(ending::timed_out);
    }
    if (++tries == tries_max)
      return end(ending::failed);
    ask();
  }

  void abandon() {
    self->send(keeper, cancel{current()});
    end(ending::cancelled);
  }

  void end(ending how) {
    request.ended(how);
    self->quit();
  }
};

supervisor_actor::behavior_type
supervisor(supervisor_actor::stateful_pointer<supervisor_state> self, keeper_actor keeper,
           load_request request) {
  auto& state = self->state;
  state.self = self;
  state.keeper = std::move(keeper);
  state.request = std::move(request);
  state.ask();
  if (state.request.meant == fate::cancelled)
    self->delayed_send(self, std::chrono::microseconds{state.request.id % 3000}, caller_gone{});
  return {[self](caller_gone) { self->state.abandon(); }};
}

struct keeper_state {
  keeper_actor::stateful_pointer<keeper_state> self = nullptr;
  std::vector<asio::io_context*> contexts;
  std::vector<validator_actor> validators{routes_count};
  std::vector<route_actor> routes{routes_count};
  std::shared_ptr<std::atomic<std::uint64_t>> crashes;
  bool leaving = false;

  const route_actor& route_for(const prompt& x) const { return routes[x.id % routes_count]; }

  void open(std::size_t i) {
    validators[i] = self->spawn<caf::monitored>(validator);
    routes[i] = self->spawn<caf::monitored>(route, validators[i], contexts);
  }

  void replace(const caf::actor_addr& dead) {
    if (leaving)
      return;
    ++*crashes;
    for (std::size_t i = 0; i < routes_count; ++i) {
      if (validators[i].address() == dead) {
        validators[i] = self->spawn<caf::monitored>(validator);
        self->send(routes[i], validators[i]);
      } else if (routes[i].address() == dead) {
        routes[i] = self->spawn<caf::monitored>(route, validators[i], contexts);
      }
    }
  }

  void leave(const caf::exit_msg& x) {
    leaving = true;
    for (std::size_t i = 0; i < routes_count; ++i) {
      self->send_exit(routes[i], x.reason);
      self->send_exit(validators[i], x.reason);
    }
    self->quit(x.reason);
  }
};

keeper_actor::behavior_type keeper(keeper_actor::stateful_pointer<keeper_state> self,
                                   std::vector<asio::io_context*> contexts,
                                   std::shared_ptr<std::atomic<std::uint64_t>> crashes) {
  auto& state = self->state;
  state.self = self;
  state.contexts = std::move(contexts);
  state.crashes = std::move(crashes);
  for (std::size_t i = 0; i < routes_count; ++i)
    state.open(i);
  self->set_down_handler([self](caf::down_msg& x) { self->state.replace(x.source); });
  self->set_exit_handler([self](caf::exit_msg& x) { self->state.leave(x); });
  return {
      [self](load_request& x) { self->spawn(supervisor, keeper_actor{self}, std::move(x)); },
      [self](prompt& x) { return self->delegate(self->state.route_for(x), x); },
      [self](cancel& x) { self->send(self->state.route_for(x.what), x); },
  };
}

} // namespace

struct stress_stubs::parts {
  std::shared_ptr<std::atomic<std::uint64_t>> crashes =
      std::make_shared<std::atomic<std::uint64_t>>(0);
  keeper_actor door;
};

stress_stubs::stress_stubs(runtime& world) : parts_{std::make_unique<parts>()} {
  parts_->door = world.system().spawn(keeper, world.contexts(), parts_->crashes);
}

stress_stubs::~stress_stubs() = default;

load_target stress_stubs::target() const {
  return [door = parts_->door](load_request x) { caf::anon_send(door, std::move(x)); };
}

std::uint64_t stress_stubs::crashes() const { return *parts_->crashes; }

void stress_stubs::leave() {
  caf::anon_send_exit(parts_->door, caf::exit_reason::user_shutdown);
  parts_->door = nullptr;
}

} // namespace hedgerow::test
