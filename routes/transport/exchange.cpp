#include "routes/transport/exchange.hpp"

#include "routes/transport/request_head.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace hedgerow {

using asio::ip::tcp;
using std::chrono::steady_clock;

namespace {

constexpr auto token = asio::as_tuple(asio::use_awaitable);

/// How long an announced end waits for the reply's own.
constexpr std::chrono::milliseconds closing_time{20};

/// A name look-up. It blocks a thread of Asio's own and cannot be called back, so it belongs to
/// nobody: the call waits for `ready` and may leave earlier.
struct name_lookup {
  explicit name_lookup(asio::io_context& io) : resolver{io}, ready{io, steady_time::max()} {}

  tcp::resolver resolver;
  asio::steady_timer ready;
  addresses found{boost::system::error_code{asio::error::operation_aborted}};
};

std::vector<tcp::endpoint> endpoints_in(const tcp::resolver::results_type& results) {
  std::vector<tcp::endpoint> out;
  for (const auto& entry : results)
    out.push_back(entry.endpoint());
  return out;
}

failure misconfigured(std::string reason) {
  return {.kind = failure_class::auth, .reason = std::move(reason), .scope = failure_scope::route};
}

failure late(const char* what, std::chrono::milliseconds limit) {
  return {.kind = failure_class::latency, .reason = what + std::to_string(limit.count()) + " ms"};
}

std::chrono::microseconds between(steady_time from, steady_time to) {
  return std::chrono::duration_cast<std::chrono::microseconds>(to - from);
}

} // namespace

exchange::exchange(std::shared_ptr<lane> at, http_call what, std::function<void(http_outcome)> tell)
    : home{std::move(at)},
      call{std::move(what)},
      on_ended_{std::move(tell)},
      timer_{home->io} {}

void exchange::run() {
  began = steady_clock::now();
  home->enter(*this);
  auto self = shared_from_this();
  if (call.window)
    call.window->on_open([where = home->io.get_executor(), me = weak_from_this()] {
      asio::post(where, [me] {
        if (const auto waiting = me.lock(); waiting && waiting->shut_)
          waiting->shut_->cancel();
      });
    });
  if (auto what = refused()) {
    asio::post(home->io, [self, what = std::move(*what)]() mutable { self->end(std::move(what)); });
    return;
  }
  auto work = call.to->tls ? fetch<tls_stream>(*this) : fetch<plain_stream>(*this);
  asio::co_spawn(home->io, std::move(work), [self](std::exception_ptr bug, end_of_call what) {
    if (bug)
      std::rethrow_exception(bug);
    self->end(std::move(what));
  });
}

void exchange::stop() {
  if (stopped || ended_)
    return;
  stopped = true;
  boost::system::error_code ignored;
  if (socket)
    socket->close(ignored);
  if (looking_up_)
    looking_up_->cancel();
  if (shut_)
    shut_->cancel();
}

void exchange::enter(phase next) {
  phase_ = next;
  entered_ = steady_clock::now();
  if (next == phase::connecting)
    connecting_since_ = entered_;
  else if (next == phase::waiting && connecting_since_ != steady_time{})
    times.connect = between(connecting_since_, entered_);
  arm();
}

void exchange::take(reply_reader& reader) {
  if (times.first_byte.count() == 0)
    times.first_byte = between(began, steady_clock::now());
  if (!reader.has_head())
    return;
  if (!call.listen || !reader.is_event_stream()) {
    if (phase_ == phase::waiting)
      enter(phase::reading);
    return;
  }
  // From here on nothing is sent again, and streams are many and long.
  std::string{}.swap(call.request.body);
  std::string{}.swap(head);
  const auto bytes = reader.body();
  if (!bytes.empty() && phase_ != phase::closing) {
    const auto what = call.listen(bytes);
    if (what != heard::noise)
      enter(what == heard::end ? phase::closing : phase::streaming);
  }
  reader.drop_body();
}

bool exchange::may_read() {
  return !call.window || phase_ == phase::closing || call.window->is_open();
}

asio::awaitable<void> exchange::window_open() {
  asio::steady_timer opened{home->io, steady_time::max()};
  shut_ = &opened;
  enter(phase::shut);
  co_await opened.async_wait(token);
  shut_ = nullptr;
  enter(phase::streaming);
}

asio::awaitable<addresses> exchange::look_up() {
  const auto& to = *call.to;
  const auto& host = to.via ? to.via->host : to.host;
  const auto port = to.via ? to.via->port : to.port;
  boost::system::error_code is_name;
  const auto address = asio::ip::make_address(host, is_name);
  if (!is_name)
    co_return std::vector{tcp::endpoint{address, port}};
  auto lookup = std::make_shared<name_lookup>(home->io);
  lookup->resolver.async_resolve(host, std::to_string(port), tcp::resolver::numeric_service,
                                 [lookup](boost::system::error_code problem, auto results) {
                                   if (problem)
                                     lookup->found = problem;
                                   else
                                     lookup->found = endpoints_in(results);
                                   lookup->ready.cancel();
                                 });
  looking_up_ = &lookup->ready;
  co_await lookup->ready.async_wait(token);
  looking_up_ = nullptr;
  lookup->resolver.cancel();
  co_return std::move(lookup->found);
}

end_of_call exchange::end_of_stopped() const {
  if (overdue_)
    return *overdue_;
  return cancelled{};
}

/// The end of a call that cannot even start.
std::optional<end_of_call> exchange::refused() {
  if (home->closed)
    return cancelled{};
  auto bytes = request_head(*call.to, call.request);
  if (!bytes)
    return misconfigured("the target or a header of the request cannot be sent");
  head = std::move(*bytes);
  if (call.to->tls && !home->trust(call.to->ca_file))
    return misconfigured("cannot read the CA file '" + call.to->ca_file + "'");
  return std::nullopt;
}

void exchange::end(end_of_call what) {
  ended_ = true;
  timer_.cancel();
  home->leave(*this);
  times.total = between(began, steady_clock::now());
  auto tell = std::move(on_ended_);
  tell(http_outcome{std::move(what), times});
}

steady_time exchange::deadline() const {
  const auto total = began + call.within.total;
  switch (phase_) {
  case phase::connecting:
    return std::min({total, began + call.within.first_byte, entered_ + call.within.connect});
  case phase::waiting:
    return std::min(total, began + call.within.first_byte);
  case phase::streaming:
    return std::min(total, entered_ + call.within.stall);
  case phase::closing:
    return std::min(total, entered_ + closing_time);
  case phase::reading:
  case phase::shut:
    break;
  }
  return total;
}

std::optional<failure> exchange::exceeded(steady_time now) const {
  if (now < deadline())
    return std::nullopt;
  if (now >= began + call.within.total)
    return late("no whole reply within ", call.within.total);
  if (phase_ == phase::streaming)
    return late("the stream stalled for ", call.within.stall);
  if (now >= began + call.within.first_byte)
    return late("no byte of a reply within ", call.within.first_byte);
  return late("no connection within ", call.within.connect);
}

void exchange::arm() {
  const auto at = deadline();
  if (at >= armed_for_)
    return;
  armed_for_ = at;
  timer_.expires_at(at);
  timer_.async_wait([self = shared_from_this()](boost::system::error_code set_anew) {
    if (!set_anew)
      self->on_timer();
  });
}

void exchange::on_timer() {
  armed_for_ = steady_time::max();
  if (stopped || ended_)
    return;
  overdue_ = exceeded(steady_clock::now());
  if (overdue_)
    stop();
  else
    arm();
}

} // namespace hedgerow
