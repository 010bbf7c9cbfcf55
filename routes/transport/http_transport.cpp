#include "routes/transport/http_transport.hpp"

#include "routes/dialect.hpp"
#include "routes/outgoing.hpp"

#include <memory>
#include <string>
#include <utility>

namespace hedgerow {

namespace {

http_call to_http(const dialect& speaks, const route_config& route,
                  std::shared_ptr<const endpoint> to, const model_call& call) {
  http_call out;
  out.to = std::move(to);
  out.request = speaks.encode(route, call);
  // A whole answer begins when the model has finished it, so its first byte may come last.
  out.within = {.connect = route.timeout.connect, .first_byte = call.total, .total = call.total};
  return out;
}

call_ended to_model(const dialect& speaks, http_outcome how, const model_call& call) {
  call_ended out;
  out.times = how.times;
  if (auto* reply = std::get_if<http_reply>(&how.what)) {
    out.status = reply->status;
    out.provider_request_id = header(reply->headers, speaks.request_id);
    std::visit([&out](auto&& said) { out.what = std::move(said); },
               speaks.decode(*reply, call, {}));
  } else if (auto* wrong = std::get_if<failure>(&how.what)) {
    out.what = std::move(*wrong);
  } else {
    out.what = cancelled{};
  }
  return out;
}

/// The end of a call that was never made.
call_ended refused(failure why) {
  call_ended out;
  out.what = std::move(why);
  return out;
}

} // namespace

result<transport> http_transport(http_client& client, route_config route) {
  const auto* speaks = dialect_of(route.provider.kind);
  if (speaks == nullptr)
    return error{errc::config_invalid,
                 "route '" + route.name + "': providers of kind "
                     + std::string{to_string(route.provider.kind)} + " cannot be called over HTTP.",
                 "kind"};
  auto found = endpoint_of(route.provider);
  if (!found)
    return found.error();
  const auto to = std::make_shared<const endpoint>(std::move(*found));
  const auto config = std::make_shared<const route_config>(std::move(route));
  return transport{[&client, speaks, to, config](model_call call, auto on_ended) -> stop_call {
    if (auto why = speaks->objection(*config, call)) {
      client.post(
          [why = std::move(*why), on_ended = std::move(on_ended)] { on_ended(refused(why)); });
      return [] {};
    }
    auto post = to_http(*speaks, *config, to, call);
    // The reply is held against the limit that was sent.
    if (const auto sent = output_limit(*config, call))
      call.max_tokens = sent;
    auto tell = [speaks, call = std::move(call), on_ended = std::move(on_ended)](http_outcome how) {
      on_ended(to_model(*speaks, std::move(how), call));
    };
    return client.start(std::move(post), std::move(tell));
  }};
}

} // namespace hedgerow
