#include "app/gateway/session.hpp"

namespace hedgerow {

asio::awaitable<void> serve_plain(tcp::socket peer, std::shared_ptr<listener_lane> lane,
                                  std::shared_ptr<listener_shared> shared) {
  session<tcp::socket> talk{peer, peer, std::move(lane), std::move(shared)};
  co_await talk.run();
}

incoming take_out(http::request<http::string_body>& x) {
  static constexpr std::array wanted{"authorization", "x-api-key", "x-request-timeout-ms",
                                     "x-stainless-read-timeout", "x-stainless-timeout"};
  incoming out;
  out.method = x.method_string();
  out.target = x.target();
  for (const auto* name : wanted)
    if (auto i = x.find(name); i != x.end())
      out.headers.emplace_back(name, i->value());
  out.body = std::move(x.body());
  return out;
}

} // namespace hedgerow
