#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>

namespace hedgerow {

/// `hedgerow simulate -c FILE [--listen 127.0.0.1:0] [--seed N] [--print]`
struct simulate_options {
  /// The script; empty: every model classifies a support ticket.
  std::string file;
  /// Address and port; port 0: one that is free.
  std::string listen = "127.0.0.1:0";
  /// In place of the script's.
  std::optional<std::uint64_t> seed;
  /// One line per call.
  bool print = false;
};

/// Serves a simulated provider until SIGINT or SIGTERM. The first line on `out` says where it
/// listens. Returns the exit status: 1 if the script is wrong or the port is taken, 2 if `listen`
/// is no address; `err` says which.
int simulate(const simulate_options& options, std::ostream& out, std::ostream& err);

} // namespace hedgerow
