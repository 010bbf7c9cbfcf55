#pragma once

#include "actors/messages.hpp"
#include "contracts/error.hpp"

#include <memory>

namespace hedgerow {

/// Turns a caller's request into the question that its attempts share: finds the task, checks the
/// input, adds the task's system text, parameters and output format. Touches no route.
///
/// Errors: `model_not_found` (no such task), `invalid_request` (nothing is asked), `invalid_input`
/// (the input breaks `input.schema` or is longer than `input.max_tokens`).
result<question_ptr> admit(request x, std::shared_ptr<const policy> rules);

} // namespace hedgerow
