#include "routes/transport/client.hpp"

#include "routes/transport/exchange.hpp"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>

#include <utility>

namespace hedgerow {

http_client::http_client(std::vector<asio::io_context*> contexts, client_options options)
    : contexts_{std::move(contexts)},
      options_{std::move(options)} {
  for (std::size_t i = 0; i < contexts_.size(); ++i)
    lanes_.push_back(std::make_shared<lane>(contexts_[i], contexts_.size()));
}

http_client::~http_client() { close(); }

stop_call http_client::start(http_call call, std::function<void(http_outcome)> on_ended) {
  auto& home = lanes_[contexts_.pick()];
  auto x = std::make_shared<exchange>(home, std::move(call), std::move(on_ended));
  std::weak_ptr<exchange> under_way = x;
  // On the lane's own thread the request is on its way when this returns.
  asio::dispatch(home->io, [x = std::move(x)] { x->run(); });
  return [under_way] {
    auto still = under_way.lock();
    if (!still)
      return;
    auto& io = still->home->io;
    asio::dispatch(io, [still = std::move(still)] { still->stop(); });
  };
}

void http_client::post(std::function<void()> act) {
  asio::post(lanes_[contexts_.pick()]->io, std::move(act));
}

void http_client::close() {
  for (const auto& each : lanes_)
    asio::dispatch(each->io, [each] { each->close(); });
}

} // namespace hedgerow
