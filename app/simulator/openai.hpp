#pragma once

#include "app/simulator/dialect.hpp"

#include <string>
#include <string_view>

/// OpenAI chat completions, as OpenAI, Azure and those that copy them speak it.
/// Sources: semantics.md §4.1 (errors), §5.2 (streams), §6.5 (bodies).
namespace hedgerow::simulated::openai {

extern const dialect table;

/// Nobody is at this address.
rejection wrong_path(std::string_view method, std::string_view path);

/// What the provider says with a status.
provider_error usual_error(int status);

std::string error_body(int status, const provider_error& why);

std::vector<event> events_of(const answer& said, const asked& by, std::size_t piece);

/// The seconds of `created`. A fixed number, so that the same script gives the same bytes.
inline constexpr std::string_view created = "1760000000";

/// The script's finish reason, or what fits.
std::string_view finish_of(const answer& said);

void append_usage(std::string& out, std::size_t input, std::size_t output);

} // namespace hedgerow::simulated::openai
