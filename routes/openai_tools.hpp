#pragma once

#include "contracts/completion.hpp"
#include "contracts/error.hpp"
#include "contracts/json.hpp"

#include <vector>

namespace hedgerow::openai {

/// Tools as OpenAI's chat API lists them: an array of
/// `{"type":"function","function":{"name","description","parameters","strict"}}`.
/// Errors: `invalid_request`, with the place in the list as `param`, for example `[1]`.
result<std::vector<tool>> read_tools(const json::value& list);

} // namespace hedgerow::openai
