#include "app/open_files.hpp"

#include <sys/resource.h>

namespace hedgerow {
namespace {

/// Listeners, timers, logs, the store.
constexpr std::uint64_t files_of_its_own = 64;

rlimit limits() {
  rlimit out{};
  ::getrlimit(RLIMIT_NOFILE, &out);
  return out;
}

} // namespace

std::uint64_t files_needed(const server_limits& x) {
  return x.connections + x.in_flight + files_of_its_own;
}

std::uint64_t files_allowed() { return limits().rlim_max; }

void raise_open_files() {
  auto files = limits();
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
}

std::optional<finding> too_few_files(const server_limits& x, std::uint64_t allowed,
                                     const std::string& file) {
  if (allowed >= files_needed(x))
    return std::nullopt;
  return finding{.level = severity::warning,
                 .file = file,
                 .key = "server.limits",
                 .message = "`connections` and `in_flight` may need "
                            + std::to_string(files_needed(x))
                            + " open files, and this process may have " + std::to_string(allowed)
                            + "; lower them, or raise the hard limit (ulimit -Hn)"};
}

} // namespace hedgerow
