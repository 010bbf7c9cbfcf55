#include "routes/transport/fetch.hpp"

#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

namespace hedgerow {

namespace {

/// Tells the handshake whom to expect, and the peer who is meant where it serves several names.
void expect_host(tls_stream& stream, const std::string& host) {
  auto* ssl = stream.native_handle();
  boost::system::error_code is_name;
  asio::ip::make_address(host, is_name);
  if (is_name) {
    SSL_set_tlsext_host_name(ssl, host.c_str());
    X509_VERIFY_PARAM_set1_host(SSL_get0_param(ssl), host.data(), host.size());
  } else {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str());
  }
}

std::string reason_of(tls_stream& stream, const boost::system::error_code& problem) {
  const auto verdict = SSL_get_verify_result(stream.native_handle());
  if (verdict != X509_V_OK)
    return std::string{"TLS: "} + X509_verify_cert_error_string(verdict);
  return "TLS: " + problem.message();
}

} // namespace

asio::awaitable<maybe_failure> secure(exchange& x, tls_stream& stream) {
  expect_host(stream, x.call.to->host);
  const auto [problem] = co_await stream.async_handshake(tls_stream::client, as_values);
  if (problem)
    co_return transport_failure(reason_of(stream, problem), failure_scope::route);
  co_return std::nullopt;
}

template asio::awaitable<end_of_call> fetch<tls_stream>(exchange& x);

} // namespace hedgerow
