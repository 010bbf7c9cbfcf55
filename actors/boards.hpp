#pragma once

#include "routes/breaker.hpp"
#include "routes/traffic_class.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

/// What long-lived actors tell every request as it begins, without being asked: each board is
/// written by its owner and read from any thread.
namespace hedgerow {

/// Of a route.
struct route_board {
  /// Output tokens that 95 % of its answers keep within; 0: there are no data.
  std::atomic<std::int64_t> usual_output{0};
  /// What it counts as input, as a multiple of our estimate; a moving average.
  std::atomic<double> input_ratio{1};

  /// A person takes the route out of use up to `until`, whatever its breakers say; a time that has
  /// passed takes it back into use.
  void disable(time_point until) { disabled_until_ = until.time_since_epoch().count(); }

  bool is_disabled(time_point now) const {
    return now.time_since_epoch().count() < disabled_until_.load(std::memory_order_relaxed);
  }

private:
  std::atomic<time_point::rep> disabled_until_{std::numeric_limits<time_point::rep>::min()};
};

/// Of the routes of one provider and region, which tend to fail together: which of their breakers
/// are open. Source: semantics.md §2.8.
class failure_domain {
public:
  explicit failure_domain(std::vector<std::string> routes)
      : routes_{std::move(routes)},
        members_(routes_.size()) {}

  /// Their names; the place of each is its place here.
  const std::vector<std::string>& routes() const { return routes_; }

  /// The route at `place` is used.
  void used(std::size_t place, time_point now);

  /// How the breakers of the route at `place` stand.
  void tell(std::size_t place, const std::array<breaker_state, traffic_classes>& states);

  /// Whether two thirds or more of the routes that were used in the last minute, or would be if
  /// they could, have their breaker of this class open.
  bool is_failing(traffic_class traffic, time_point now) const;

private:
  struct member {
    /// A bit for each class.
    std::atomic<std::uint32_t> open{0};
    std::atomic<time_point::rep> used_at{time_point::min().time_since_epoch().count()};
  };

  std::vector<std::string> routes_;
  std::vector<member> members_;
};

/// Of a task: the fitness of each rung's route, and how much longer than usual hedges wait.
class task_board {
public:
  explicit task_board(std::size_t rungs) : rungs_(rungs) {}

  struct rung {
    /// The route's answers do not meet the contract often enough.
    std::atomic<bool> low{false};
    /// The share that did.
    std::atomic<double> pass_rate{1};
    /// When a request may try a low route all the same.
    std::atomic<time_point::rep> probe_at{0};
  };

  rung& at(std::size_t place) { return rungs_[place]; }

  /// See `hedge_allowance::patience`. What was told holds for half a minute.
  void tell_patience(int x, time_point now);
  int hedge_patience(time_point now) const;

  /// Whether the caller is the one who tries the low route at `place`; the next may after a while.
  bool take_probe(std::size_t place, time_point now);

  /// Tells of a low route; one that was not low before is first tried after a while.
  void tell(std::size_t place, bool low, double pass_rate, time_point now);

private:
  std::vector<rung> rungs_;
  std::atomic<int> patience_{1};
  std::atomic<time_point::rep> patient_until_{0};
};

} // namespace hedgerow
