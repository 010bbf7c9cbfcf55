#pragma once

#include <memory>
#include <string>
#include <string_view>

struct ssl_ctx_st;

/// Certificates for tests, made when they run: an authority of its own and what it signs.
namespace hedgerow::test {

/// A fresh certificate authority. Its file is removed with it.
class authority {
public:
  authority();
  ~authority();
  authority(const authority&) = delete;
  authority& operator=(const authority&) = delete;

  /// PEM file with its certificate.
  const std::string& ca_file() const { return ca_file_; }

  /// A server's TLS context with a certificate for `names`, written as in OpenSSL's
  /// `subjectAltName`, for example `IP:127.0.0.1,DNS:localhost`.
  std::shared_ptr<ssl_ctx_st> server(std::string_view names) const;

private:
  struct keys;

  std::unique_ptr<keys> keys_;
  std::string ca_file_;
};

} // namespace hedgerow::test
