#pragma once

#include "actors/trail.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <utility>

namespace hedgerow {

/// How a route's outputs stood up to the contract of a task.
struct contract_counts {
  std::uint64_t valid = 0;
  /// Good once they were mended; counted beside `valid`.
  std::uint64_t repaired = 0;
  std::uint64_t invalid = 0;
  /// Withheld or refused.
  std::uint64_t blocked = 0;
};

/// Counts verdicts per task and route, from the trails of ended requests.
class contract_tally {
public:
  /// Adds the verdicts in `steps`, the trail of a request of `task`.
  void add(const std::string& task, const trail& steps);

  /// By task and route, in order of their names.
  const std::map<std::pair<std::string, std::string>, contract_counts>& all() const {
    return counts_;
  }

private:
  std::map<std::pair<std::string, std::string>, contract_counts> counts_;
};

} // namespace hedgerow
