#include "routes/sse.hpp"

#include <algorithm>

namespace hedgerow {
namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
/// More than this of unknown lines tells nobody anything.
constexpr std::size_t other_max = 64u << 10;

std::size_t end_of_line(std::string_view text) {
  const auto feed = text.find('\n');
  return std::min(feed, text.substr(0, feed).find('\r'));
}

} // namespace

std::optional<sse_event> sse_parser::next() {
  if (told_)
    clear();
  while (!rest_.empty() && !overflowed_) {
    if (after_return_ && rest_.front() == '\n') {
      after_return_ = false;
      rest_.remove_prefix(1);
      continue;
    }
    after_return_ = false;
    const auto end = end_of_line(rest_);
    const auto piece = rest_.substr(0, end);
    if (!fits(line_.size(), piece.size(), limits_.line))
      break;
    if (end == std::string_view::npos) {
      line_ += piece;
      rest_ = {};
      break;
    }
    after_return_ = rest_[end] == '\r';
    rest_.remove_prefix(end + 1);
    if (!line_.empty())
      line_ += piece;
    const auto whole = take_line(line_.empty() ? piece : std::string_view{line_});
    line_.clear();
    if (whole) {
      told_ = true;
      return sse_event{name_, std::string_view{data_}.substr(0, data_.size() - 1)};
    }
  }
  return std::nullopt;
}

/// Whether the line ends an event.
bool sse_parser::take_line(std::string_view line) {
  if (!started_ && line.starts_with(byte_order_mark))
    line.remove_prefix(byte_order_mark.size());
  started_ = true;
  if (!line.empty()) {
    take_field(line);
    return false;
  }
  if (!data_.empty())
    return true;
  clear();
  return false;
}

void sse_parser::take_field(std::string_view line) {
  const auto colon = line.find(':');
  const auto field = line.substr(0, colon);
  auto value = colon == std::string_view::npos ? std::string_view{} : line.substr(colon + 1);
  if (value.starts_with(' '))
    value.remove_prefix(1);
  if (field == "data") {
    if (!fits(data_.size(), value.size() + 1, limits_.event))
      return;
    data_ += value;
    data_ += '\n';
  } else if (field == "event") {
    name_ = value;
  } else if (!field.empty() && field != "id" && field != "retry"
             && other_.size() + line.size() < other_max) {
    other_ += line;
    other_ += '\n';
  }
}

bool sse_parser::fits(std::size_t held, std::size_t more, std::size_t limit) {
  if (more <= limit - held)
    return true;
  overflowed_ = true;
  return false;
}

void sse_parser::clear() {
  name_.clear();
  data_.clear();
  other_.clear();
  told_ = false;
}

std::string_view sse_parser::tail() {
  if (told_)
    clear();
  if (!line_.empty()) {
    take_line(line_);
    line_.clear();
  }
  auto left = std::string_view{data_.empty() ? other_ : data_};
  if (left.ends_with('\n'))
    left.remove_suffix(1);
  return left;
}

} // namespace hedgerow
