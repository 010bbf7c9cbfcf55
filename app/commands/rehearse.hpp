#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

namespace hedgerow {

struct rehearse_options {
  /// Empty: the example policy.
  std::string config_file;
  /// A file, or the name of a scenario that comes with the program.
  std::string scenario;
  /// Instead of the scenario's.
  std::optional<std::uint64_t> seed;
  bool as_json = false;
  /// Where to write the report as a page, `-` for standard output; empty: nowhere.
  std::string html_file;
  /// Conditions under which the rehearsal fails, such as `degraded>2%`; see `gates.hpp`.
  std::vector<std::string> fail_if;
  /// Say which scenarios come with the program, and nothing else.
  bool list = false;
};

/// Plays a scenario and reports. Exit status: 0, 1 if a condition of `fail_if` holds or an answer
/// broke its contract, 2 if nothing could be played.
int rehearse(const rehearse_options& options, std::ostream& out, std::ostream& err);

} // namespace hedgerow
