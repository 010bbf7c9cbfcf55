#include "contracts/json.hpp"
#include "contracts/repair_machine.hpp"

namespace hedgerow::repairs {
namespace {

char closer_of(char open) { return open == '{' ? '}' : open == '[' ? ']' : ')'; }

} // namespace

reading reader::run() {
  value(role::root);
  while (!frames_.empty() && !out_.failed)
    element();
  out_.end = at_;
  return std::move(out_);
}

/// One step: a member or an item, a comma, or the end of the container.
void reader::element() {
  skip();
  const char c = here();
  if (at_ >= text_.size())
    return end_of_text();
  if (c == ',') {
    if (frames_.back().comma || frames_.back().count == 0)
      mend("a comma too many was left out");
    frames_.back().comma = true;
    ++at_;
    return;
  }
  if (c == '}' || c == ']' || (c == ')' && is_open('(')))
    return closer(c);
  if (frames_.back().open == '{')
    member();
  else
    item();
}

void reader::item() {
  begin_element();
  const auto before = at_;
  const auto is_string = quote_length(text_, at_) > 0;
  const auto depth = frames_.size();
  value(role::item);
  if (out_.failed || frames_.size() > depth)
    return;
  if (out_.json.size() == frames_.back().element + (frames_.back().count > 1 ? 1 : 0)) {
    drop_element("an item that was not finished was left out");
    if (at_ == before && at_ < text_.size())
      fail("something that is no value stands in an array");
    return;
  }
  if (is_string && at_or_nul(text_, skip_space(text_, at_)) == ':')
    imply_object();
}

/// `["a": 1]` is read as `[{"a": 1}]`.
void reader::imply_object() {
  if (frames_.size() == depth_max)
    return give_up("it is nested too deeply");
  auto& top = frames_.back();
  const auto start = top.element + (top.count > 1 ? 1 : 0);
  const auto name = json::parse(std::string_view{out_.json}.substr(start));
  frames_.push_back({.open = '{',
                     .start = start,
                     .element = start + 1,
                     .count = 1,
                     .implied = true,
                     .name = name ? std::string{json::text_of(*name)} : std::string{}});
  out_.json.insert(start, 1, '{');
  ++out_.containers;
  mend("braces were put around a member in an array");
  colon();
  out_.json += ':';
  const auto before = out_.json.size();
  const auto depth = frames_.size();
  if (at_ < text_.size())
    value(role::member);
  if (!out_.failed && frames_.size() == depth && out_.json.size() == before)
    drop_element("a member without a value was left out");
}

void reader::end_of_text() {
  out_.truncated = true;
  mend("the end that was cut off was closed");
  close(false);
}

void reader::closer(char c) {
  const auto& top = frames_.back();
  if (top.comma && top.count > 0)
    mend("a trailing comma was left out");
  if (c == closer_of(top.open))
    return close(true);
  const char open = c == '}' ? '{' : c == ']' ? '[' : '(';
  if (is_open(open)) {
    if (!top.implied)
      mend("a missing closing bracket was put in");
    return close(false);
  }
  const char next = at_or_nul(text_, skip_space(text_, at_ + 1));
  if (next == ',' || next == closer_of(top.open)) {
    mend("a closing bracket too many was left out");
    ++at_;
    return;
  }
  mend("a closing bracket was replaced by the right one");
  close(true);
}

/// Ends the container that was opened last; `take`: its closing bracket stands here.
void reader::close(bool take) {
  const auto x = std::move(frames_.back());
  frames_.pop_back();
  at_ += take ? 1 : 0;
  if (x.open == '(')
    return close_parentheses(x);
  out_.json += closer_of(x.open);
  if (frames_.empty() && x.open == '{' && !x.implied) {
    frames_.push_back(x);
    reopen_root();
  }
}

/// `(1, 2)` is a list, `(1)` is 1, `f(1)` too.
void reader::close_parentheses(const frame& x) {
  if (x.call && x.count != 1)
    return fail("a call has other than one argument");
  out_.json += ']';
  if (x.count == 1 && !x.comma) {
    out_.json.pop_back();
    out_.json.erase(x.start, 1);
  }
  mend(x.call ? "the call around a value was left out" : "parentheses were made brackets");
}

/// `{"a": 1}, "b": 2}` is one object that was closed too early.
void reader::reopen_root() {
  const auto comma = skip_space(text_, at_);
  if (at_or_nul(text_, comma) == ',' && is_quoted_key(text_, skip_space(text_, comma + 1))) {
    out_.json.pop_back();
    frames_.back().comma = true;
    at_ = comma + 1;
    return mend("a closing brace in the middle of an object was left out");
  }
  frames_.pop_back();
}

void reader::begin_element() {
  auto& top = frames_.back();
  if (top.count > 0 && !top.comma)
    mend("a missing comma was put in");
  top.element = out_.json.size();
  if (top.count > 0)
    out_.json += ',';
  ++top.count;
  top.comma = false;
}

void reader::drop_element(const char* why) {
  mend(why);
  auto& top = frames_.back();
  out_.json.resize(top.element);
  --top.count;
}

reading read_value(std::string_view text, std::size_t at) { return reader{text, at}.run(); }

} // namespace hedgerow::repairs
