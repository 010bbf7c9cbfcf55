#pragma once

#include "app/simulator/dialect.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// Anthropic's Messages.
/// Sources: semantics.md §4.2 (errors), §5.4 (streams), §6.5 (bodies).
namespace hedgerow::simulated::anthropic {

extern const dialect table;

std::vector<event> events_of(const answer& said, const asked& by, std::size_t piece);

/// `{"id":…,"type":"message","role":"assistant","model":…`, without its closing brace.
std::string message_head(const asked& by);

/// The script's finish reason in this dialect's words, or what fits.
std::string_view stop_reason_of(const answer& said);

/// `"stop_reason":…,"stop_sequence":null`, and the details of a refusal.
std::string stop_of(const answer& said);

/// The id of a tool call, the script's or one made up.
std::string id_of(const tool_call& call, std::size_t index);

} // namespace hedgerow::simulated::anthropic
