#include "routes/transport/http_transport.hpp"
#include "tests/routes/transport/peer.hpp"
#include "tests/support/certificates.hpp"

#include <catch2/catch.hpp>

using namespace hedgerow;
using namespace hedgerow::test;
using namespace std::chrono_literals;

namespace {

/// Answers over TLS with the numbers of the connection and of the request on it.
peer::script secure_answers(std::shared_ptr<ssl_ctx_st> with, inbox<std::string>* seen = nullptr) {
  return [with, seen](peer_socket& socket) {
    if (!socket.secure(with.get()))
      return;
    for (int i = 0;; ++i) {
      auto request = socket.read_request();
      if (request.empty())
        return;
      if (seen)
        seen->put(std::move(request));
      socket.send(reply_with(std::to_string(socket.number) + "/" + std::to_string(i)));
    }
  };
}

/// A proxy that agrees to every tunnel and leads them all to `target`.
peer::script tunnels_to(const peer& target, inbox<std::string>* seen = nullptr,
                        std::string agreed = "HTTP/1.1 200 Connection established\r\n\r\n") {
  return [&target, seen, agreed](peer_socket& socket) {
    auto request = socket.read_request();
    if (seen)
      seen->put(std::move(request));
    socket.send(agreed);
    socket.join(target.port());
  };
}

/// A proxy that answers with `bytes` whatever is asked, until the client leaves.
peer::script refuses(std::string bytes) {
  return [bytes](peer_socket& socket) {
    if (socket.read_request().empty())
      return;
    socket.send(bytes);
    if (!bytes.empty())
      socket.read_end();
  };
}

/// A proxy that never answers.
peer::script mute(inbox<std::string>& seen) {
  return [&seen](peer_socket& socket) {
    seen.put(socket.read_request());
    seen.put(socket.read_end());
  };
}

/// Every call goes by way of `url`.
http_proxies all_through(const std::string& url) {
  return read_proxies([url](std::string_view name) -> std::optional<std::string> {
           return name.starts_with("http") ? std::optional{url} : std::nullopt;
         })
      .value();
}

http_proxies all_through(const peer& proxy, const std::string& user = "") {
  return all_through("http://" + user + "127.0.0.1:" + std::to_string(proxy.port()));
}

std::shared_ptr<const endpoint> provider_at(std::string url, const http_proxies& proxies,
                                            std::string ca_file = "") {
  provider_config provider;
  provider.base_url = std::move(url);
  provider.ca_file = std::move(ca_file);
  return std::make_shared<const endpoint>(endpoint_of(provider, proxies).value());
}

void check_refused(const http_outcome& ended, std::string_view reason) {
  CHECK(failure_of(ended).kind == failure_class::transport);
  CHECK(failure_of(ended).scope == failure_scope::route);
  CHECK(failure_of(ended).reason == reason);
}

} // namespace

