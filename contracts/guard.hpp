#pragma once

#include "contracts/completion.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

/// What a guard model is asked about a conversation, and how its word is read.
namespace hedgerow {

/// Whether a request and its answers may pass, from the mildest to the strictest.
enum class safety_verdict : std::uint8_t {
  allow,
  unverified, ///< Nobody could say: it does not pass, either.
  block,
};

std::string_view to_string(safety_verdict x);

/// The verdict of one request: it only ever rises, whoever speaks and in whatever order.
/// Source: semantics.md §9.2.
class safety_latch {
public:
  void raise(safety_verdict x) { now_ = std::max(now_, x); }

  safety_verdict now() const { return now_; }
  bool is_open() const { return now_ == safety_verdict::allow; }

private:
  safety_verdict now_ = safety_verdict::allow;
};

/// What a guard said, and why in a few words.
struct guard_word {
  safety_verdict is = safety_verdict::unverified;
  std::string reason;
};

/// Reads a guard's answer in the form of Llama Guard 3 and 4: a first line `safe`, or `unsafe` with
/// the categories in the next line. Only that passes: other words, other spellings and an answer
/// that was cut are no verdict and block. Source: semantics.md §9.1.
guard_word read_guard(const completion& x);

/// The conversation that a guard judges: what people, tools and models have said, without the
/// system's part, which is ours. Results of tools count as the user's words: the model reads them
/// like those. Tool calls are written out.
prompt guard_prompt(const prompt& asked);

/// The same, with the answer as its last turn, which is the one that is judged then.
prompt guard_prompt(const prompt& asked, const completion& answer);

/// Whether there is something in `x` that only a guard with vision could judge.
bool has_image(const prompt& x);

} // namespace hedgerow
