#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace hedgerow::json {

/// Tells as soon as a text that comes in pieces can no longer become one JSON value (RFC 8259).
/// Looks at the grammar only: what `parse` refuses beyond it is found out at the end.
class prefix {
public:
  /// Takes in the next piece; false if nothing that may follow makes JSON of it. It stays so.
  bool take(std::string_view piece);

private:
  enum class state : std::uint8_t {
    begin,      ///< A value must come.
    first_item, ///< A value or the end of an array.
    first_name, ///< A name or the end of an object.
    name,       ///< A name must come.
    colon,      ///< The colon behind a name.
    after,      ///< Behind a value: a comma, or the end of what holds it.
    string,     ///< Within a string.
    escape,     ///< Behind a backslash.
    hex,        ///< Within `\uXXXX`.
    word,       ///< Within `true`, `false` or `null`.
    number,     ///< Within a number.
    broken,
  };

  bool step(char c);
  bool begin_value(char c);
  bool end_container(char c);
  bool take_number(char c);
  void end_value();

  state state_ = state::begin;
  /// The brackets that are open.
  std::vector<char> open_;
  /// The string under way is a name.
  bool in_name_ = false;
  unsigned hex_left_ = 0;
  /// What is left of the word under way.
  std::string_view word_;
  /// The number under way: its part, and whether that may end here.
  char part_ = 0;
  bool may_end_ = false;
};

} // namespace hedgerow::json