TEST_CASE("a provider under TLS is called through a tunnel, and again", "[tunnel]") {
  inbox<std::string> asked;
  inbox<std::string> tunnel;
  const authority signer;
  peer server{secure_answers(signer.server("DNS:provider.example"), &asked)};
  peer proxy{tunnels_to(server, &tunnel)};
  client_world world;
  const auto to =
      provider_at("https://provider.example", all_through(proxy, "u:p@"), signer.ca_file());
  for (int i = 0; i < 3; ++i) {
    const auto ended = world.ask(call_to(to, std::string(300'000, 'p')));
    CHECK(reply_of(ended).body == "0/" + std::to_string(i));
    CHECK_THAT(asked.next(), Catch::StartsWith("POST /v1/x HTTP/1.1\r\nHost: provider.example\r\n")
                                 && !Catch::Contains("roxy"));
  }
  CHECK(tunnel.next()
        == "CONNECT provider.example:443 HTTP/1.1\r\nHost: provider.example:443\r\n"
           "Proxy-Authorization: Basic dTpw\r\n\r\n");
  CHECK(proxy.connections() == 1);
}

TEST_CASE("behind a tunnel, the provider's own name is verified", "[tunnel]") {
  const authority signer;
  peer server{secure_answers(signer.server("IP:127.0.0.1,DNS:localhost"))};
  peer proxy{tunnels_to(server)};
  client_world world;
  check_refused(world.ask(call_to(
                    provider_at("https://provider.example", all_through(proxy), signer.ca_file()))),
                "TLS: hostname mismatch");
}

TEST_CASE("a proxy agrees to a tunnel in several ways", "[tunnel]") {
  const auto agreed = GENERATE("HTTP/1.0 200 OK\r\n\r\n", "HTTP/1.1 204 No Content\r\n\r\n",
                               "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n",
                               "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  const authority signer;
  peer server{secure_answers(signer.server("DNS:provider.example"))};
  peer proxy{tunnels_to(server, nullptr, agreed)};
  client_world world;
  const auto to = provider_at("https://provider.example", all_through(proxy), signer.ca_file());
  CHECK(reply_of(world.ask(call_to(to))).body == "0/0");
}

TEST_CASE("a proxy that opens no tunnel is the route's transport failure", "[tunnel]") {
  const std::pair<std::string, std::string_view> rows[] = {
      {"HTTP/1.1 407 x\r\nContent-Length: 0\r\n\r\n", "the proxy wants credentials (status 407)"},
      {"HTTP/1.1 403 no, dTpw\r\n\r\n", "the proxy refused to connect, with status 403"},
      {"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 3\r\n\r\nbad",
       "the proxy refused to connect, with status 502"},
      {"220 mail.example.org ESMTP\r\n", "the proxy's answer is not HTTP: bad version"},
      {"HTTP/1.1 200 OK\r\n\r\nsurprise", "the proxy sent something before the provider could"},
      {"HTTP/1.1 200 OK\r\nx: " + std::string(100'000, 'y'), "the proxy's answer is too long"},
      {"", "the proxy closed the connection before it had answered"},
  };
  client_world world;
  for (const auto& [bytes, reason] : rows) {
    peer proxy{refuses(bytes)};
    check_refused(world.ask(call_to(provider_at("https://provider.example", all_through(proxy)))),
                  reason);
  }
}

TEST_CASE("a proxy that does not like our credentials is told from one that wants some",
          "[tunnel]") {
  const auto scheme = GENERATE("https", "http");
  peer proxy{refuses("HTTP/1.1 407 x\r\nContent-Length: 0\r\n\r\n")};
  client_world world;
  const auto url = std::string{scheme} + "://provider.example";
  check_refused(world.ask(call_to(provider_at(url, all_through(proxy)))),
                "the proxy wants credentials (status 407)");
  check_refused(world.ask(call_to(provider_at(url, all_through(proxy, "u:p@")))),
                "the proxy wants credentials other than ours (status 407)");
}

TEST_CASE("a proxy that cannot be reached is named as what is missing", "[tunnel]") {
  const auto scheme = GENERATE("https", "http");
  const auto url = std::string{scheme} + "://provider.example";
  client_world world;
  const auto closed = all_through("127.0.0.1:" + std::to_string(closed_port()->port));
  check_refused(world.ask(call_to(provider_at(url, closed))),
                "cannot connect to the proxy: Connection refused");
  const auto unknown = world.ask(call_to(provider_at(url, all_through(std::string(64, 'x')))));
  CHECK_THAT(failure_of(unknown).reason, Catch::StartsWith("cannot look up the proxy: "));
}

TEST_CASE("without TLS, a proxy is given the request", "[tunnel]") {
  inbox<std::string> seen;
  peer proxy{[&seen](peer_socket& socket) {
    for (int i = 0; i < 2; ++i) {
      seen.put(socket.read_request());
      socket.send(reply_with(std::to_string(i)));
    }
  }};
  client_world world;
  const auto to = provider_at("http://provider.example:8080", all_through(proxy, "u:p@"));
  for (int i = 0; i < 2; ++i) {
    CHECK(reply_of(world.ask(call_to(to))).body == std::to_string(i));
    CHECK(seen.next()
          == "POST http://provider.example:8080/v1/x HTTP/1.1\r\nHost: provider.example:8080\r\n"
             "Proxy-Authorization: Basic dTpw\r\nConnection: keep-alive\r\nContent-Length: 2\r\n"
             "content-type: application/json\r\n\r\n{}");
  }
  CHECK(proxy.connections() == 1);
}

TEST_CASE("the wait for a tunnel counts as connecting", "[tunnel]") {
  inbox<std::string> seen;
  peer proxy{mute(seen)};
  client_world world;
  auto call = call_to(provider_at("https://provider.example", all_through(proxy)));
  call.within = {.connect = 50ms, .first_byte = 1h, .total = 1h};
  const auto ended = world.ask(std::move(call));
  CHECK(failure_of(ended).kind == failure_class::latency);
  CHECK(failure_of(ended).reason == "no connection within 50 ms");
  CHECK_THAT(seen.next(), Catch::StartsWith("CONNECT"));
  CHECK(seen.next() == "closed");
}

TEST_CASE("a call can be stopped while it waits for a tunnel", "[tunnel]") {
  inbox<std::string> seen;
  peer proxy{mute(seen)};
  client_world world;
  std::future<http_outcome> ended;
  const auto stop =
      world.start(call_to(provider_at("https://provider.example", all_through(proxy))), ended);
  CHECK_THAT(seen.next(), Catch::StartsWith("CONNECT"));
  stop();
  CHECK(is_cancelled(get(std::move(ended))));
  CHECK(seen.next() == "closed");
}

TEST_CASE("an answer that comes byte by byte opens the tunnel all the same", "[tunnel]") {
  const authority signer;
  peer server{secure_answers(signer.server("DNS:provider.example"))};
  peer proxy{[&server](peer_socket& socket) {
    socket.read_request();
    for (const char c : std::string_view{"HTTP/1.1 200 OK\r\nVia: 1.1 p\r\n\r\n"})
      socket.send({&c, 1});
    socket.join(server.port());
  }};
  client_world world;
  const auto to = provider_at("https://provider.example", all_through(proxy), signer.ca_file());
  CHECK(reply_of(world.ask(call_to(to))).body == "0/0");
}

TEST_CASE("a tunnel that dies under a call is replaced once", "[tunnel]") {
  const authority signer;
  const auto with = signer.server("DNS:provider.example");
  peer server{[with](peer_socket& socket) {
    if (!socket.secure(with.get()))
      return;
    socket.read_request();
    socket.send(reply_with(std::to_string(socket.number)));
    socket.read_request();
  }};
  peer proxy{tunnels_to(server)};
  client_world world;
  const auto to = provider_at("https://provider.example", all_through(proxy), signer.ca_file());
  CHECK(reply_of(world.ask(call_to(to))).body == "0");
  CHECK(reply_of(world.ask(call_to(to))).body == "1");
  CHECK(proxy.connections() == 2);
}

TEST_CASE("a route takes the proxy of its client", "[tunnel]") {
  inbox<std::string> seen;
  peer proxy{[&seen](peer_socket& socket) {
    seen.put(socket.read_request());
    socket.send("HTTP/1.1 403 Forbidden\r\n\r\n");
  }};
  client_world world{1, {.proxies = all_through(proxy)}};
  route_config route;
  route.model = "small";
  route.provider.base_url = "https://provider.example/v1";
  const auto by = http_transport(world.client(), route);
  REQUIRE(by.has_value());
  model_call call;
  auto ask = std::make_shared<prompt>();
  ask->messages.emplace_back().parts.emplace_back().text = "hello";
  call.ask = std::move(ask);
  inbox<call_ended> ended;
  (*by)(std::move(call), [&ended](call_ended x) { ended.put(std::move(x)); });
  CHECK_THAT(seen.next(), Catch::StartsWith("CONNECT provider.example:443 "));
  CHECK(std::get<failure>(ended.next().what).reason
        == "the proxy refused to connect, with status 403");
}
