#include "routes/azure.hpp"

#include "routes/base_url.hpp"
#include "routes/outgoing.hpp"

#include <utility>

namespace hedgerow::azure {

namespace {

bool is_date(std::string_view version) {
  return !version.empty() && version.front() >= '0' && version.front() <= '9';
}

/// `prefix` with `path` behind it, but for the segments in front that `prefix` ends with.
std::string joined(std::string_view prefix, std::string_view path) {
  std::string out{prefix};
  for (auto head = path; !head.empty(); head = head.substr(0, head.rfind('/')))
    if (prefix.ends_with(head)) {
      out += path.substr(head.size());
      return out;
    }
  return out.append(path);
}

std::string target_of(const route_config& route) {
  const auto& version = route.provider.api_version;
  const auto prefix = path_prefix(route.provider.base_url);
  auto out = is_date(version)
                 ? joined(prefix, "/openai/deployments") + "/" + path_segment(route.model)
                 : joined(prefix, "/openai/v1");
  out += "/chat/completions";
  if (!version.empty())
    out += "?api-version=" + path_segment(version);
  return out;
}

} // namespace

std::optional<failure> objection(const route_config&, const model_call& call) {
  return openai::strict_objection(call);
}

http_request encode(const route_config& route, const model_call& call) {
  const auto& version = route.provider.api_version;
  constexpr std::string_view first_to_know = "2024-09-01";
  http_headers own;
  if (!route.provider.api_key.empty())
    own.emplace_back("api-key", route.provider.api_key);
  auto x = request_to(route, call, target_of(route), std::move(own));
  x.body = openai::body_of(route, call,
                           is_date(version) && version < first_to_know ? "max_tokens"
                                                                       : "max_completion_tokens");
  return x;
}

} // namespace hedgerow::azure
