#pragma once

#include "contracts/json.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hedgerow {

/// Writes one JSON object at the end of a text: the braces, the commas and the names. What is
/// absent gets no member.
class json_object {
public:
  /// Requires: `out` outlives the object, and names need no escapes.
  explicit json_object(std::string& out) : out_{out} { out_ += '{'; }

  /// Starts the member `name`; the caller appends its value to what is returned.
  std::string& member(std::string_view name);

  void text(std::string_view name, std::string_view value);
  void text_unless_empty(std::string_view name, std::string_view value);
  void flag(std::string_view name, std::optional<bool> value);
  void number(std::string_view name, std::optional<std::int64_t> value);
  /// What is not finite has no word in JSON and is left out.
  void number(std::string_view name, std::optional<double> value);

  void end() { out_ += '}'; }

private:
  std::string& out_;
  bool empty_ = true;
};

/// Appends `[…]` with one `write(item)` for each of `items`.
template <class Items, class Write>
void append_list(std::string& out, const Items& items, Write write) {
  out += '[';
  bool first = true;
  for (const auto& x : items) {
    if (!first)
      out += ',';
    first = false;
    write(x);
  }
  out += ']';
}

} // namespace hedgerow
