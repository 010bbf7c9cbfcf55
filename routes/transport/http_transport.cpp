#include "routes/transport/http_transport.hpp"

#include "routes/dialect.hpp"
#include "routes/outgoing.hpp"
#include "routes/stream_reader.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace hedgerow {

namespace {

using std::chrono::microseconds;
using std::chrono::steady_clock;

microseconds since(steady_clock::time_point then) {
  return std::chrono::duration_cast<microseconds>(steady_clock::now() - then);
}

/// A streamed answer under way.
struct live_stream {
  stream_reader reader;
  steady_clock::time_point began = steady_clock::now();
  microseconds first_content{0};
};

/// Lets `live` hear what `call` is told.
heard listen(live_stream& live, const model_call& call, std::string_view bytes) {
  auto piece = live.reader.take(bytes);
  const auto is_progress = piece.progress;
  if (piece.content) {
    if (live.first_content.count() == 0)
      live.first_content = since(live.began);
    call.window->sent(piece.text.size());
    call.on_piece(std::move(piece));
  }
  if (live.reader.stage() == stream_stage::closed)
    return heard::end;
  return is_progress ? heard::progress : heard::noise;
}

http_call to_http(const dialect& speaks, const route_config& route,
                  std::shared_ptr<const endpoint> to, const model_call& call) {
  http_call out;
  out.to = std::move(to);
  out.request = speaks.encode(route, call);
  // A whole answer begins when the model has finished it, so its first byte may come last.
  out.within = {.connect = route.timeout.connect,
                .first_byte = call.on_piece ? route.timeout.first_token : call.total,
                .stall = route.timeout.stall,
                .total = call.total};
  return out;
}

/// What has come of a streamed answer, as the reply that it would have been whole. A connection
/// that broke after the model's last word does no harm.
void settle_stream(http_outcome& how, stream_reader& reader) {
  auto* reply = std::get_if<http_reply>(&how.what);
  if (std::holds_alternative<cancelled>(how.what))
    return;
  if (reader.wrong())
    how.what = *reader.wrong();
  else if (reply != nullptr)
    reply->body = reader.whole();
  else if (reader.stage() != stream_stage::open)
    how.what = http_reply{.status = 200, .headers = {}, .body = reader.whole()};
}

call_ended to_model(const dialect& speaks, http_outcome how, const model_call& call) {
  call_ended out;
  out.times = how.times;
  if (auto* reply = std::get_if<http_reply>(&how.what)) {
    out.status = reply->status;
    out.provider_request_id = header(reply->headers, speaks.request_id);
    out.rates = read_rate_headers(reply->headers, std::chrono::system_clock::now());
    std::visit([&out](auto&& said) { out.what = std::move(said); },
               speaks.decode(*reply, call, std::chrono::system_clock::now()));
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
  auto found = endpoint_of(route.provider, client.proxies());
  if (!found)
    return found.error();
  const auto to = std::make_shared<const endpoint>(std::move(*found));
  const auto config = std::make_shared<const route_config>(std::move(route));
  return transport{[&client, speaks, to, config](model_call asked, auto on_ended) -> stop_call {
    if (auto why = speaks->objection(*config, asked)) {
      client.post(
          [why = std::move(*why), on_ended = std::move(on_ended)] { on_ended(refused(why)); });
      return [] {};
    }
    auto post = to_http(*speaks, *config, to, asked);
    // The reply is held against the limit that was sent.
    if (const auto sent = output_limit(*config, asked))
      asked.max_tokens = sent;
    const auto call = std::make_shared<const model_call>(std::move(asked));
    std::shared_ptr<live_stream> live;
    if (call->on_piece) {
      live = std::make_shared<live_stream>(live_stream{stream_reader{speaks->assembly()}});
      post.window = call->window;
      post.listen = [live, call](std::string_view bytes) { return listen(*live, *call, bytes); };
    }
    auto tell = [speaks, live, call, on_ended = std::move(on_ended)](http_outcome how) {
      if (live && live->reader.has_begun())
        settle_stream(how, live->reader);
      auto ended = to_model(*speaks, std::move(how), *call);
      // The client's own clock starts when the call has reached its thread.
      if (live) {
        ended.times.first_content = std::min(live->first_content, ended.times.total);
        if (auto* answer = std::get_if<completion>(&ended.what))
          answer->skipped_events = live->reader.skipped();
      }
      on_ended(std::move(ended));
    };
    return client.start(std::move(post), std::move(tell));
  }};
}

} // namespace hedgerow
