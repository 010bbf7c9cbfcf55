#pragma once

#include "actors/recorder.hpp"
#include "app/config/configuration.hpp"

#include <memory>

namespace spdlog {
class logger;
} // namespace spdlog

namespace hedgerow {

/// A logger as configured: asynchronous, text or JSON lines, to standard error or a file. What the
/// queue cannot take is dropped, oldest first: logging never blocks a request.
/// Throws `std::runtime_error` with a sentence if the file cannot be written.
std::shared_ptr<spdlog::logger> make_logger(const log_config& config);

/// One line per request and one per breaker change. No prompts, no outputs, no keys.
record_sinks logging_to(std::shared_ptr<spdlog::logger> to);

} // namespace hedgerow
