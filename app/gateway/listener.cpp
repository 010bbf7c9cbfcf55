#include "app/gateway/listener.hpp"

#include "app/gateway/connection.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <sys/socket.h>

#include <stdexcept>

namespace hedgerow {

namespace {

using tls_ptr = std::shared_ptr<asio::ssl::context>;

/// Throws `boost::system::system_error` where a file cannot be used.
tls_ptr load(const std::optional<tls_files>& from) {
  if (!from)
    return nullptr;
  auto out = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
  out->set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_tlsv1
                   | asio::ssl::context::no_tlsv1_1);
  out->use_certificate_chain_file(from->certificate);
  out->use_private_key_file(from->key, asio::ssl::context::pem);
  return out;
}

std::string spelled(const tcp::endpoint& x) {
  auto host = x.address().to_string();
  return (x.address().is_v6() ? "[" + host + "]" : host) + ":" + std::to_string(x.port());
}

void open(tcp::acceptor& acceptor, const tcp::endpoint& at) {
  acceptor.open(at.protocol());
  acceptor.set_option(tcp::acceptor::reuse_address{true});
  asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT> share{true};
  acceptor.set_option(share);
  acceptor.bind(at);
  acceptor.listen(4096);
}

} // namespace

struct listener::core {
  std::vector<std::shared_ptr<listener_lane>> lanes;
  std::shared_ptr<listener_shared> shared = std::make_shared<listener_shared>();
  std::atomic<tls_ptr> tls;
  tcp::endpoint at;

  asio::awaitable<void> accept(std::shared_ptr<core> me, std::shared_ptr<listener_lane> lane);
  void take(tcp::socket peer, const std::shared_ptr<listener_lane>& lane);
};

listener::listener(const std::vector<asio::io_context*>& contexts, const listen_address& at,
                   const server_limits& limits, const std::optional<tls_files>& tls, service to)
    : core_{std::make_shared<core>()} {
  core_->shared->to = std::move(to);
  core_->shared->limits = limits;
  try {
    core_->tls = load(tls);
  } catch (const boost::system::system_error& x) {
    throw std::runtime_error("cannot use the certificate or key in 'server.tls': "
                             + x.code().message());
  }
  core_->at = {asio::ip::make_address(at.host), at.port};
  for (auto* io : contexts) {
    auto lane = std::make_shared<listener_lane>(*io);
    try {
      open(lane->acceptor, core_->at);
    } catch (const boost::system::system_error& x) {
      throw std::runtime_error("cannot listen on " + spelled(core_->at) + ": "
                               + x.code().message());
    }
    core_->at = lane->acceptor.local_endpoint(); // the port the system chose is everybody's
    core_->lanes.push_back(std::move(lane));
  }
  for (const auto& lane : core_->lanes)
    asio::co_spawn(*lane->context, core_->accept(core_, lane), asio::detached);
}

listener::~listener() { stop(); }

asio::awaitable<void> listener::core::accept(std::shared_ptr<core> me,
                                             std::shared_ptr<listener_lane> lane) {
  constexpr auto quietly = asio::as_tuple(asio::use_awaitable);
  asio::steady_timer pause{*lane->context};
  while (lane->acceptor.is_open()) {
    auto [failed, peer] = co_await lane->acceptor.async_accept(quietly);
    if (!failed) {
      me->take(std::move(peer), lane);
    } else if (lane->acceptor.is_open()) {
      // Out of descriptors, most likely: some will be given back.
      pause.expires_after(std::chrono::milliseconds{50});
      co_await pause.async_wait(quietly);
    }
  }
}

void listener::core::take(tcp::socket peer, const std::shared_ptr<listener_lane>& lane) {
  if (shared->connections.fetch_add(1, std::memory_order_relaxed) >= shared->limits.connections) {
    shared->connections.fetch_sub(1, std::memory_order_relaxed);
    return; // closed by its destructor: 'server.limits.connections'
  }
  boost::system::error_code ignored;
  peer.set_option(tcp::no_delay{true}, ignored);
  if (auto secure = tls.load())
    asio::co_spawn(*lane->context, serve_tls(std::move(peer), std::move(secure), lane, shared),
                   asio::detached);
  else
    asio::co_spawn(*lane->context, serve_plain(std::move(peer), lane, shared), asio::detached);
}

std::string listener::address() const { return spelled(core_->at); }

std::optional<std::string> listener::reload(const std::optional<tls_files>& tls) {
  if (tls.has_value() != (core_->tls.load() != nullptr))
    return "TLS cannot be switched on or off while the listener is up; restart to do so";
  try {
    core_->tls = load(tls);
  } catch (const boost::system::system_error& x) {
    return "cannot use the certificate or key in 'server.tls': " + x.code().message();
  }
  return std::nullopt;
}

void listener::drain() {
  for (const auto& lane : core_->lanes)
    asio::post(*lane->context, [lane] {
      boost::system::error_code ignored;
      lane->draining = true;
      lane->acceptor.close(ignored);
      for (auto* x : lane->open)
        if (x->idle)
          x->socket->close(ignored);
    });
}

void listener::stop() {
  for (const auto& lane : core_->lanes)
    asio::post(*lane->context, [lane] {
      boost::system::error_code ignored;
      lane->draining = true;
      lane->acceptor.close(ignored);
      for (auto* x : lane->open)
        x->socket->close(ignored);
    });
}

std::size_t listener::connections() const {
  return core_->shared->connections.load(std::memory_order_relaxed);
}

} // namespace hedgerow
