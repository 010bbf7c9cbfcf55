#pragma once

#include <memory>
#include <string>
#include <string_view>

struct ssl_ctx_st;

/// Certificates for tests, made when they run: an authority of its own and what it signs.
namespace hedgerow::test {

/// A server's certificate and key as PEM files, removed with it.
struct certificate_files {
  std::string certificate;
  std::string key;

  certificate_files() = default;
  ~certificate_files();
  certificate_files(const certificate_files&) = delete;
  certificate_files& operator=(const certificate_files&) = delete;
};

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

  /// The same as files, with a key of their own each time.
  std::unique_ptr<certificate_files> server_files(std::string_view names) const;

  /// The same, signed by another authority that this one has signed; its certificate stands behind
  /// the server's.
  std::unique_ptr<certificate_files> chained_files(std::string_view names) const;

  /// The same as `server_files`, but no longer valid.
  std::unique_ptr<certificate_files> expired_files(std::string_view names) const;

private:
  struct keys;

  std::unique_ptr<keys> keys_;
  std::string ca_file_;
};

/// A server's certificate that nobody but itself vouches for.
std::unique_ptr<certificate_files> self_signed_files(std::string_view names);

} // namespace hedgerow::test
