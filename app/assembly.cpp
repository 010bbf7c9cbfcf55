#include "app/assembly.hpp"

#include "routes/transport/http_transport.hpp"

namespace hedgerow {

result<policy> assemble_policy(const configuration& x, http_client& client, std::string version) {
  policy out;
  out.version = std::move(version);
  for (const auto& [name, route] : x.routes) {
    auto call = http_transport(client, route);
    if (!call)
      return call.error();
    out.routes.emplace(name, route_setup{route, std::move(*call)});
  }
  out.tasks = x.tasks;
  if (auto sound = holds_together(out); !sound)
    return sound.error();
  return out;
}

} // namespace hedgerow
