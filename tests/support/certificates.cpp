#include "tests/support/certificates.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <random>
#include <stdexcept>

namespace hedgerow::test {

namespace {

using key = std::shared_ptr<EVP_PKEY>;
using certificate = std::shared_ptr<X509>;

void add_extension(X509* to, X509* issuer, int which, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, to, nullptr, nullptr, 0);
  auto* extension = X509V3_EXT_conf_nid(nullptr, &context, which, value.c_str());
  if (!extension)
    throw std::runtime_error{"bad certificate extension: " + value};
  X509_add_ext(to, extension, -1);
  X509_EXTENSION_free(extension);
}

key new_key() { return {EVP_EC_gen("P-256"), EVP_PKEY_free}; }

/// A certificate without extensions and signature, valid around now.
certificate new_certificate(const key& of, const std::string& name, long serial) {
  certificate out{X509_new(), X509_free};
  X509_set_version(out.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(out.get()), serial);
  X509_gmtime_adj(X509_getm_notBefore(out.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(out.get()), 3600);
  X509_set_pubkey(out.get(), of.get());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(out.get()), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  return out;
}

/// Writes a new file; `write` returns 1 where it went well, as OpenSSL does.
template <class Write>
std::string write_pem(Write write) {
  auto path = (std::filesystem::temp_directory_path() / "hedgerow-pem-XXXXXX").string();
  const int fd = ::mkstemp(path.data());
  auto* file = fd < 0 ? nullptr : ::fdopen(fd, "w");
  if (!file || write(file) != 1)
    throw std::runtime_error{"cannot write " + path};
  std::fclose(file);
  return path;
}

std::string write_certificate(X509* x) {
  return write_pem([x](std::FILE* to) { return PEM_write_X509(to, x); });
}

} // namespace

struct authority::keys {
  key own = new_key();
  certificate root =
      new_certificate(own, "Hedgerow test authority " + std::to_string(std::random_device{}()), 1);

  certificate issue(const key& to, std::string_view names) const;
};

authority::authority() : keys_{std::make_unique<keys>()} {
  auto* root = keys_->root.get();
  X509_set_issuer_name(root, X509_get_subject_name(root));
  add_extension(root, root, NID_basic_constraints, "critical,CA:TRUE");
  add_extension(root, root, NID_key_usage, "critical,keyCertSign");
  X509_sign(root, keys_->own.get(), EVP_sha256());
  ca_file_ = write_certificate(root);
}

authority::~authority() { std::filesystem::remove(ca_file_); }

/// A server's certificate for the key `to`, signed.
certificate authority::keys::issue(const key& to, std::string_view names) const {
  auto leaf = new_certificate(to, "Hedgerow test server", 2);
  X509_set_issuer_name(leaf.get(), X509_get_subject_name(root.get()));
  add_extension(leaf.get(), root.get(), NID_subject_alt_name, std::string{names});
  X509_sign(leaf.get(), own.get(), EVP_sha256());
  return leaf;
}

certificate_files::~certificate_files() {
  std::filesystem::remove(certificate);
  std::filesystem::remove(key);
}

std::unique_ptr<certificate_files> authority::server_files(std::string_view names) const {
  const auto own = new_key();
  const auto leaf = keys_->issue(own, names);
  auto out = std::make_unique<certificate_files>();
  out->certificate = write_certificate(leaf.get());
  out->key = write_pem([&](std::FILE* to) {
    return PEM_write_PrivateKey(to, own.get(), nullptr, nullptr, 0, nullptr, nullptr);
  });
  return out;
}

std::shared_ptr<SSL_CTX> authority::server(std::string_view names) const {
  const auto own = new_key();
  const auto leaf = keys_->issue(own, names);
  std::shared_ptr<SSL_CTX> out{SSL_CTX_new(TLS_server_method()), SSL_CTX_free};
  if (SSL_CTX_use_certificate(out.get(), leaf.get()) != 1
      || SSL_CTX_use_PrivateKey(out.get(), own.get()) != 1)
    throw std::runtime_error{"cannot use the server's certificate"};
  return out;
}

} // namespace hedgerow::test
