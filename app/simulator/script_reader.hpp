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
///       flaps: { repeat: [ { for: 2s, answer: up }, { for: 1s, status: 503 } ] }
///       "*": { silence: true }   # every other model; absent: 404 model_not_found
///
/// Steps are taken in order. Each holds for `calls: N` calls of its model or `for: 4s` since the
/// model's script began (at the start, or when it was set); one model uses either of the two. The
/// last step has neither and holds on. Under `repeat` the last step has one too, and the first
/// follows it.
///
/// The path of a call says which dialect the answer is worded in, and a body or a method that asks
/// for a stream gets one:
/// - OpenAI: `{prefix}/chat/completions`, `/openai/v1/chat/completions` and
///   `/openai/deployments/{model}/chat/completions`;
/// - Anthropic: any path that ends in `/v1/messages`;
/// - Gemini: any path that ends in `/models/{model}:generateContent` or `:streamGenerateContent`,
///   with `alt=sse` or, without it, as a JSON array.
///
/// What a step says, one of these; `status` alone says the provider's usual error:
/// - `answer`: a good completion. A text stands as it is, a mapping or a list becomes compact JSON.
///   `tool_call: { name, arguments, id }` (or a list of them), `refusal` and `finish_reason` go
///   with it or stand alone. A `finish_reason` of stop, tool_calls, length or content_filter is put
///   into the dialect's words; any other goes out as it is.
/// - `error: { message, type, code, param, retry_delay }`: the provider's error body with these
///   members, also under `status: 200` (to a caller who wants a stream: as its only event). Where
///   Gemini has no such member: `type` is its `status`, `code` the reason of an ErrorInfo, or the
///   id of a quota if it has `Per` in it, `param` the field of a BadRequest, `retry_delay: 37s` a
///   RetryInfo.
/// - `malformed`: `prose` (a completion whose text is no JSON), `json` (one whose text is broken
///   JSON), `html` (a web page in place of the completion).
/// - `body: text` or `body: { file: path }`: these bytes. `replay: path`: the bytes of a recorded
///   body, its type taken from the file's name; one that ends in `.sse` goes out event by event.
///   `replay: { file: path, chunks: events, gap: 20ms }` does so with pauses, and `chunks` may be a
///   list of sizes in bytes and of `{ bytes: 418, after: 20ms }`.
///
/// How it is said: `status`, `headers`, and
/// - `latency`: `200ms`, `{ lognormal: { median: 300ms, sigma: 0.3 } }`, or
///   `{ usual: …, slow: …, slow_share: 5% }` with either of these in both places.
/// - `drip: { bytes: 16, every: 20ms }`: the body in pieces.
/// - `reset: 0`: RST after so many bytes of the reply. `cut: 40`: closed after so many of the body,
///   of which a stream's framing is no part.
/// - `silence: true`: takes the call and never answers; stands alone.
/// - `prefill`: what becomes of a request whose last message is the assistant's. `refuse`: the
///   provider's 400. `continue`: the answer goes on from there, if it begins with that text.
///   Absent: it is answered from the beginning.
/// - `stream`: how an answer is told to a caller who wants it as a stream; of no effect on others.
///
/// The members of `stream`, each absent: not so. Events count from 1, signs of life are none.
/// - `piece: 5`: the characters of text or of a tool's arguments in one event; absent: 16.
/// - `first_token: 200ms`, or any form of `latency`: before the first event with content, after the
///   head and what stands before it. `gap: 20ms`: before each of the others with content.
/// - `stall: { after: 3, lasts: 2s }`: a pause after three events; without `lasts` for ever.
/// - `cut: 3`, `reset: 3`: closes, or resets, the connection after three events; without the end of
///   the body even if these are all.
/// - `broken: { at: 3 }`: event 3 lacks its last bracket. `broken: { at: 3, empty: true }`: before
///   it comes one more event, which is broken and says nothing.
/// - `error: { after: 2, status: 529, message, type, code, param, retry_delay }`: the stream ends
///   with the provider's error in place of event 3; `after: 0`: nothing but the error. `status`
///   (absent: 500) picks the words for what is left out. `bare: true`: the JSON without its event.
/// - `without: [end, finish, usage]`, or one of them: leaves out `[DONE]` or `message_stop`, the
///   event with the finish reason, the event with the usage.
/// - `pings: 50ms`: the dialect's sign of life (Anthropic's `ping`, else a comment) so often while
///   it waits between the head and the end. `comments: 50ms`: always a comment.
namespace hedgerow::simulated {

/// The script, or everything that is wrong with it. Files named in it are read now, relative to
/// `folder`; `file` is how findings call the text.
std::variant<script, std::vector<finding>>
read_script(std::string_view yaml, const std::filesystem::path& folder, std::string file);

/// The same of a file.
std::variant<script, std::vector<finding>> load_script(const std::filesystem::path& file);

} // namespace hedgerow::simulated
