#pragma once

#include "contracts/json.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace hedgerow {

/// What stands around the text in a stream's events, with most providers the same each time: an
/// event that differs from another in its text alone is understood without parsing it.
class text_frame {
public:
  /// The string that is all that matters of an event which has come before but for it; null if
  /// more of the event matters.
  using find_text = const json::value* (*)(const json::value& data);

  /// Learns from `data`, an event's JSON in which `find` finds the member `key`. A stream whose
  /// events differ all the time is given up soon.
  void learn(std::string_view data, std::string_view key, find_text find);

  /// The text of an event that says the same as the one learned from otherwise; nothing if it does
  /// not, or if the text has escapes or is no text. The view is into `data`.
  std::optional<std::string_view> text_in(std::string_view data);

private:
  std::string before_;
  std::string after_;
  int in_vain_ = 0;
};

} // namespace hedgerow
