#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <semaphore>
#include <string>
#include <vector>

/// Load for whatever answers requests; it knows nothing of actors.
namespace hedgerow::test {

/// How a request is meant to go.
enum class fate : std::uint8_t {
  answered,
  cancelled, ///< Its caller goes away before there can be an answer.
  silent,    ///< Nobody answers, so that it has to time out.
};

/// How a request went.
enum class ending : std::uint8_t { answered, failed, cancelled, timed_out };

constexpr std::size_t fates = 3;
constexpr std::size_t endings = 4;

/// One request. `ended` is to be called exactly once, from any thread.
struct load_request {
  std::uint64_t id = 0;
  fate meant = fate::answered;
  std::function<void(ending)> ended;
};

/// Starts a request and returns at once.
using load_target = std::function<void(load_request)>;

struct load_plan {
  std::uint64_t requests = 100'000;
  std::ptrdiff_t in_flight_max = 1000;
  std::uint64_t seed = 1;
  double cancelled_share = 0.1;
  double silent_share = 0.1;
};

/// Sends requests and keeps the books. Must outlive every request that it started.
class load {
public:
  explicit load(load_plan plan);

  /// Starts every request of the plan and waits for the endings. False if no request ended for a
  /// minute while the next one waited for a place.
  bool run(const load_target& target);

  /// What went wrong, one sentence each; empty if every request ended exactly once and as it may.
  /// Ask once nothing runs any more, so that a second ending had its chance to come.
  std::vector<std::string> violations() const;

  /// How many requests were meant to go one way and went another.
  std::uint64_t count(fate meant, ending how) const;
  std::uint64_t count(ending how) const;

private:
  void end(std::uint64_t id, fate meant, ending how);

  const load_plan plan_;
  std::counting_semaphore<> places_;
  std::unique_ptr<std::atomic<std::uint8_t>[]> times_ended_;
  std::array<std::array<std::atomic<std::uint64_t>, endings>, fates> counts_{};
};

} // namespace hedgerow::test
