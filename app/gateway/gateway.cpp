#include "app/gateway/gateway.hpp"

#include "actors/runtime/coordinator.hpp"
#include "app/assembly.hpp"

#include <caf/actor_system.hpp>

#include <algorithm>
#include <random>
#include <stdexcept>
#include <thread>

namespace hedgerow {

namespace {

std::size_t threads_of(const server_config& x) {
  return x.threads > 0 ? x.threads : std::max(1u, std::thread::hardware_concurrency());
}

std::uint64_t fresh_seed() {
  std::random_device draw;
  return std::uint64_t{draw()} << 32 | draw();
}

policy sound_policy(const configuration& x, http_client& client, std::string version) {
  auto out = assemble_policy(x, client, std::move(version));
  if (!out)
    throw std::runtime_error(out.error().message);
  return std::move(*out);
}

service callers_service(front& door, engine& serve) {
  return {.look_at = [&door](incoming x) { return door.look_at(std::move(x)); },
          .submit =
              [&serve](request x, answer_handler done) {
                const turns_at_once at_end;
                return serve.submit(std::move(x), std::move(done));
              },
          .conclude =
              [&door](const asked& what, const answer& x, std::chrono::microseconds spent) {
                return door.conclude(what, x, spent);
              },
          .settle = [&door](const asked& what, const answer& x) { door.settle(what, x); }};
}

/// The admin listener tells that the process is up, and nothing else yet.
service admin_service() {
  return {.look_at = [](incoming x) -> std::variant<reply, asked> {
            if (x.target == "/healthz")
              return reply{.status = 200, .headers = {}, .body = R"({"status":"up"})"};
            return error_reply(
                surface::native,
                {errc::not_offered, "The admin listener answers GET /healthz only.", {}}, {});
          },
          .submit = {},
          .conclude = {},
          .settle = {}};
}

} // namespace

gateway::gateway() = default;

// By way of the other constructor, so that the destructor puts everything down in its order where
// an address is taken.
gateway::gateway(const configuration& x, record_sinks sinks) : gateway{} {
  runtime_ = std::make_unique<runtime>(threads_of(x.server));
  const auto& contexts = runtime_->contexts();
  client_ = std::make_unique<http_client>(contexts, client_options{.proxies = x.proxies});
  engine_ = std::make_unique<hedgerow::engine>(
      runtime_->system(), sound_policy(x, *client_, std::to_string(version_)),
      engine_options{fresh_seed(), contexts.size(), std::move(sinks)});
  front_ = std::make_unique<front>(*engine_, x.server);
  callers_ = std::make_unique<listener>(contexts, x.server.listen, x.server.limits, x.server.tls,
                                        callers_service(*front_, *engine_));
  admin_ = std::make_unique<listener>(std::vector{contexts.front()}, x.server.admin,
                                      x.server.limits, std::nullopt, admin_service());
}

gateway::~gateway() {
  if (callers_)
    callers_->stop();
  if (admin_)
    admin_->stop();
  // The engine tells its actors to end, the client ends their calls, the runtime waits for both;
  // connections refer to front and engine, so these go when no thread is left to use them.
  if (engine_)
    engine_->stop();
  if (client_)
    client_->close();
  if (runtime_)
    runtime_->stop();
}

std::optional<std::string> gateway::reload(const configuration& x) {
  auto next = assemble_policy(x, *client_, std::to_string(version_ + 1));
  if (!next)
    return next.error().message;
  if (auto wrong = callers_->reload(x.server.tls))
    return wrong;
  engine_->replace(std::move(*next));
  front_->reconfigure(x.server);
  ++version_;
  return std::nullopt;
}

void gateway::drain(milliseconds limit) {
  front_->drain();
  callers_->drain();
  auto until = std::chrono::steady_clock::now() + limit;
  while ((front_->in_flight() > 0 || callers_->connections() > 0)
         && std::chrono::steady_clock::now() < until)
    std::this_thread::sleep_for(milliseconds{10});
}

} // namespace hedgerow
