#pragma once

#include "contracts/completion.hpp"
#include "contracts/failure.hpp"
#include "routes/http.hpp"
#include "routes/transport.hpp"

#include <chrono>
#include <optional>
#include <variant>

/// Google's generateContent, on the Gemini API and on Vertex AI, whole answers: bytes to canonical
/// form and back, no I/O. Sources: semantics.md §4.3, §4.8, §6.
namespace hedgerow::gemini {

/// What keeps `call` from being said to `route`; nothing: it can be. Beside what `turns.hpp` lists,
/// all of class `capability`: a tool's name other than 1 to 64 letters, digits, `_`, `.`, `:` or
/// `-` of which the first is a letter or `_`; an image in a tool's message; more than five stop
/// words.
std::optional<failure> objection(const route_config& route, const model_call& call);

/// The call as an HTTP request to `route`, at `{base_url}/v1beta/models/{model}:generateContent`
/// with `x-goog-api-key`. A version that `base_url` ends with stands for `v1beta`. Where `base_url`
/// names a project (`https://europe-west4-aiplatform.googleapis.com/v1/projects/p/locations/l`) it
/// is Vertex AI, at `{base_url}/publishers/google/models/{model}:generateContent`, and the key is a
/// token of OAuth; at a host of Vertex AI without a project it is express mode and the key is a
/// key. A model with a `/` is a path of its own (`tunedModels/x`, `publishers/meta/models/x`).
///
/// What the dialect has no words for follows these rules.
/// - System messages, turns and blank texts: as in `anthropic::encode`.
/// - A JSON Schema goes out as `responseJsonSchema`, or as `responseSchema` where it can be lowered
///   to that only, if the route has the capability `json_schema` and there are no tools, beside
///   which older models take none; else the form is told in a sentence at the end of the system
///   text. JSON without a schema is told and switched on by `responseMimeType`.
/// - A tool's parameters go out as `parametersJsonSchema`, else as `parameters`, else in its
///   description. `strict` is dropped: there is no such mode.
/// - A tool's result that is no JSON object is `{"output": …}`, or `{"error": …}` if it failed.
/// - `parallel_tool_calls: false` is told in a sentence; the validator counts the calls.
/// - `reasoning_effort` is a `thinkingBudget` of 0 (`none`), 1024 (`minimal`, `low`), 8192 or 24576
///   tokens.
/// - Signatures of thoughts go back where Gemini issued them. Models since Gemini 3 refuse a call
///   without one; the first call of a turn that has none carries the words that Google documents
///   for calls of other origin.
/// - `seed` is dropped beyond 32 bits. Dropped too: `user`, names of participants, an image's
///   `detail`, other providers' thoughts.
///
/// Requires: `call.ask` is set, the JSON texts in it are JSON, and there is no `objection`.
http_request encode(const route_config& route, const model_call& call);

/// The reply, read as `openai::decode` does. A prompt that was blocked and a rating that blocks are
/// `policy`, whatever else the reply holds. Parts that are no text, thought or function call are no
/// part of the answer; an answer of nothing else has an empty text.
std::variant<completion, failure> decode(const http_reply& reply, const model_call& call,
                                         std::chrono::system_clock::time_point now = {});

} // namespace hedgerow::gemini
