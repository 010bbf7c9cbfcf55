#pragma once

#include "app/simulator/reply.hpp"

#include <string>
#include <string_view>
#include <variant>

/// The provider's side of the OpenAI chat dialect, whole answers: reads a request, words a reply.
/// Another dialect is a file like this one and a line in `render`.
/// Sources: semantics.md §4.1 (errors), §6.5 (bodies).
namespace hedgerow::simulated::openai {

/// What a request asks for, as far as a simulator cares.
struct question {
  std::string model;
};

/// Why a request gets no answer.
struct rejection {
  int status = 400;
  provider_error why;
};

/// Reads the body of a call. Rejects what the provider would: broken JSON, no model, no messages;
/// and streams, which the simulator does not speak.
std::variant<question, rejection> read(std::string_view body);

/// The call's method, path or key is wrong.
rejection wrong_path(std::string_view method, std::string_view path);
rejection wrong_method(std::string_view method);
rejection wrong_key(bool shown);
rejection unknown_model(std::string_view model);
rejection malformed(std::string_view why);

/// A chat completion that says `said`; the usage is one token for four bytes.
std::string completion_body(const answer& said, const asked& by);

/// `{"error":{…}}`; what `why` leaves empty is what the provider says with `status`.
std::string error_body(int status, const provider_error& why);

} // namespace hedgerow::simulated::openai
