#include "actors/engine.hpp"

#include "actors/admission.hpp"
#include "actors/keeper.hpp"
#include "actors/supervisor.hpp"

#include <caf/actor_system.hpp>
#include <caf/logger.hpp>
#include <caf/send.hpp>

#include <cassert>

namespace hedgerow {

namespace {

/// SplitMix64: turns a counter into well-mixed numbers.
std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

/// 80 bits in the letters and digits of Crockford's base 32.
std::string draw_id(std::uint64_t seed, std::uint64_t number) {
  static constexpr std::string_view digits = "0123456789abcdefghjkmnpqrstvwxyz";
  std::string out = "req_";
  auto high = mix(seed ^ mix(number));
  auto low = mix(high);
  for (int i = 0; i < 8; ++i, high >>= 5)
    out += digits[high & 31];
  for (int i = 0; i < 8; ++i, low >>= 5)
    out += digits[low & 31];
  return out;
}

/// What a caller gets whose request never became one.
answer turned_away(std::string id, std::string task, error why) {
  answer out;
  out.id = std::move(id);
  out.task = std::move(task);
  out.ended = outcome::rejected;
  out.problem = std::move(why);
  return out;
}

/// What a caller gets who comes after `stop`.
answer too_late(std::string id, std::string task) {
  auto out = turned_away(std::move(id), std::move(task),
                         {errc::all_routes_failed, "The gateway is shutting down.", {}});
  out.ended = outcome::failed;
  return out;
}

} // namespace

struct engine::core {
  caf::actor_system& system;
  std::uint64_t seed;
  std::shared_ptr<stage> on = std::make_shared<stage>();
  keeper_actor watch;
  std::atomic<std::uint64_t> numbers{0};
  std::shared_ptr<std::atomic<std::size_t>> present = std::make_shared<std::atomic<std::size_t>>(0);
};

engine::engine(caf::actor_system& system, policy rules, engine_options options)
    : core_{new core{system, options.seed}} {
  assert(holds_together(rules) && "a policy must hold together");
  cast_options with{mix(options.seed), options.lanes, std::move(options.sinks)};
  auto shared = std::make_shared<const policy>(std::move(rules));
  core_->on->store(assemble(system, std::move(shared), with, nullptr));
  core_->watch = system.spawn(keeper, core_->on, std::move(with));
  caf::logger::set_current_actor_system(nullptr);
}

engine::~engine() { stop(); }

void engine::stop() {
  // From now on nobody is on stage: who still plays is held by the requests under way alone.
  auto nobody = std::make_shared<cast>();
  nobody->rules = rules();
  auto last = core_->on->exchange(std::move(nobody));
  caf::anon_send_exit(core_->watch, caf::exit_reason::user_shutdown);
  core_->watch = keeper_actor{};
  for (const auto& [name, x] : last->routes)
    caf::anon_send_exit(x, caf::exit_reason::user_shutdown);
}

request_handle engine::submit(request x, answer_handler done) {
  auto number = core_->numbers.fetch_add(1, std::memory_order_relaxed);
  if (x.id.empty())
    x.id = draw_id(core_->seed, number);
  auto actors = core_->on->load();
  auto id = x.id;
  auto task_name = x.task;
  if (!actors->recorder) {
    done(too_late(std::move(id), std::move(task_name)));
    return {};
  }
  auto about = admit(std::move(x), actors->rules);
  if (!about) {
    done(turned_away(std::move(id), std::move(task_name), std::move(about.error())));
    return {};
  }
  supervisor_job job{std::move(*about),
                     std::move(actors),
                     std::move(done),
                     number,
                     mix(core_->seed + mix(number)),
                     std::make_shared<presence>(core_->present)};
  auto who = core_->system.spawn(supervisor, std::move(job));
  // `spawn` leaves a thread-local pointer to the system behind, which would keep it from ending on
  // a thread that is only lent (runtime.md §8).
  caf::logger::set_current_actor_system(nullptr);
  request_handle out;
  out.abandon_ = [who] { caf::anon_send(who, hedgerow::abandon{}); };
  return out;
}

void engine::replace(policy rules) {
  assert(holds_together(rules) && "a policy must hold together");
  if (core_->watch)
    caf::anon_send(core_->watch, new_policy{std::make_shared<const policy>(std::move(rules))});
}

std::shared_ptr<const policy> engine::rules() const { return core_->on->load()->rules; }

bool engine::disable(std::string_view route, time_point until) {
  const auto actors = core_->on->load();
  const auto i = actors->route_boards.find(route);
  if (i == actors->route_boards.end())
    return false;
  i->second->disable(until);
  return true;
}

bool engine::enable(std::string_view route) { return disable(route, time_point::min()); }

std::size_t engine::in_flight() const { return core_->present->load(std::memory_order_relaxed); }

void request_handle::abandon() const {
  if (abandon_)
    abandon_();
}

} // namespace hedgerow
