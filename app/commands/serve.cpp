#include "app/commands/serve.hpp"

#include "app/config/read.hpp"
#include "app/gateway/gateway.hpp"
#include "app/log.hpp"
#include "app/open_files.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <spdlog/spdlog.h>

#include <csignal>
#include <functional>
#include <iostream>

namespace hedgerow {

namespace {

/// The running gateway and what its operator's signals do to it.
struct server {
  std::string file;
  milliseconds drain_limit;
  std::shared_ptr<spdlog::logger> log;
  gateway door;

  void reload() {
    auto read = read_configuration(file);
    if (!read.config) {
      log->error("configuration refused file={} the running one stays: {}", file,
                 read.findings.empty() ? "" : read.findings.front().message);
      print(read.findings, std::cerr);
      return;
    }
    if (auto wrong = door.reload(*read.config))
      log->error("configuration refused file={} the running one stays: {}", file, *wrong);
    else
      log->info("configuration reloaded file={}", file);
  }
};

} // namespace

int serve(const std::string& file) {
  auto read = read_configuration(file);
  raise_open_files();
  if (read.config)
    if (auto few = too_few_files(read.config->server.limits, files_allowed(), file))
      read.findings.push_back(std::move(*few));
  print(read.findings, std::cerr);
  if (!read.config)
    return 1;
  auto log = make_logger(read.config->log);
  server running{file, read.config->server.drain, log, {*read.config, logging_to(log)}};

  boost::asio::io_context signals;
  boost::asio::signal_set wanted{signals, SIGTERM, SIGINT, SIGHUP};
  std::function<void(boost::system::error_code, int)> on_signal =
      [&](boost::system::error_code failed, int which) {
        if (failed || which != SIGHUP)
          return; // No wait is left, so the loop below ends.
        running.reload();
        wanted.async_wait(on_signal);
      };
  wanted.async_wait(on_signal);
  std::cout << "hedgerow listens on " << running.door.address() << ", admin on "
            << running.door.admin_address() << std::endl;
  signals.run();
  log->info("draining limit_ms={}", running.drain_limit.count());
  running.door.drain(running.drain_limit);
  return 0;
}

} // namespace hedgerow
