#include "tests/app/gateway_world.hpp"
#include "tests/support/certificates.hpp"

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>

using namespace hedgerow;
using namespace hedgerow::test;

namespace {

/// What the gateway at `address` answers to a look at its health over TLS, its certificate checked
/// against `trusted`; or why there was no such talk.
std::string health_over_tls(std::string_view address, const authority& trusted) {
  const auto port = std::stoi(std::string{address.substr(address.rfind(':') + 1)});
  asio::io_context context;
  asio::ssl::context secure{asio::ssl::context::tls_client};
  secure.load_verify_file(trusted.ca_file());
  asio::ssl::stream<asio::ip::tcp::socket> line{context, secure};
  line.set_verify_mode(asio::ssl::verify_peer);
  line.set_verify_callback(asio::ssl::host_name_verification("localhost"));
  line.next_layer().connect(
      {asio::ip::make_address("127.0.0.1"), static_cast<unsigned short>(port)});
  boost::system::error_code failed;
  line.handshake(asio::ssl::stream_base::client, failed);
  if (failed)
    return "no handshake";
  const std::string_view ask = "GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n";
  asio::write(line, asio::buffer(ask), failed);
  std::string reply;
  asio::read_until(line, asio::dynamic_buffer(reply), "\r\n", failed);
  return failed ? failed.message() : reply.substr(0, reply.find('\r'));
}

tls_files named(const certificate_files& x) { return {.certificate = x.certificate, .key = x.key}; }

constexpr auto names = "DNS:localhost";

} // namespace

TEST_CASE("callers are served over TLS, and only over TLS", "[gateway][tls]") {
  authority trusted;
  authority stranger;
  const auto files = trusted.server_files(names);
  gateway_world world{named(*files)};
  CHECK(health_over_tls(world.door.address(), trusted) == "HTTP/1.1 200 OK");
  CHECK(health_over_tls(world.door.address(), stranger) == "no handshake");
  CHECK(world.connect().get("/healthz").status == 0);
  CHECK(health_over_tls(world.door.address(), trusted) == "HTTP/1.1 200 OK");
  CHECK(wire{world.door.admin_address()}.get("/healthz").status == 200);
}

TEST_CASE("a reload takes the certificate anew", "[gateway][tls]") {
  authority first;
  authority second;
  const auto old_files = first.server_files(names);
  const auto new_files = second.server_files(names);
  gateway_world world{named(*old_files)};
  auto next = world.with_tls(named(*new_files));
  CHECK_FALSE(world.door.reload(next).has_value());
  CHECK(health_over_tls(world.door.address(), second) == "HTTP/1.1 200 OK");
  CHECK(health_over_tls(world.door.address(), first) == "no handshake");
}

TEST_CASE("a certificate that cannot be used leaves the old one in place", "[gateway][tls]") {
  authority trusted;
  const auto files = trusted.server_files(names);
  const auto other = trusted.server_files(names);
  gateway_world world{named(*files)};
  struct attempt {
    std::optional<tls_files> tls;
    std::string_view reason;
  };
  const attempt attempts[] = {
      {tls_files{files->certificate, other->key}, "cannot use the certificate or key"},
      {tls_files{files->key, files->key}, "cannot use the certificate or key"},
      {std::nullopt, "TLS cannot be switched on or off"},
  };
  for (const auto& x : attempts) {
    auto next = world.with_tls(named(*files));
    next.server.tls = x.tls;
    const auto refused = world.door.reload(next);
    REQUIRE(refused.has_value());
    CHECK_THAT(*refused, Catch::StartsWith(std::string{x.reason}));
    CHECK(health_over_tls(world.door.address(), trusted) == "HTTP/1.1 200 OK");
  }
}
