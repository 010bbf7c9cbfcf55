#pragma once

#include <cstdint>
#include <iosfwd>
#include <limits>
#include <string>

namespace hedgerow {

struct check_options {
  /// Warnings are errors.
  bool strict = false;
  bool as_json = false;
  /// How many open files a process may have here.
  std::uint64_t files_allowed = std::numeric_limits<std::uint64_t>::max();
};

/// Prints all that is wrong with the configuration in `file` and, if nothing of that is an error,
/// what each task's ladder comes to at worst. Returns the exit status: 0 good, 1 not.
int check(const std::string& file, check_options how, std::ostream& out);

} // namespace hedgerow
