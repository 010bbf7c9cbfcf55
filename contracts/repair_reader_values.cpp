#include "contracts/json.hpp"
#include "contracts/repair_machine.hpp"
#include "contracts/repair_word.hpp"

namespace hedgerow::repairs {
namespace {

/// Strings without a closing quote are read to the end of the text before they are cut, so only a
/// few may be.
constexpr std::size_t ran_out_max = 16;
constexpr std::size_t shown_name_max = 60;

} // namespace

void reader::value(role as) {
  skip();
  const char c = here();
  if (c == '{' || c == '[')
    open(c, false);
  else if (c == '(')
    open(c, false);
  else if (quote_length(text_, at_) > 0)
    string_value(as);
  else if (!call())
    word_value(as);
}

void reader::open(char bracket, bool is_call) {
  if (frames_.size() == depth_max)
    return give_up("it is nested too deeply");
  frames_.push_back({.open = bracket, .start = out_.json.size(), .call = is_call, .name = {}});
  out_.json += bracket == '{' ? '{' : '[';
  out_.containers += is_call ? 0 : 1;
  ++at_;
}

void reader::string_value(role as) {
  auto x = read_string(text_, at_, around(as));
  ran_out_ += x.ran_out ? 1 : 0;
  if (ran_out_ > ran_out_max || (x.suspect && frames_.empty()))
    return give_up("a string is broken");
  ++out_.quoted;
  out_.truncated = out_.truncated || x.ran_out;
  at_ = x.end;
  if (x.mended != nullptr)
    mend(x.mended);
  // "a" + "b"
  for (;;) {
    const auto plus = skip_blank(text_, at_).end;
    const auto next = skip_blank(text_, plus + 1).end;
    if (at_or_nul(text_, plus) != '+' || quote_length(text_, next) == 0)
      break;
    const auto more = read_string(text_, next, around(as));
    ran_out_ += more.ran_out ? 1 : 0;
    if (ran_out_ > ran_out_max)
      return give_up("a string is broken");
    x.value += more.value;
    at_ = more.end;
    mend("strings joined by + were made one");
  }
  json::append_quoted(out_.json, x.value);
}

/// A name with parentheses around one value, as JSONP and MongoDB's shell write it.
bool reader::call() {
  auto end = at_;
  while (is_name_part(at_or_nul(text_, end)))
    ++end;
  const auto open_at = skip_space(text_, end);
  if (end == at_ || !is_name_start(text_[at_]) || at_or_nul(text_, open_at) != '(')
    return false;
  // Parentheses that are part of an unquoted text have no value in them, or stand apart.
  if (open_at > end && !frames_.empty())
    return false;
  const auto inner = skip_blank(text_, open_at + 1).end;
  const char c = at_or_nul(text_, inner);
  const auto after = skip_space(text_, std::min(text_.find(')', inner), text_.size()));
  const auto is_simple = is_digit(c) || c == '-' || c == 't' || c == 'f' || c == 'n';
  if (c != '{' && c != '[' && c != '(' && quote_length(text_, inner) == 0
      && !(is_simple && after < text_.size()))
    return false;
  at_ = open_at;
  open('(', true);
  return true;
}

void reader::word_value(role as) {
  auto x = read_word(text_, at_, around(as));
  if (as == role::root && (x.bare_text || x.json.empty()))
    return fail("it is text, not a value");
  at_ = x.end;
  if (x.mended != nullptr)
    mend(x.mended);
  out_.truncated = out_.truncated || (x.json.empty() && at_ == text_.size());
  out_.json += x.json;
}

/// Skips what is between tokens and says so.
void reader::skip() {
  do {
    const auto x = skip_blank(text_, at_);
    at_ = x.end;
    if (x.comment)
      mend("a comment was left out");
    if (x.ellipsis)
      mend("an ellipsis was left out");
    if (x.strange)
      mend("white space that JSON does not know was left out");
  } while (here() == '`' && text_.substr(at_, 3) == "```" && fence());
}

/// Takes the mark of a code block: one that opens it stands where a value may start, another ends
/// the text, as the block was opened before the value. True: there may be more to skip.
bool reader::fence() {
  const auto start = !frames_.empty() && frames_.back().count == 0;
  if (!start && !fenced_) {
    text_ = text_.substr(0, at_);
    return false;
  }
  mend("the marks of a code block were left out");
  fenced_ = !fenced_;
  at_ = std::min(text_.find_first_not_of('`', at_), text_.size());
  while (fenced_ && at_ < text_.size() && is_name_part(text_[at_]))
    ++at_;
  return true;
}

surroundings reader::around(role as) const {
  return {.as = as,
          .in_parentheses = !frames_.empty() && frames_.back().open == '(',
          .depth = frames_.size()};
}

std::string reader::pointer() const {
  std::string out;
  for (const auto& x : frames_)
    if (x.open == '{')
      json::append_token(out, std::string_view{x.name}.substr(0, shown_name_max));
    else
      out += '/' + std::to_string(x.count == 0 ? 0 : x.count - 1);
  return out;
}

void reader::mend(const char* message) {
  out_.changes.add(out_.changes.is_full() ? std::string{} : pointer(), change_kind::syntax,
                   message);
}

void reader::fail(const char* what) {
  if (!out_.failed)
    out_.failed = error{.code = errc::invalid_json,
                        .message = "not valid JSON at byte " + std::to_string(at_)
                                   + " and past mending: " + what,
                        .param = {}};
}

void reader::give_up(const char* what) {
  fail(what);
  out_.hopeless = true;
}

} // namespace hedgerow::repairs
