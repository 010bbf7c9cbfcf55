#pragma once

#include "contracts/failure.hpp"
#include "contracts/json.hpp"
#include "routes/http.hpp"

#include <chrono>

/// What Google says went wrong, in our words. Sources: semantics.md §4.3, §4.10.
namespace hedgerow::gemini {

/// The class of a reply that is no answer: one with a status other than 2xx, or with a complaint
/// inside a 2xx. `body`: what of the reply's body is JSON, null if none is. Without a complaint the
/// status decides.
failure classify(const http_reply& reply, const json::value& body,
                 std::chrono::system_clock::time_point now);

} // namespace hedgerow::gemini
