#include "tests/actors/load.hpp"

#include <chrono>
#include <random>
#include <utility>

namespace hedgerow::test {

namespace {

constexpr std::chrono::minutes patience{1};

std::size_t index(auto x) { return static_cast<std::size_t>(x); }

} // namespace

load::load(load_plan plan)
    : plan_{plan},
      places_{plan.in_flight_max},
      times_ended_{std::make_unique<std::atomic<std::uint8_t>[]>(plan.requests)} {}

bool load::run(const load_target& target) {
  std::mt19937_64 random{plan_.seed};
  std::discrete_distribution<int> draw{1 - plan_.cancelled_share - plan_.silent_share,
                                       plan_.cancelled_share, plan_.silent_share};
  for (std::uint64_t id = 0; id < plan_.requests; ++id) {
    if (!places_.try_acquire_for(patience))
      return false;
    const auto meant = static_cast<fate>(draw(random));
    target({id, meant, [this, id, meant](ending how) { end(id, meant, how); }});
  }
  for (std::ptrdiff_t i = 0; i < plan_.in_flight_max; ++i)
    if (!places_.try_acquire_for(patience))
      return false;
  return true;
}

void load::end(std::uint64_t id, fate meant, ending how) {
  ++counts_[index(meant)][index(how)];
  // A second ending must not make room for one request too many.
  if (times_ended_[id]++ == 0)
    places_.release();
}

std::vector<std::string> load::violations() const {
  std::vector<std::string> found;
  for (std::uint64_t id = 0; id < plan_.requests; ++id)
    if (times_ended_[id] != 1)
      found.push_back("request " + std::to_string(id) + " ended " + std::to_string(times_ended_[id])
                      + " times");
  if (count(fate::cancelled, ending::answered) + count(fate::silent, ending::answered) > 0)
    found.push_back("a request was answered that nobody could answer");
  if (count(fate::answered, ending::cancelled) + count(fate::silent, ending::cancelled) > 0)
    found.push_back("a request was cancelled that nobody cancelled");
  const auto meant =
      static_cast<double>(plan_.requests) * (1 - plan_.cancelled_share - plan_.silent_share);
  if (static_cast<double>(count(ending::answered)) < meant / 2)
    found.push_back("fewer than half of the answerable requests were answered");
  return found;
}

std::uint64_t load::count(fate meant, ending how) const {
  return counts_[index(meant)][index(how)];
}

std::uint64_t load::count(ending how) const {
  return count(fate::answered, how) + count(fate::cancelled, how) + count(fate::silent, how);
}

} // namespace hedgerow::test
