#include "tests/routes/transport/nginx.hpp"
#include "tests/routes/transport/peer.hpp"
#include "tests/support/certificates.hpp"

#include <catch2/catch.hpp>

using namespace hedgerow;
using namespace hedgerow::test;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view this_machine = "IP:127.0.0.1,DNS:localhost";

/// Answers with the number of the request on its connection.
constexpr std::string_view counts = R"(location / { return 200 "$connection_requests"; })";

std::shared_ptr<const endpoint> trusting(const nginx& server, const std::string& host,
                                         const std::string& ca_file) {
  provider_config provider;
  provider.base_url = "https://" + host + ":" + std::to_string(server.port());
  provider.ca_file = ca_file;
  return std::make_shared<const endpoint>(endpoint_of(provider).value());
}

void check_refused(const http_outcome& ended, std::string_view reason) {
  CHECK(failure_of(ended).kind == failure_class::transport);
  CHECK(failure_of(ended).scope == failure_scope::route);
  CHECK(failure_of(ended).reason == reason);
}

/// Streams two events behind nginx, the second once `go` has come; then waits for its end.
peer::script two_events(inbox<std::string>& go, inbox<std::string>& seen) {
  return [&go, &seen](peer_socket& socket) {
    if (socket.read_request().empty())
      return;
    socket.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                "Transfer-Encoding: chunked\r\n\r\nb\r\ndata: one\n\n\r\n");
    if (go.next() == "go")
      socket.send("b\r\ndata: two\n\n\r\n0\r\n\r\n");
    seen.put(socket.read_end());
  };
}

std::string passes_on_to(const peer& behind) {
  return "location / { proxy_pass http://127.0.0.1:" + std::to_string(behind.port())
         + "; proxy_http_version 1.1; proxy_buffering off; }";
}

/// A call whose event stream arrives in `heard_of`.
http_call streaming(std::shared_ptr<const endpoint> to, inbox<std::string>& heard_of) {
  auto out = call_to(std::move(to));
  out.listen = [&heard_of](std::string_view bytes) {
    heard_of.put(std::string{bytes});
    return heard::progress;
  };
  return out;
}

/// Returns when `to` has no connection but the one that asks.
void wait_until_alone(const std::shared_ptr<const endpoint>& to) {
  client_world onlooker;
  auto call = call_to(to);
  call.request.target = "/active";
  const auto began = std::chrono::steady_clock::now();
  while (reply_of(onlooker.ask(call)).body != "1")
    if (std::chrono::steady_clock::now() - began > patience)
      FAIL("nginx keeps the connection");
}

} // namespace

TEST_CASE("nginx with a chain of certificates is called, and again", "[nginx]") {
  if (lacks_nginx())
    return;
  const auto host = GENERATE("127.0.0.1", "localhost");
  const authority signer;
  const auto files = signer.chained_files(this_machine);
  const nginx server{*files, counts};
  client_world world;
  const auto to = trusting(server, host, signer.ca_file());
  for (int i = 1; i <= 3; ++i) {
    const auto ended = world.ask(call_to(to, std::string(300'000, 'p')));
    CHECK(reply_of(ended).body == std::to_string(i));
    CHECK((ended.times.connect.count() > 0) == (i == 1));
  }
}

TEST_CASE("a certificate of nginx that does not hold is refused", "[nginx]") {
  if (lacks_nginx())
    return;
  const authority trusted;
  const authority stranger;
  struct row {
    std::unique_ptr<certificate_files> files;
    std::string_view reason;
  };
  row rows[] = {
      {trusted.server_files("DNS:other.example"), "TLS: hostname mismatch"},
      {trusted.expired_files(this_machine), "TLS: certificate has expired"},
      {self_signed_files(this_machine), "TLS: self-signed certificate"},
      {stranger.server_files(this_machine), "TLS: unable to get local issuer certificate"},
      {stranger.chained_files(this_machine), "TLS: unable to get local issuer certificate"},
  };
  client_world world;
  for (const auto& each : rows) {
    INFO(each.reason);
    const nginx server{*each.files, counts};
    check_refused(world.ask(call_to(trusting(server, "localhost", trusted.ca_file()))),
                  each.reason);
  }
}

TEST_CASE("servers of one version of TLS are spoken to in it", "[nginx]") {
  if (lacks_nginx())
    return;
  const std::string version = GENERATE("TLSv1.2", "TLSv1.3");
  const authority signer;
  const auto files = signer.server_files(this_machine);
  const nginx server{*files, "ssl_protocols " + version + ";"
                                 + R"(location / { return 200 "$ssl_protocol"; })"};
  client_world world;
  const auto to = trusting(server, "localhost", signer.ca_file());
  CHECK(reply_of(world.ask(call_to(to))).body == version);
}

TEST_CASE("a connection that nginx closes while it is idle is replaced unnoticed", "[nginx]") {
  if (lacks_nginx())
    return;
  const std::string version = GENERATE("TLSv1.2", "TLSv1.3");
  const authority signer;
  const auto files = signer.server_files(this_machine);
  const nginx server{*files, "keepalive_timeout 50ms; ssl_protocols " + version + ";"
                                 + R"(location /active { return 200 "$connections_active"; })"
                                 + std::string{counts}};
  client_world world;
  const auto to = trusting(server, "localhost", signer.ca_file());
  for (int i = 0; i < 3; ++i) {
    const auto ended = world.ask(call_to(to));
    CHECK(reply_of(ended).body == "1");
    CHECK(ended.times.connect.count() > 0);
    wait_until_alone(to);
  }
}

TEST_CASE("a connection of which nginx takes leave is not used again", "[nginx]") {
  if (lacks_nginx())
    return;
  const authority signer;
  const auto files = signer.server_files(this_machine);
  const nginx server{*files, "keepalive_requests 2;" + std::string{counts}};
  client_world world;
  const auto to = trusting(server, "localhost", signer.ca_file());
  for (auto number : {"1", "2", "1", "2"})
    CHECK(reply_of(world.ask(call_to(to))).body == number);
}

TEST_CASE("events come through nginx one by one", "[nginx]") {
  if (lacks_nginx())
    return;
  inbox<std::string> go;
  inbox<std::string> seen;
  inbox<std::string> heard_of;
  peer behind{two_events(go, seen)};
  const authority signer;
  const auto files = signer.server_files(this_machine);
  const nginx server{*files, passes_on_to(behind)};
  client_world world;
  std::future<http_outcome> ended;
  world.start(streaming(trusting(server, "localhost", signer.ca_file()), heard_of), ended);
  CHECK(heard_of.next() == "data: one\n\n");
  go.put("go");
  CHECK(heard_of.next() == "data: two\n\n");
  CHECK(reply_of(get(std::move(ended))).status == 200);
}

TEST_CASE("stopping a stream is known behind nginx", "[nginx]") {
  if (lacks_nginx())
    return;
  inbox<std::string> go;
  inbox<std::string> seen;
  inbox<std::string> heard_of;
  peer behind{two_events(go, seen)};
  const authority signer;
  const auto files = signer.server_files(this_machine);
  const nginx server{*files, passes_on_to(behind)};
  client_world world;
  std::future<http_outcome> ended;
  const auto stop =
      world.start(streaming(trusting(server, "localhost", signer.ca_file()), heard_of), ended);
  CHECK(heard_of.next() == "data: one\n\n");
  stop();
  CHECK(is_cancelled(get(std::move(ended))));
  go.put("stay");
  CHECK(seen.next() == "closed");
}
