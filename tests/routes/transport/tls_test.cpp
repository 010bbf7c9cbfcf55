#include "tests/routes/transport/peer.hpp"
#include "tests/support/certificates.hpp"

#include <catch2/catch.hpp>

#include <openssl/ssl.h>

using namespace hedgerow;
using namespace hedgerow::test;
using namespace std::chrono_literals;

namespace {

/// Answers over TLS with the numbers of the connection and of the request on it.
peer::script secure_answers(std::shared_ptr<SSL_CTX> with) {
  return [with](peer_socket& socket) {
    if (!socket.secure(with.get()))
      return;
    for (int i = 0; !socket.read_request().empty(); ++i)
      socket.send(reply_with(std::to_string(socket.number) + "/" + std::to_string(i)));
  };
}

std::shared_ptr<endpoint> trusting(const peer& server, const std::string& host,
                                   const std::string& ca_file) {
  provider_config provider;
  provider.base_url = "https://" + host + ":" + std::to_string(server.port());
  provider.ca_file = ca_file;
  return std::make_shared<endpoint>(endpoint_of(provider).value());
}

void check_refused(const http_outcome& ended, std::string_view reason) {
  CHECK(failure_of(ended).kind == failure_class::transport);
  CHECK(failure_of(ended).scope == failure_scope::route);
  CHECK(failure_of(ended).reason == reason);
}

} // namespace

TEST_CASE("a provider with a good certificate is called over TLS, and again", "[tls]") {
  const auto host = GENERATE("127.0.0.1", "localhost");
  const authority signer;
  peer server{secure_answers(signer.server("IP:127.0.0.1,DNS:localhost"))};
  client_world world;
  for (int i = 0; i < 4; ++i) {
    const auto big = std::string(300'000, 'p');
    const auto ended = world.ask(call_to(trusting(server, host, signer.ca_file()), big));
    CHECK(reply_of(ended).body == "0/" + std::to_string(i));
  }
}

TEST_CASE("a certificate for another host is refused", "[tls]") {
  const authority signer;
  client_world world;
  peer other{secure_answers(signer.server("DNS:other.example"))};
  check_refused(world.ask(call_to(trusting(other, "localhost", signer.ca_file()))),
                "TLS: hostname mismatch");
  check_refused(world.ask(call_to(trusting(other, "127.0.0.1", signer.ca_file()))),
                "TLS: IP address mismatch");
}

TEST_CASE("a certificate of an unknown authority is refused", "[tls]") {
  const authority signer;
  const authority trusted;
  client_world world;
  peer server{secure_answers(signer.server("DNS:localhost"))};
  for (const auto& ca_file : {std::string{}, trusted.ca_file()})
    check_refused(world.ask(call_to(trusting(server, "localhost", ca_file))),
                  "TLS: unable to get local issuer certificate");
}

TEST_CASE("versions before TLS 1.2 are refused", "[tls]") {
  const authority signer;
  const auto old = signer.server("DNS:localhost");
  SSL_CTX_set_security_level(old.get(), 0);
  SSL_CTX_set_max_proto_version(old.get(), TLS1_1_VERSION);
  client_world world;
  peer server{secure_answers(old)};
  const auto ended = world.ask(call_to(trusting(server, "localhost", signer.ca_file())));
  CHECK(failure_of(ended).scope == failure_scope::route);
  CHECK_THAT(failure_of(ended).reason, Catch::StartsWith("TLS: "));
}

TEST_CASE("a peer that speaks no TLS is a TLS failure", "[tls]") {
  peer server{[](peer_socket& socket) {
    socket.send("HTTP/1.1 400 Bad Request\r\n\r\n");
    socket.read_end();
  }};
  client_world world;
  const auto ended = world.ask(call_to(server.at("https")));
  CHECK(failure_of(ended).scope == failure_scope::route);
  CHECK_THAT(failure_of(ended).reason, Catch::StartsWith("TLS: "));
}

TEST_CASE("a CA file that cannot be read is our own mistake", "[tls]") {
  peer server{[](peer_socket& socket) { socket.read_request(); }};
  client_world world;
  const auto ended = world.ask(call_to(trusting(server, "localhost", "/nonexistent/ca.pem")));
  CHECK(failure_of(ended).kind == failure_class::auth);
  CHECK(failure_of(ended).reason == "cannot read the CA file '/nonexistent/ca.pem'");
  CHECK(server.connections() == 0);
}

TEST_CASE("a body cut off under TLS is no answer", "[tls]") {
  const authority signer;
  const auto with = signer.server("DNS:localhost");
  const auto head = GENERATE("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\ncut",
                             "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nup to the");
  peer server{[with, head](peer_socket& socket) {
    if (!socket.secure(with.get()))
      return;
    socket.read_request();
    socket.send(head);
  }};
  client_world world;
  const auto ended = world.ask(call_to(trusting(server, "localhost", signer.ca_file())));
  CHECK(failure_of(ended).reason == "the reply was cut off");
  CHECK(failure_of(ended).scope == failure_scope::traffic_class);
}

TEST_CASE("a connection under TLS that dies under a call is replaced once", "[tls]") {
  const authority signer;
  const auto with = signer.server("DNS:localhost");
  peer server{[with](peer_socket& socket) {
    if (!socket.secure(with.get()))
      return;
    socket.read_request();
    socket.send(reply_with(std::to_string(socket.number)));
    socket.read_request();
  }};
  client_world world;
  const auto to = trusting(server, "localhost", signer.ca_file());
  CHECK(reply_of(world.ask(call_to(to))).body == "0");
  CHECK(reply_of(world.ask(call_to(to))).body == "1");
}

TEST_CASE("the handshake counts as connecting", "[tls]") {
  inbox<std::string> seen;
  peer server{[&seen](peer_socket& socket) {
    std::string end;
    while ((end = socket.read_end()) == "bytes") {
    }
    seen.put(end);
  }};
  client_world world;
  auto call = call_to(server.at("https"));
  call.within = {.connect = 50ms, .first_byte = 1h, .total = 1h};
  const auto ended = world.ask(std::move(call));
  CHECK(failure_of(ended).kind == failure_class::latency);
  CHECK(failure_of(ended).reason == "no connection within 50 ms");
  CHECK(seen.next() == "closed");
}

TEST_CASE("a call over TLS can be stopped while it waits", "[tls]") {
  const authority signer;
  const auto with = signer.server("DNS:localhost");
  inbox<std::string> seen;
  peer server{[&seen, with](peer_socket& socket) {
    if (!socket.secure(with.get()))
      return;
    seen.put(socket.read_request().empty() ? "nothing" : "asked");
    seen.put(socket.read_end());
  }};
  client_world world;
  std::future<http_outcome> ended;
  const auto to = trusting(server, "localhost", signer.ca_file());
  const auto stop = world.start(call_to(to), ended);
  CHECK(seen.next() == "asked");
  stop();
  CHECK(is_cancelled(get(std::move(ended))));
  CHECK_THAT(seen.next(), Catch::Equals("closed") || Catch::Equals("reset"));
}
