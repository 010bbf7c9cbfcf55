#include "app/rehearse/provider_model.hpp"

#include "app/config/units.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace hedgerow {

namespace {

/// FNV-1a.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t out = 0xcbf29ce484222325u;
  for (const auto c : text)
    out = (out ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return out;
}

/// What a provider that fails so says.
failure failure_of(const failing& x) {
  failure out{.kind = x.as, .reason = "as the scenario says"};
  switch (x.as) {
  case failure_class::rate_limit:
    out.status = 429;
    break;
  case failure_class::quota:
    out.status = 429;
    out.scope = failure_scope::route;
    break;
  case failure_class::auth:
    out.status = 401;
    out.scope = failure_scope::route;
    break;
  case failure_class::latency:
    out.status = 504;
    break;
  default:
    out.status = 503;
  }
  out.retry_after = x.retry_after;
  if (x.retry_after)
    out.hint = "retry-after";
  return out;
}

const pace& pace_of(const scenario& x, const std::string& route) {
  static const pace usual;
  if (const auto i = x.paces.find(route); i != x.paces.end())
    return i->second;
  const auto any = x.paces.find("*");
  return any == x.paces.end() ? usual : any->second;
}

std::string name_of(const event_target& x, const route_config& primary) {
  if (x.name != "primary")
    return x.name;
  switch (x.what) {
  case event_target::kind::provider:
    return primary.provider.name;
  case event_target::kind::region:
    return primary.region;
  default:
    return primary.name;
  }
}

microseconds times(microseconds x, double factor) {
  return microseconds{std::llround(static_cast<double>(x.count()) * factor)};
}

template <class... Fs>
struct overloaded : Fs... {
  using Fs::operator()...;
};

} // namespace

std::uint64_t draws::operator()() {
  auto x = state_ += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

double draws::lognormal(double median, double sigma) {
  if (sigma == 0)
    return median;
  const auto radius = std::sqrt(-2 * std::log(1 - share()));
  return median * std::exp(sigma * radius * std::cos(2 * std::numbers::pi * share()));
}

provider_model::provider_model(const scenario& plays, const route_config& route,
                               const route_config& primary)
    : seed_{plays.seed},
      salt_{hash_of(route.name)},
      pace_{pace_of(plays, route.name)} {
  for (const auto& x : plays.events)
    if (concerns(x.on, route, primary))
      events_.push_back(x);
  rations_.resize(events_.size());
}

modelled_reply provider_model::reply(const modelled_call& x) {
  // What is drawn depends on the seed, the route and the request alone, so that two policies meet
  // the same weather.
  draws random{draws{seed_ ^ draws{salt_ ^ draws{x.request * 64 + x.again}()}()}()};
  modelled_reply out;
  const auto is_in_tail = random.share() < pace_.tail_share;
  const microseconds median{pace_.median};
  out.after = times(median, random.lognormal(1, pace_.sigma) * (is_in_tail ? pace_.tail_times : 1))
              + pace_.per_output_token * x.output_tokens;
  for (std::size_t i = 0; i < events_.size(); ++i) {
    // Drawn whether it is time or not, so that an event changes nothing before and after itself.
    const auto is_hit = random.share() < share_at(events_[i], x.now);
    if (!is_hit || out.what == modelled_reply::kind::failed)
      continue;
    std::visit(overloaded{
                   [&](const failing& y) {
                     out.what = modelled_reply::kind::failed;
                     out.why = failure_of(y);
                     out.after = y.after;
                   },
                   [&](const slowed& y) { out.after = times(out.after, y.times); },
                   [&](const breaking_contracts&) { out.what = modelled_reply::kind::broken; },
                   [&](const silence&) { out.what = modelled_reply::kind::silent; },
                   [&](const rationed& y) {
                     if (const auto wait = ration(i, y.per_minute, x.now)) {
                       out.what = modelled_reply::kind::failed;
                       out.why = failure_of({failure_class::rate_limit, {}, *wait});
                       out.after = failing{}.after;
                     }
                   },
               },
               events_[i].does);
  }
  out.first_content = times(out.after, pace_.first_content);
  return out;
}

double provider_model::share_at(const scenario_event& x, microseconds now) const {
  if (now < x.from || now >= x.until + x.fades)
    return 0;
  if (now < x.until)
    return x.share;
  const std::chrono::duration<double> since = now - x.until;
  return x.share * (1 - since / x.fades);
}

std::optional<milliseconds> provider_model::ration(std::size_t event, double per_minute,
                                                   microseconds now) {
  auto& left = rations_[event];
  const std::chrono::duration<double, std::ratio<60>> passed = now - left.at;
  const auto burst = std::max(per_minute / 60, 1.0);
  left.calls =
      left.at.count() == 0 ? burst : std::min(burst, left.calls + passed.count() * per_minute);
  left.at = now;
  constexpr double nearly_one = 1 - 1e-9; // Sums of fractions are seldom whole.
  if (left.calls >= nearly_one) {
    left.calls -= 1;
    return std::nullopt;
  }
  constexpr double never = 3600;
  const auto seconds = per_minute > 0 ? (1 - left.calls) * 60 / per_minute : never;
  return std::chrono::seconds{std::llround(std::ceil(std::min(seconds, never)))};
}

bool concerns(const event_target& x, const route_config& route, const route_config& primary) {
  const auto name = name_of(x, primary);
  switch (x.what) {
  case event_target::kind::all:
    return true;
  case event_target::kind::route:
    return route.name == name;
  case event_target::kind::provider:
    return route.provider.name == name;
  case event_target::kind::region:
    // Where no region is named, the primary's region is the primary.
    return name.empty() ? route.name == primary.name : route.region == name;
  }
  return false;
}

std::string words_for(const scenario_event& x, const route_config& primary) {
  std::string out;
  const auto name = name_of(x.on, primary);
  switch (x.on.what) {
  case event_target::kind::all:
    out = "every route";
    break;
  case event_target::kind::provider:
    out = "provider " + name;
    break;
  case event_target::kind::region:
    out = name.empty() ? primary.name : "region " + name;
    break;
  case event_target::kind::route:
    out = name;
  }
  out += std::visit(
      overloaded{
          [](const failing& y) { return " fails (" + std::string{to_string(y.as)} + ")"; },
          [](const slowed& y) { return " takes " + config::show_multiple(y.times) + " as long"; },
          [](const breaking_contracts&) { return std::string{" breaks contracts"}; },
          [](const silence&) { return std::string{" falls silent"}; },
          [](const rationed& y) {
            return " takes " + config::show_number(y.per_minute) + " calls a minute";
          },
      },
      x.does);
  if (x.share < 1)
    out += ", " + config::show_share(x.share) + " of calls";
  return out;
}

} // namespace hedgerow
