#include "app/config/link.hpp"

#include "app/config/names.hpp"
#include "contracts/lowering.hpp"

#include <utility>

namespace hedgerow::config {

namespace {

template <class Map>
std::vector<std::string> names_in(const Map& x) {
  std::vector<std::string> out;
  for (const auto& [name, ignored] : x)
    out.push_back(name);
  return out;
}

/// What `name` means in `known`, or null and a finding. An empty name has been reported as
/// unreadable.
template <class Map>
const typename Map::mapped_type* named(reader& in, const node& root, const key_path& at,
                                       std::string_view kind, const std::string& name,
                                       const Map& known) {
  if (name.empty())
    return nullptr;
  const auto i = known.find(name);
  if (i != known.end())
    return &i->second;
  const auto meant = did_you_mean(name, names_in(known));
  in.error(root, at,
           "names no " + std::string{kind} + ": there is no " + ticked(name)
               + (meant.empty() ? "; known: " + listed(names_in(known)) : meant));
  return nullptr;
}

void link_callers(reader& in, const node& root, const draft& from) {
  for (std::size_t i = 0; i < from.server.callers.size(); ++i) {
    const auto& tasks = from.server.callers[i].tasks;
    for (std::size_t j = 0; j < tasks.size(); ++j)
      named(in, root,
            {"server", "callers", "[" + std::to_string(i) + "]", "tasks",
             "[" + std::to_string(j) + "]"},
            "task", tasks[j], from.tasks);
  }
}

/// Adds the schema as providers are told it. Some want every member and get null for what is
/// absent, which only `coerce` undoes.
contract with_sent(contract x) {
  if (x.shape && x.repair.coerce)
    if (const auto source = json::parse(x.shape->text()))
      x.sent = std::make_shared<const lowered_schemas>(*source);
  return x;
}

/// The rungs of the ladder that a rung of the file stands for; `place` is its own.
std::vector<ladder_rung> link_rung(reader& in, const node& root, const key_path& at,
                                   std::size_t place, const rung_draft& from, const draft& all) {
  if (const auto* rules = std::get_if<rules_file>(&from.what))
    return {rules_rung{rules->rules}};
  if (const auto* message = std::get_if<message_rung>(&from.what))
    return {*message};
  const auto below = [&](std::string key) {
    auto out = at;
    if (nearest_to(root, at).is_mapping())
      out.emplace_back(std::move(key));
    return out;
  };
  if (const auto* model = std::get_if<model_rung>(&from.what)) {
    if (named(in, root, below("route"), "route", model->route, all.routes) == nullptr)
      return {};
    return {*model};
  }
  std::vector<ladder_rung> out;
  if (const auto* spread = std::get_if<spread_rung>(&from.what))
    for (const auto& [route, weight] : spread->routes)
      if (named(in, root, below("routes"), "route", route, all.routes) != nullptr)
        out.emplace_back(model_rung{route, spread->as, place + 1, weight});
  return out;
}

task link_task(reader& in, const node& root, const std::string& name, const task_draft& from,
               const draft& all, const configuration& linked) {
  auto out = from.config;
  if (named(in, root, {"tasks", name, "contract"}, "contract", from.contract, all.contracts))
    out.must = linked.contracts.at(from.contract);
  if (out.screen)
    named(in, root, {"tasks", name, "safety", "screen", "route"}, "route", out.screen->route,
          all.routes);
  for (std::size_t i = 0; i < from.ladder.size(); ++i) {
    const key_path at{"tasks", name, "ladder", "[" + std::to_string(i) + "]"};
    for (auto& rung : link_rung(in, root, at, i, from.ladder[i], all))
      out.ladder.push_back(std::move(rung));
  }
  return out;
}

} // namespace

draft with_names(draft x) {
  for (auto& [name, provider] : x.providers)
    provider.name = name;
  for (auto& [name, route] : x.routes)
    route.config.name = name;
  for (auto& [name, must] : x.contracts)
    must.config.name = name;
  for (auto& [name, of] : x.tasks)
    of.config.name = name;
  return x;
}

configuration link(reader& in, const node& root, const draft& from) {
  configuration out;
  out.server = from.server;
  out.store = from.store;
  out.log = from.log;
  out.providers.insert(from.providers.begin(), from.providers.end());
  link_callers(in, root, from);
  for (const auto& [name, x] : from.routes) {
    auto route = x.config;
    const key_path at{"routes", name, "provider"};
    if (const auto* provider = named(in, root, at, "provider", x.provider, from.providers))
      route.provider = *provider;
    out.routes.emplace(name, std::move(route));
  }
  for (const auto& [name, x] : from.contracts)
    out.contracts.emplace(name, std::make_shared<const contract>(with_sent(x.config)));
  for (const auto& [name, x] : from.tasks)
    out.tasks.emplace(name, link_task(in, root, name, x, from, out));
  return out;
}

} // namespace hedgerow::config
