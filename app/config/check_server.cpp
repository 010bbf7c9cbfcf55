#include "app/config/link.hpp"
#include "app/config/names.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>

namespace hedgerow::config {

namespace {

bool is_loopback(const listen_address& x) {
  boost::system::error_code problem;
  const auto address = boost::asio::ip::make_address(x.host, problem);
  return !problem && address.is_loopback();
}

bool has_price(const node& root, const std::string& route) {
  const auto* routes = find(root, "routes");
  const auto* one = routes != nullptr ? find(*routes, route) : nullptr;
  return one != nullptr && find(*one, "price") != nullptr;
}

/// Routes of the tasks that `caller` may use whose calls would count as free.
std::vector<std::string> unpriced(const node& root, const configuration& x,
                                  const caller_config& caller) {
  std::vector<std::string> out;
  for (const auto& [name, of] : x.tasks) {
    if (!caller.tasks.empty() && std::ranges::find(caller.tasks, name) == caller.tasks.end())
      continue;
    for (const auto& rung : of.ladder) {
      const auto* model = std::get_if<model_rung>(&rung);
      if (model && !has_price(root, model->route)
          && std::ranges::find(out, model->route) == out.end())
        out.push_back(model->route);
    }
  }
  return out;
}

} // namespace

void check_server(reader& in, const node& root, const configuration& x) {
  const auto& server = x.server;
  if (server.admin_token.empty() && !is_loopback(server.admin)
      && in.sound({"server", "admin_token"}))
    in.error(root, {"server", "admin"},
             "is not on loopback, and there is no `admin_token`; set one, or listen on 127.0.0.1");
  if (server.callers.empty() && !is_loopback(server.listen) && in.sound({"server", "callers"}))
    in.error(root, {"server", "listen"},
             "is not on loopback, and there are no `callers`; add some, or listen on 127.0.0.1");
  if (server.listen.port != 0 && server.listen.port == server.admin.port
      && server.listen.host == server.admin.host)
    in.error(root, {"server", "admin"}, "is the address of `listen`; admin needs one of its own");
  for (std::size_t i = 0; i < server.callers.size(); ++i) {
    const auto& caller = server.callers[i];
    if (!caller.budget.cost_per_day)
      continue;
    if (const auto free = unpriced(root, x, caller); !free.empty())
      in.warn(root, {"server", "callers", "[" + std::to_string(i) + "]", "budget", "cost_per_day"},
              "does not count calls of " + listed(free) + ", which have no `price`; add it");
  }
}

} // namespace hedgerow::config
