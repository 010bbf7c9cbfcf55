#pragma once

#include <iosfwd>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hedgerow {

enum class severity : unsigned char { warning, error };

std::string_view to_string(severity x);

/// One thing that is wrong with a configuration.
struct finding {
  severity level = severity::error;
  std::string file;
  /// From 1; 0: the file as a whole.
  int line = 0;
  int column = 0;
  /// For example `tasks.support_triage.hedge.after`; empty: the file as a whole.
  std::string key;
  /// One sentence: what is wrong and what to do about it. Never holds a secret.
  std::string message;

  bool operator==(const finding&) const = default;
};

bool has_errors(std::span<const finding> findings);

/// One line each: `file:line:column: error: key: sentence`.
void print(std::span<const finding> findings, std::ostream& out);

/// `secret` as it may be shown: nothing if it is empty, else `***`.
std::string_view masked(std::string_view secret);

} // namespace hedgerow
