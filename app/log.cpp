#include "app/log.hpp"

#include "app/story.hpp"
#include "contracts/json.hpp"

#include <spdlog/async.h>
#include <spdlog/pattern_formatter.h>
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
constexpr auto json_pattern = R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l","message":%*})";

/// The message as a JSON string, for `%*`.
class quoted_message : public spdlog::custom_flag_formatter {
public:
  void format(const spdlog::details::log_msg& x, const std::tm&,
              spdlog::memory_buf_t& to) override {
    std::string quoted;
    json::append_quoted(quoted, {x.payload.data(), x.payload.size()});
    to.append(quoted.data(), quoted.data() + quoted.size());
  }

  std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<quoted_message>();
  }
};

std::unique_ptr<spdlog::formatter> make_formatter(log_config::format as) {
  const auto is_json = as == log_config::format::json;
  auto out = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc);
  out->add_flag<quoted_message>('*').set_pattern(is_json ? json_pattern : text_pattern);
  return out;
}

} // namespace

std::shared_ptr<spdlog::logger> make_logger(const log_config& config) {
  static auto pool = std::make_shared<spdlog::details::thread_pool>(8192, 1);
  auto out = std::make_shared<spdlog::async_logger>("hedgerow", make_sink(config), pool,
                                                    spdlog::async_overflow_policy::overrun_oldest);
  out->set_level(spdlog::level::from_str(config.level));
  out->set_formatter(make_formatter(config.as));
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
