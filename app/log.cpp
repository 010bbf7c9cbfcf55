#include "app/log.hpp"

#include "app/story.hpp"

#include <spdlog/async.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <stdexcept>

namespace hedgerow {

namespace {

spdlog::sink_ptr make_sink(const log_config& config) {
  if (config.file == "-")
    return std::make_shared<spdlog::sinks::stderr_sink_mt>();
  try {
    return std::make_shared<spdlog::sinks::basic_file_sink_mt>(config.file);
  } catch (const spdlog::spdlog_ex& x) {
    throw std::runtime_error("cannot write the log file '" + config.file + "': " + x.what());
  }
}

constexpr auto text_pattern = "%Y-%m-%dT%H:%M:%S.%eZ %l %v";
constexpr auto json_pattern = R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l","message":"%v"})";

} // namespace

std::shared_ptr<spdlog::logger> make_logger(const log_config& config) {
  static auto pool = std::make_shared<spdlog::details::thread_pool>(8192, 1);
  auto out = std::make_shared<spdlog::async_logger>("hedgerow", make_sink(config), pool,
                                                    spdlog::async_overflow_policy::overrun_oldest);
  out->set_level(spdlog::level::from_str(config.level));
  out->set_pattern(config.as == log_config::format::json ? json_pattern : text_pattern,
                   spdlog::pattern_time_type::utc);
  out->flush_on(spdlog::level::warn);
  return out;
}

record_sinks logging_to(std::shared_ptr<spdlog::logger> to) {
  return {
      .request_over =
          [to](const record& x) {
            if (to->should_log(spdlog::level::info))
              to->info("request ended {}", facts_of(x.facts));
          },
      .breaker_moved =
          [to](const breaker_moved& x) {
            to->warn("breaker moved route={} class={} from={} to={} reason={}", x.route,
                     to_string(x.what.traffic), to_string(x.what.from), to_string(x.what.to),
                     x.what.reason);
          },
  };
}

} // namespace hedgerow
