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
#include <vector>

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

std::string write_certificates(const std::vector<certificate>& chain) {
  return write_pem([&chain](std::FILE* to) {
    for (const auto& each : chain)
      if (PEM_write_X509(to, each.get()) != 1)
        return 0;
    return 1;
  });
}

/// Who signs certificates.
struct signer {
  key own;
  certificate self;
};

void sign(const certificate& x, const signer& by) {
  X509_set_issuer_name(x.get(), X509_get_subject_name(by.self.get()));
  X509_sign(x.get(), by.own.get(), EVP_sha256());
}

/// An authority's certificate, not yet signed.
signer new_signer(const std::string& name) {
  const auto own = new_key();
  const auto self = new_certificate(own, name + " " + std::to_string(std::random_device{}()), 1);
  add_extension(self.get(), self.get(), NID_basic_constraints, "critical,CA:TRUE");
  add_extension(self.get(), self.get(), NID_key_usage, "critical,keyCertSign");
  return {own, self};
}

/// A server's certificate for the key `to`, not yet signed.
certificate new_leaf(const key& to, std::string_view names) {
  auto out = new_certificate(to, "Hedgerow test server", 2);
  add_extension(out.get(), out.get(), NID_subject_alt_name, std::string{names});
  return out;
}

std::unique_ptr<certificate_files> files_of(const key& own, const std::vector<certificate>& chain) {
  auto out = std::make_unique<certificate_files>();
  out->certificate = write_certificates(chain);
  out->key = write_pem([&own](std::FILE* to) {
    return PEM_write_PrivateKey(to, own.get(), nullptr, nullptr, 0, nullptr, nullptr);
  });
  return out;
}

} // namespace

struct authority::keys {
  signer root = new_signer("Hedgerow test authority");
};

authority::authority() : keys_{std::make_unique<keys>()} {
  sign(keys_->root.self, keys_->root);
  ca_file_ = write_certificates({keys_->root.self});
}

authority::~authority() { std::filesystem::remove(ca_file_); }

certificate_files::~certificate_files() {
  std::filesystem::remove(certificate);
  std::filesystem::remove(key);
}

std::unique_ptr<certificate_files> authority::server_files(std::string_view names) const {
  const auto own = new_key();
  const auto leaf = new_leaf(own, names);
  sign(leaf, keys_->root);
  return files_of(own, {leaf});
}

std::unique_ptr<certificate_files> authority::chained_files(std::string_view names) const {
  const auto between = new_signer("Hedgerow test intermediate");
  sign(between.self, keys_->root);
  const auto own = new_key();
  const auto leaf = new_leaf(own, names);
  sign(leaf, between);
  return files_of(own, {leaf, between.self});
}

std::unique_ptr<certificate_files> authority::expired_files(std::string_view names) const {
  const auto own = new_key();
  const auto leaf = new_leaf(own, names);
  X509_gmtime_adj(X509_getm_notAfter(leaf.get()), -60);
  sign(leaf, keys_->root);
  return files_of(own, {leaf});
}

std::shared_ptr<SSL_CTX> authority::server(std::string_view names) const {
  const auto own = new_key();
  const auto leaf = new_leaf(own, names);
  sign(leaf, keys_->root);
  std::shared_ptr<SSL_CTX> out{SSL_CTX_new(TLS_server_method()), SSL_CTX_free};
  if (SSL_CTX_use_certificate(out.get(), leaf.get()) != 1
      || SSL_CTX_use_PrivateKey(out.get(), own.get()) != 1)
    throw std::runtime_error{"cannot use the server's certificate"};
  return out;
}

std::unique_ptr<certificate_files> self_signed_files(std::string_view names) {
  const auto own = new_key();
  const auto leaf = new_leaf(own, names);
  sign(leaf, {own, leaf});
  return files_of(own, {leaf});
}

} // namespace hedgerow::test
