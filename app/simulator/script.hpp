#pragma once

#include "app/simulator/content.hpp"
#include "app/simulator/delivery.hpp"
#include "routes/http.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What a simulated provider does, per model and per call. No I/O, no clock.
namespace hedgerow::simulated {

/// What becomes of a request whose last message is the assistant's own, to be continued.
enum class prefill_habit : std::uint8_t {
  ignore, ///< Answered as if it were not there.
  refuse, ///< The provider's 400.
  resume, ///< The answer goes on after the partial text, if it begins with it.
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
  telling stream;
  prefill_habit prefill = prefill_habit::ignore;
};

/// One stretch of a model's script: a behaviour, and how long it holds. With neither `calls` nor
/// `lasts` it holds until the script changes.
struct step {
  std::optional<std::uint64_t> calls;
  std::optional<milliseconds> lasts;
  std::shared_ptr<const behaviour> then;
  /// After this step, which is the last, the first follows again.
  bool goes_round = false;
};

/// Taken in order; the last one holds on, unless it goes round. Either all steps before it count
/// calls or all count time.
using steps = std::vector<step>;

step always(behaviour x);
step for_calls(std::uint64_t calls, behaviour x);
step for_time(milliseconds lasts, behaviour x);

/// The same steps again and again: up for two seconds, down for one, up for two.
/// Requires: every step counts calls, or every step counts time.
steps in_turns(steps x);

/// The name that stands for every model without steps of its own.
inline constexpr std::string_view any_model = "*";

struct script {
  /// The key that callers must show; empty: none.
  std::string api_key;
  /// Stands before OpenAI's `/chat/completions`; the other dialects take any.
  std::string prefix = "/v1";
  /// Of every random draw.
  std::uint64_t seed = 1;
  std::map<std::string, steps, std::less<>> models;
};

/// What is done with one call: how, and the waits that were drawn for it.
struct reaction {
  std::shared_ptr<const behaviour> how;
  microseconds wait{0};
  microseconds first_token{0};
};

/// What call `call_number` (from 1) of `model` meets, `elapsed` after the model's steps were set.
/// Depends on nothing else, so a run with the same seed can be repeated. Nothing: unknown model.
std::optional<reaction> behaviour_of(const script& x, std::string_view model,
                                     std::uint64_t call_number, microseconds elapsed,
                                     std::uint64_t seed);

/// Whether `how` turns down a request that is `prefilled`: with a 400, whatever else it would say.
bool refuses(const behaviour& how, bool prefilled);

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
