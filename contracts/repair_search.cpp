#include "contracts/repair_search.hpp"

#include "contracts/repair_blank.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace hedgerow::repairs {
namespace {

/// A broken value with so many quoted strings is no prose.
constexpr std::size_t meant_as_json = 2;

bool is_fence(std::string_view text, std::size_t at) {
  return text.substr(std::min(at, text.size()), 3) == "```";
}

/// The end of the mark of a code block: backticks, and a language that a line break, white space
/// or a bracket follows.
std::size_t fence_end(std::string_view text, std::size_t at) {
  at = std::min(text.find_first_not_of('`', at), text.size());
  auto end = at;
  while (end < text.size() && (is_name_part(text[end]) || text[end] == '+'))
    ++end;
  const char c = at_or_nul(text, end);
  return c == '{' || c == '[' || skip_space(text, end) > end || end == text.size() ? end : at;
}

/// Goes through a text from value to value.
class searcher {
public:
  explicit searcher(std::string_view text) : text_{text} {}

  findings run();

private:
  void take();
  void pass_over();
  void between();
  bool take_call();
  void take_scalar();

  std::string_view text_;
  std::size_t at_ = 0;
  findings out_;
  /// What was met since the last value.
  bool prose_ = false;
  bool parted_ = false;
  bool in_fence_ = false;
};

findings searcher::run() {
  if (take_call())
    return std::move(out_);
  while (at_ < text_.size()) {
    between();
    if (at_ >= text_.size())
      break;
    const char c = at_or_nul(text_, at_);
    if (is_fence(text_, at_)) {
      in_fence_ = !in_fence_;
      at_ = fence_end(text_, at_);
    } else if (c == '{' || c == '[' || (c == '(' && out_.values.empty() && !prose_)) {
      take();
    } else {
      pass_over();
    }
  }
  out_.prose = out_.prose || prose_;
  if (out_.values.empty() && !out_.failed)
    take_scalar();
  return std::move(out_);
}

/// Skips what may stand between values.
void searcher::between() {
  for (;;) {
    const auto x = skip_blank(text_, at_);
    at_ = x.end;
    parted_ = parted_ || x.newline;
    const char c = at_or_nul(text_, at_);
    if (c != ',' && c != ';' && c != '}' && c != ']' && c != ')')
      return;
    parted_ = parted_ || c == ',';
    ++at_;
  }
}

void searcher::pass_over() {
  prose_ = true;
  ++at_;
  // To the next place where a value can start; within a word none can.
  at_ = std::min(text_.find_first_of("{[`", at_), text_.size());
  while (at_ < text_.size() && text_[at_] == '`' && !is_fence(text_, at_))
    at_ = std::min(text_.find_first_of("{[`", at_ + 1), text_.size());
}

/// Reads the value at the bracket here, or passes over what is none.
void searcher::take() {
  auto read = read_value(text_, at_);
  // Parentheses around prose are no list.
  const auto is_prose = text_[at_] == '(' && read.quoted == 0 && read.changes.size() > 1;
  const auto begin = std::exchange(at_, std::max(read.end, at_ + 1));
  if (read.failed && (read.hopeless || read.quoted >= meant_as_json)) {
    out_.failed = std::move(read.failed);
    at_ = text_.size();
  }
  if (read.failed || is_prose) {
    prose_ = true;
    return;
  }
  out_.prose = out_.prose || prose_;
  out_.values.push_back({.begin = begin,
                         .read = std::move(read),
                         .fenced = in_fence_,
                         .follows = !out_.values.empty() && !prose_,
                         .parted = parted_});
  prose_ = false;
  parted_ = false;
}

/// `callback({…});` as a whole.
bool searcher::take_call() {
  const auto start = skip_blank(text_, 0).end;
  auto end = start;
  while (is_name_part(at_or_nul(text_, end)))
    ++end;
  if (end == start || at_or_nul(text_, skip_space(text_, end)) != '(')
    return false;
  auto read = read_value(text_, start);
  if (read.failed || read.changes.size() == 0)
    return false;
  at_ = read.end;
  between();
  if (at_ < text_.size())
    return false;
  out_.values.push_back({.begin = start, .read = std::move(read)});
  return true;
}

void searcher::take_scalar() {
  auto start = skip_blank(text_, 0).end;
  if (is_fence(text_, start))
    start = skip_blank(text_, fence_end(text_, start)).end;
  if (start >= text_.size())
    return;
  auto read = read_value(text_, start);
  if (read.failed || read.json.empty())
    return;
  at_ = std::max(read.end, start + 1);
  between();
  if (is_fence(text_, at_)) {
    at_ = fence_end(text_, at_);
    between();
  }
  if (at_ < text_.size())
    return;
  out_.prose = false;
  out_.values.push_back({.begin = start, .read = std::move(read)});
}

} // namespace

findings find_values(std::string_view text) { return searcher{text}.run(); }

std::string_view bare_text(std::string_view text) {
  auto first = skip_space(text, 0);
  if (is_fence(text, first))
    first = skip_space(text, fence_end(text, first));
  const auto last = text.find_last_not_of(" \t\r\n`");
  return last == text.npos || last < first ? std::string_view{}
                                           : text.substr(first, last + 1 - first);
}

bool is_escaped(std::string_view text) {
  auto i = text.find('"');
  if (i == text.npos)
    return false;
  for (; i != text.npos; i = text.find('"', i + 1))
    if (i == 0 || text[i - 1] != '\\')
      return false;
  return true;
}

std::string unescaped(std::string_view text) {
  constexpr std::string_view codes = "\"\\/nrt";
  constexpr std::string_view meant = "\"\\/\n\r\t";
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto known = text[i] == '\\' ? codes.find(at_or_nul(text, i + 1)) : codes.npos;
    out += known == codes.npos || i + 1 >= text.size() ? text[i] : meant[known];
    i += known == codes.npos || i + 1 >= text.size() ? 0 : 1;
  }
  return out;
}

} // namespace hedgerow::repairs
