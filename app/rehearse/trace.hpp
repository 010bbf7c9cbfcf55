#pragma once

#include "app/rehearse/scenario.hpp"
#include "contracts/error.hpp"

#include <filesystem>
#include <string_view>
#include <vector>

namespace hedgerow {

/// Reads a trace of requests: one a line, in order of time, as comma-separated columns time, input
/// tokens, output tokens; the first line may name them. A time is a date such as
/// `2023-11-16 18:17:03.9799600` or seconds since any moment. This is the form of Azure's public
/// LLM inference traces. Errors: `config_invalid`, which says what is wrong in which line.
result<std::vector<traced_request>> parse_trace(std::string_view text);

/// The same of a file.
result<std::vector<traced_request>> load_trace(const std::filesystem::path& file);

} // namespace hedgerow
