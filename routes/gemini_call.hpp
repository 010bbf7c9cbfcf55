#pragma once

#include "contracts/json.hpp"

#include <string>
#include <string_view>

namespace hedgerow::gemini {

/// A function call that comes in parts: `partialArgs` of a streamed reply, each a value and the
/// JSONPath to where it belongs, such as `$.steps[0].text`. Source: the recorded streams of
/// Vertex AI; the published types of google-genai name the members.
class partial_call {
public:
  /// `part` has a `functionCall` with a name.
  explicit partial_call(const json::value& part);

  /// Takes in a `functionCall` of this or a later part.
  void take(const json::value& call);

  /// The whole part as compact JSON. Where a path made no sense, its text stands for the arguments:
  /// a call with a hole must not pass for a whole one.
  std::string whole() const;

private:
  json::value* place_of(std::string_view path);
  void put(json::value& to, const json::value& from);

  json::document part_;
  json::document arguments_;
  std::string bad_path_;
};

} // namespace hedgerow::gemini
