#pragma once

#include "routes/openai.hpp"

/// Azure OpenAI: the OpenAI dialect at other addresses. Sources: semantics.md §4.4, §6.1.
namespace hedgerow::azure {

/// As `openai::strict_objection`.
std::optional<failure> objection(const route_config& route, const model_call& call);

/// The call as an HTTP request to `route`, whose model is the name of a deployment.
///
/// An `api_version` that is a date (`2024-10-21`, `2025-04-01-preview`) means the classic address,
/// `{base_url}/openai/deployments/{model}/chat/completions?api-version=…`. Any other, or none,
/// means the v1 API, `{base_url}/openai/v1/chat/completions`, with `api-version` only where it is
/// set. What `base_url` already holds of that path is not added again. The key goes as `api-key`; a
/// token of Entra ID can be configured as the header `Authorization`.
///
/// The body is `openai::body_of`. The limit of output tokens is called `max_completion_tokens`,
/// which the service knows since 2024-09-01, and `max_tokens` for versions before that.
///
/// Requires: as `openai::encode`.
http_request encode(const route_config& route, const model_call& call);

} // namespace hedgerow::azure
