// One rung of a ladder.

#include "app/config/sections.hpp"
#include "app/config/values.hpp"

#include <array>

namespace hedgerow::config {

namespace {

/// The keys that say what a rung is; each rung has one of them.
constexpr std::array kinds{"route", "rules",    "message", "routes", "cache",
                           "queue", "retrieve", "draft",   "review"};

using weights = std::vector<std::pair<std::string, double>>;

value<weights> weighted_routes() {
  const auto weight = number(0, 1e6);
  auto read = [weight](reader& in, const place& at) -> std::optional<weights> {
    if (!at.what.is_mapping() || at.what.items.empty()) {
      report_wrong(in, at, "a mapping from routes to weights, as in { eu: 2, us: 1 }");
      return std::nullopt;
    }
    weights out;
    for (const auto& item : at.what.items)
      if (const auto x = weight.read(in, place{item, &at}))
        out.emplace_back(item.key, *x);
    return out;
  };
  return {read,
          R"("type":"object","minProperties":1,"additionalProperties":{)" + weight.schema + "}"};
}

struct rung_keys {
  std::string route;
  weights routes;
  std::optional<rung_role> as;
  rules_file rules;
  std::string message;
};

value<rung_keys> keys() {
  using x = rung_keys;
  return object<x>({
      optional<x>("route", &x::route, name_of("route"), "Calls a model: one of `routes`."),
      optional<x>("as", &x::as,
                  one_of<rung_role>({{"equivalent", rung_role::equivalent},
                                     {"stronger", rung_role::stronger},
                                     {"longer_context", rung_role::longer_context}}),
                  "equivalent (the default) for transport, rate_limit, quota, latency and auth; "
                  "stronger for contract and capability, or when all before are unavailable; "
                  "longer_context when the request does not fit those before."),
      optional<x>("rules", &x::rules, rules_file_name(), "Answers from a file of rules."),
      optional<x>("message", &x::message, long_text(), "Says honestly that there is no answer."),
      optional<x>("routes", &x::routes, weighted_routes(),
                  "Calls one of several routes, picked by weight; the others are its equivalents."),
      not_built<x>("cache", "The last good answer for the same input."),
      not_built<x>("retrieve", "An answer from a search."),
      not_built<x>("draft", "Saves a draft."),
      not_built<x>("queue", "Answers later."),
      not_built<x>("review", "Hands over to a person."),
  });
}

std::vector<std::string> kinds_in(const node& x) {
  std::vector<std::string> out;
  for (const auto* kind : kinds)
    if (find(x, kind) != nullptr)
      out.emplace_back(kind);
  return out;
}

/// Whether the mapping says what the rung is, and only once.
bool has_one_kind(reader& in, const place& at) {
  const auto found = kinds_in(at.what);
  if (found.empty())
    in.error(at, "says not what it is; write one of `route`, `routes`, `rules` and `message`");
  else if (found.size() > 1)
    in.error(at, "is several rungs at once (" + listed(found) + "); write one after the other");
  else if (found.front() != "route" && found.front() != "routes" && find(at.what, "as") != nullptr)
    in.error(at, "has `as`, which only a `route` can have; remove it");
  else
    return true;
  return false;
}

rung_draft rung_of(rung_keys x) {
  if (!x.route.empty())
    return {model_rung{std::move(x.route), x.as.value_or(rung_role::equivalent)}};
  if (!x.routes.empty())
    return {spread_rung{std::move(x.routes), x.as.value_or(rung_role::equivalent)}};
  if (x.rules.rules)
    return {std::move(x.rules)};
  if (!x.message.empty())
    return {message_rung{std::move(x.message)}};
  return {};
}

} // namespace

value<rung_draft> rung() {
  auto mapping = keys();
  auto schema = R"("anyOf":[{"type":"string"},{)" + mapping.schema + "}]";
  auto read = [mapping, name = text()](reader& in, const place& at) -> std::optional<rung_draft> {
    if (at.what.is_scalar()) {
      auto route = name.read(in, at);
      return route ? rung_of(
                 {.route = std::move(*route), .routes = {}, .as = {}, .rules = {}, .message = {}})
                   : rung_draft{};
    }
    if (!at.what.is_mapping()) {
      report_wrong(in, at, "a route, { rules: FILE } or { message: TEXT }");
      return rung_draft{};
    }
    auto x = mapping.read(in, at);
    return has_one_kind(in, at) && x ? rung_of(std::move(*x)) : rung_draft{};
  };
  return {std::move(read), std::move(schema)};
}

} // namespace hedgerow::config
