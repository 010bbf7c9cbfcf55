#include "app/gateway/callers.hpp"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>
#include <charconv>

namespace hedgerow {

namespace {

std::array<unsigned char, 32> read_digest(std::string_view hex) {
  std::array<unsigned char, 32> out{};
  for (std::size_t i = 0; i < out.size() && 2 * i + 2 <= hex.size(); ++i)
    std::from_chars(hex.data() + 2 * i, hex.data() + 2 * i + 2, out[i], 16);
  return out;
}

std::shared_ptr<known_caller> enrol(const caller_config& x) {
  auto out = std::make_shared<known_caller>();
  out->config = x;
  out->digest = read_digest(x.key_sha256);
  if (x.budget.requests_per_minute)
    out->rate.emplace(*x.budget.requests_per_minute);
  return out;
}

bool same(const caller_config& x, const caller_config& y) {
  return x.name == y.name && x.key_sha256 == y.key_sha256 && x.segment == y.segment
         && x.tasks == y.tasks && x.exhausted_status == y.exhausted_status
         && x.budget.cost_per_day == y.budget.cost_per_day
         && x.budget.requests_per_minute == y.budget.requests_per_minute;
}

} // namespace

bool known_caller::may_use(std::string_view task) const {
  return config.tasks.empty() || std::ranges::find(config.tasks, task) != config.tasks.end();
}

callers::callers(const std::vector<caller_config>& all, const callers* before) {
  for (const auto& x : all) {
    std::shared_ptr<known_caller> kept;
    if (before)
      for (const auto& y : before->all_)
        if (same(x, y->config))
          kept = y;
    all_.push_back(kept ? kept : enrol(x));
  }
}

std::shared_ptr<known_caller> callers::find(std::string_view key) const {
  std::array<unsigned char, 32> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(key.data()), key.size(), digest.data());
  std::shared_ptr<known_caller> found;
  for (const auto& x : all_)
    if (CRYPTO_memcmp(x->digest.data(), digest.data(), digest.size()) == 0)
      found = x;
  return found;
}

} // namespace hedgerow
