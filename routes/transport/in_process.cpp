#include "routes/transport/in_process.hpp"

#include "routes/transport/io_contexts.hpp"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <chrono>
#include <string>
#include <utility>
#include <variant>

namespace hedgerow {

namespace asio = boost::asio;

using end_of_call = std::variant<completion, failure, cancelled>;
using std::chrono::steady_clock;

/// One call under way. Touched on its context's thread only, but for `abandoned`. While it waits,
/// its timer owns it: what comes after the end, from whichever thread, finds nothing.
struct responder::pending : std::enable_shared_from_this<pending> {
  pending(asio::io_context& context, std::function<void(call_ended)> tell)
      : io{context},
        timer{context},
        on_ended{std::move(tell)} {}

  void run(const model_function& model, model_call call);
  void end(end_of_call what);
  void abandon(end_of_call what);
  void notify(std::function<void()> callback);

  asio::io_context& io;
  asio::steady_timer timer;
  std::function<void(call_ended)> on_ended;
  std::vector<std::function<void()>> on_cancel;
  steady_clock::time_point began = steady_clock::now();
  bool ended = false;
  /// Outlives the call for those who still work on it.
  std::shared_ptr<std::atomic<bool>> abandoned = std::make_shared<std::atomic<bool>>(false);
};

/// The right to answer a call; when it goes, there will be no answer.
struct responder::ticket {
  explicit ticket(const std::shared_ptr<pending>& x) : call{x}, abandoned{x->abandoned} {}

  ~ticket() {
    failure why;
    why.kind = failure_class::transport;
    why.reason = "dropped: the model function gave up its call without an answer";
    settle(std::move(why));
  }

  ticket(const ticket&) = delete;
  ticket& operator=(const ticket&) = delete;

  void settle(end_of_call what) const {
    on_context([what = std::move(what)](pending& x) mutable { x.end(std::move(what)); });
  }

  /// Has `act` done on the call's context unless the call is over; tells whether it is not.
  template <class Act>
  bool on_context(Act act) const {
    auto x = call.lock();
    if (!x)
      return false;
    auto& io = x->io;
    asio::dispatch(io, [x = std::move(x), act = std::move(act)]() mutable { act(*x); });
    return true;
  }

  std::weak_ptr<pending> call;
  std::shared_ptr<const std::atomic<bool>> abandoned;
};

void responder::pending::run(const model_function& model, model_call call) {
  timer.expires_at(began + call.total);
  const auto total = call.total;
  timer.async_wait([self = shared_from_this(), total](boost::system::error_code ended_before) {
    if (ended_before)
      return;
    failure late;
    late.kind = failure_class::latency;
    late.reason = "no answer within " + std::to_string(total.count()) + " ms";
    self->abandon(std::move(late));
  });
  model(std::move(call), responder{std::make_shared<const ticket>(shared_from_this())});
}

void responder::pending::end(end_of_call what) {
  if (ended)
    return;
  ended = true;
  timer.cancel();
  call_ended how;
  how.what = std::move(what);
  how.times.total =
      std::chrono::duration_cast<std::chrono::microseconds>(steady_clock::now() - began);
  auto tell = std::move(on_ended);
  tell(std::move(how));
}

void responder::pending::abandon(end_of_call what) {
  if (ended)
    return;
  *abandoned = true;
  end(std::move(what));
  for (auto& callback : std::exchange(on_cancel, {}))
    callback();
}

void responder::pending::notify(std::function<void()> callback) {
  if (*abandoned)
    callback();
  else if (!ended)
    on_cancel.push_back(std::move(callback));
}

void responder::complete(completion answer) const { ticket_->settle(std::move(answer)); }

void responder::fail(failure why) const { ticket_->settle(std::move(why)); }

bool responder::cancelled() const { return *ticket_->abandoned; }

void responder::on_cancel(std::function<void()> callback) const {
  const bool waiting = ticket_->on_context([callback](pending& x) { x.notify(callback); });
  if (!waiting && *ticket_->abandoned)
    callback();
}

transport in_process(std::vector<asio::io_context*> contexts, model_function model) {
  const auto at = std::make_shared<io_contexts>(std::move(contexts));
  const auto answer = std::make_shared<const model_function>(std::move(model));
  return [at, answer](model_call call, std::function<void(call_ended)> on_ended) -> stop_call {
    auto& io = (*at)[at->pick()];
    auto x = std::make_shared<responder::pending>(io, std::move(on_ended));
    std::weak_ptr<responder::pending> under_way = x;
    asio::post(io, [answer, x = std::move(x), call = std::move(call)]() mutable {
      x->run(*answer, std::move(call));
    });
    return [under_way] {
      auto still = under_way.lock();
      if (!still)
        return;
      auto& where = still->io;
      asio::dispatch(where, [still = std::move(still)] { still->abandon(cancelled{}); });
    };
  };
}

} // namespace hedgerow
