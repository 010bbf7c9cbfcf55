#include "app/config/finding.hpp"

#include <algorithm>
#include <ostream>

namespace hedgerow {

std::string_view to_string(severity x) { return x == severity::error ? "error" : "warning"; }

bool has_errors(std::span<const finding> findings) {
  return std::ranges::any_of(findings, [](auto& x) { return x.level == severity::error; });
}

void print(std::span<const finding> findings, std::ostream& out) {
  for (const auto& x : findings) {
    out << x.file << ':';
    if (x.line > 0)
      out << x.line << ':' << x.column << ':';
    out << ' ' << to_string(x.level) << ": ";
    if (!x.key.empty())
      out << x.key << ": ";
    out << x.message << '\n';
  }
}

std::string_view masked(std::string_view secret) { return secret.empty() ? "" : "***"; }

} // namespace hedgerow
