#pragma once

#include "app/config/finding.hpp"
#include "app/simulator/script.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// Reads a simulator's script from YAML. It is strict: what is not listed here is an error.
///
///     api_key: secret            # absent: any caller, with a key or without
///     prefix: /v1                # stands before /chat/completions; absent: /v1
///     seed: 7                    # of every random draw; absent: 1
///     models:
///       compact:                 # a list of steps, or one step that always holds
///         - { calls: 2, status: 429, headers: { retry-after: "1" } }
///         - { calls: 3, answer: { category: billing }, latency: 200ms }
///         - { answer: "fine again" }
///       "*": { silence: true }   # every other model; absent: 404 model_not_found
///
/// Steps are taken in order. Each holds for `calls: N` calls of its model or `for: 4s` since the
/// model's script began (at the start, or when it was set); one model uses either of the two. The
/// last step has neither and holds on.
///
/// What a step says, one of these; `status` alone says the provider's usual error:
/// - `answer`: a good completion. A text stands as it is, a mapping or a list becomes compact JSON.
///   `tool_call: { name, arguments, id }` (or a list of them), `refusal` and `finish_reason` go
///   with it or stand alone.
/// - `error: { message, type, code, param }`: the provider's error body with these members, also
///   under `status: 200`.
/// - `malformed`: `prose` (a completion whose text is no JSON), `json` (one whose text is broken
///   JSON), `html` (a web page in place of the completion).
/// - `body: text` or `body: { file: path }`: these bytes. `replay: path`: the bytes of a recorded
///   body, its type taken from the file's name.
///
/// How it is said: `status`, `headers`, and
/// - `latency`: `200ms`, `{ lognormal: { median: 300ms, sigma: 0.3 } }`, or
///   `{ usual: …, slow: …, slow_share: 5% }` with either of these in both places.
/// - `drip: { bytes: 16, every: 20ms }`: the body in pieces.
/// - `reset: 0`: RST after so many bytes of the reply. `cut: 40`: closed after so many of the body.
/// - `silence: true`: takes the call and never answers; stands alone.
namespace hedgerow::simulated {

/// The script, or everything that is wrong with it. Files named in it are read now, relative to
/// `folder`; `file` is how findings call the text.
std::variant<script, std::vector<finding>>
read_script(std::string_view yaml, const std::filesystem::path& folder, std::string file);

/// The same of a file.
std::variant<script, std::vector<finding>> load_script(const std::filesystem::path& file);

} // namespace hedgerow::simulated
