#pragma once

#include "contracts/failure.hpp"
#include "routes/classify.hpp"
#include "routes/http.hpp"

#include <chrono>
#include <optional>

/// What a provider of the OpenAI dialect says went wrong, in our words.
/// Sources: semantics.md §4.1, §4.6, §4.9, §4.10; design.md, "Failure classes".
namespace hedgerow::openai {

/// The class of a reply that is no answer: one with a status other than 2xx, or with a complaint
/// inside a 2xx. Without a complaint the status decides.
failure classify(const http_reply& reply, const std::optional<complaint>& said,
                 std::chrono::system_clock::time_point now);

} // namespace hedgerow::openai
