#include "routes/transport/http_transport.hpp"

#include "routes/openai.hpp"

#include <memory>
#include <string>
#include <utility>

namespace hedgerow {

namespace {

http_call to_http(const route_config& route, std::shared_ptr<const endpoint> to,
                  const model_call& call) {
  http_call out;
  out.to = std::move(to);
  out.request = openai::encode(route, call);
  // A whole answer begins when the model has finished it, so its first byte may come last.
  out.within = {.connect = route.timeout.connect, .first_byte = call.total, .total = call.total};
  return out;
}

call_ended to_model(http_outcome how, const model_call& call) {
  call_ended out;
  out.times = how.times;
  if (auto* reply = std::get_if<http_reply>(&how.what)) {
    out.status = reply->status;
    out.provider_request_id = header(reply->headers, "x-request-id");
    std::visit([&out](auto&& said) { out.what = std::move(said); }, openai::decode(*reply, call));
  } else if (auto* wrong = std::get_if<failure>(&how.what)) {
    out.what = std::move(*wrong);
  } else {
    out.what = cancelled{};
  }
  return out;
}

} // namespace

result<transport> http_transport(http_client& client, route_config route) {
  if (route.provider.kind != provider_kind::openai)
    return error{errc::config_invalid,
                 "route '" + route.name + "': providers of kind "
                     + std::string{to_string(route.provider.kind)} + " cannot be called over HTTP.",
                 "kind"};
  auto found = endpoint_of(route.provider);
  if (!found)
    return found.error();
  const auto to = std::make_shared<const endpoint>(std::move(*found));
  const auto config = std::make_shared<const route_config>(std::move(route));
  return transport{[&client, to, config](model_call call, auto on_ended) {
    auto post = to_http(*config, to, call);
    auto tell = [call = std::move(call), on_ended = std::move(on_ended)](http_outcome how) {
      on_ended(to_model(std::move(how), call));
    };
    return client.start(std::move(post), std::move(tell));
  }};
}

} // namespace hedgerow
