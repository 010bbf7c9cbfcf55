#pragma once

#include "contracts/completion.hpp"
#include "routes/http.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// What a simulated provider does, per model and per call. No I/O, no clock.
namespace hedgerow::simulated {

using std::chrono::microseconds;
using std::chrono::milliseconds;

/// A lognormal time: half of the draws are below `median`. `sigma` 0: always the median.
struct spread {
  milliseconds median{0};
  double sigma = 0;
};

/// How long a call waits before the first byte of its reply.
struct latency {
  spread usual;
  spread slow;
  /// The share of calls that draw from `slow`, 0 to 1.
  double slow_share = 0;
};

/// What a model says, in no provider's dialect.
struct answer {
  std::string text;
  std::vector<tool_call> tool_calls;
  std::string refusal;
  /// As it goes on the wire, known to the dialect or not. Empty: what fits the answer.
  std::string finish_reason;
};

/// A provider's own error. What is empty is filled in by status, as the provider words it.
struct provider_error {
  std::string message;
  std::string type;
  std::string code;
  std::string param;
};

/// Bytes sent as they are: a recorded body, a page of a proxy, anything broken.
struct raw_body {
  std::string bytes;
  std::string content_type = "application/json";
};

using content = std::variant<answer, provider_error, raw_body>;

/// Sends a body in pieces of `bytes`, with a pause before each but the first.
struct drip {
  std::size_t bytes = 1;
  milliseconds every{0};
};

/// How one call is met.
struct behaviour {
  int status = 200;
  /// Added to the reply; one of the same name replaces the simulator's own.
  http_headers headers;
  content says;
  latency wait;
  /// Takes the call and never says a word.
  bool silent = false;
  /// Resets the connection (RST) after so many bytes of the reply, head included.
  std::optional<std::size_t> reset_after;
  /// Closes the connection after so many bytes of the body; the head promises all of it.
  std::optional<std::size_t> cut_after;
  std::optional<drip> pace;
};

/// One stretch of a model's script: a behaviour, and how long it holds. With neither `calls` nor
/// `lasts` it holds until the script changes.
struct step {
  std::optional<std::uint64_t> calls;
  std::optional<milliseconds> lasts;
  std::shared_ptr<const behaviour> then;
};

/// Taken in order; the last one holds on. Either all steps before it count calls or all count time.
using steps = std::vector<step>;

step always(behaviour x);
step for_calls(std::uint64_t calls, behaviour x);
step for_time(milliseconds lasts, behaviour x);

/// The name that stands for every model without steps of its own.
inline constexpr std::string_view any_model = "*";

struct script {
  /// The key that callers must show; empty: none.
  std::string api_key;
  /// Stands before `/chat/completions`.
  std::string prefix = "/v1";
  /// Of every random draw.
  std::uint64_t seed = 1;
  std::map<std::string, steps, std::less<>> models;
};

/// What is done with one call: how, and the wait that was drawn for it.
struct reaction {
  std::shared_ptr<const behaviour> how;
  microseconds wait{0};
};

/// What call `call_number` (from 1) of `model` meets, `elapsed` after the model's steps were set.
/// Depends on nothing else, so a run with the same seed can be repeated. Nothing: unknown model.
std::optional<reaction> behaviour_of(const script& x, std::string_view model,
                                     std::uint64_t call_number, microseconds elapsed,
                                     std::uint64_t seed);

/// The steps for `model`, its own or those for any model; null if there are none.
const steps* steps_of(const script& x, std::string_view model);

/// The wait of one call. Never longer than an hour, whatever the draw.
microseconds wait_of(const latency& x, std::string_view model, std::uint64_t call_number,
                     std::uint64_t seed);

/// A good answer with this text.
behaviour answers(std::string text, latency wait = {});

/// An error of the provider; `code` empty: what the provider says with this status.
behaviour fails(int status, std::string code = {}, http_headers headers = {});

/// Accepts and never answers.
behaviour stays_silent();

/// Resets the connection before the first byte.
behaviour resets();

/// Always the same wait, and a lognormal one.
latency fixed(milliseconds wait);
latency lognormal(milliseconds median, double sigma);

/// What is served when no script is given: every model classifies a support ticket.
script default_script();

} // namespace hedgerow::simulated
