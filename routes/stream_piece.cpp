#include "routes/stream_piece.hpp"

#include <algorithm>

namespace hedgerow {
namespace {

/// Whether a value that is not empty begins at `text`, which follows a member's name.
bool begins_value(std::string_view text) {
  const auto skip_blanks = [&text] {
    text.remove_prefix(std::min(text.size(), text.find_first_not_of(" \t\r\n")));
  };
  skip_blanks();
  if (!text.starts_with(':'))
    return false;
  text.remove_prefix(1);
  skip_blanks();
  if (text.starts_with('"'))
    return text.size() > 1 && text[1] != '"';
  return text.starts_with('{') || text.starts_with('[');
}

} // namespace

bool holds_content(std::string_view data, std::initializer_list<std::string_view> keys) {
  return std::ranges::any_of(keys, [data](std::string_view key) {
    const auto quoted = '"' + std::string{key} + '"';
    for (auto i = data.find(quoted); i != std::string_view::npos; i = data.find(quoted, i + 1))
      if (begins_value(data.substr(i + quoted.size())))
        return true;
    return false;
  });
}

} // namespace hedgerow
