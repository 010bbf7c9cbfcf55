#include "contracts/repair_reader.hpp"

#include "contracts/json.hpp"
#include "contracts/repair_blank.hpp"
#include "contracts/repair_string.hpp"
#include "contracts/repair_word.hpp"

#include <algorithm>
#include <optional>

namespace hedgerow::repairs {
namespace {

/// As deep as `json::parse` reads.
constexpr std::size_t depth_max = json::limits{}.depth;
/// Strings without a closing quote are read to the end of the text before they are cut, so only a
/// few may be.
constexpr std::size_t ran_out_max = 16;
/// Templates double braces; more is no slip.
constexpr std::size_t wrappers_max = 4;
constexpr std::size_t shown_name_max = 60;

char closer_of(char open) { return open == '{' ? '}' : open == '[' ? ']' : ')'; }

/// A container that is open.
struct frame {
  char open = '[';
  /// Where its bracket stands in the output.
  std::size_t start = 0;
  /// Where its current member or item starts in the output, comma included.
  std::size_t element = 0;
  std::size_t count = 0;
  /// A comma stands since the last element.
  bool comma = false;
  /// `name(…)`: not a list, but what is in it.
  bool call = false;
  /// Was opened by a member in an array, not by a brace.
  bool implied = false;
  std::string name;
};

class reader {
public:
  reader(std::string_view text, std::size_t at) : text_{text}, at_{at} {}

  reading run();

private:
  void value(role as);
  void string_value(role as);
  bool call();
  void word_value(role as);
  void open(char bracket, bool is_call);
  void skip();
  void fence();
  void element();
  void member();
  void member_name();
  bool read_name();
  std::size_t several_words_end() const;
  bool read_quoted_name();
  bool colon();
  void item();
  void imply_object();
  void closer(char c);
  void close(bool take);
  void close_parentheses(const frame& x);
  void reopen_root();
  void end_of_text();
  void begin_element();
  void drop_element(const char* why);
  surroundings around(role as) const;
  std::string pointer() const;
  void mend(const char* message);
  void fail(const char* what);
  void give_up(const char* what);
  char here() const { return at_or_nul(text_, at_); }
  bool is_open(char open) const {
    return std::ranges::find(frames_, open, &frame::open) != frames_.end();
  }

  std::string_view text_;
  std::size_t at_;
  reading out_;
  std::vector<frame> frames_;
  std::size_t ran_out_ = 0;
  std::size_t wrappers_ = 0;
  bool fenced_ = false;
};

reading reader::run() {
  value(role::root);
  while (!frames_.empty() && !out_.failed)
    element();
  out_.end = at_;
  return std::move(out_);
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

surroundings reader::around(role as) const {
  return {.as = as,
          .in_parentheses = !frames_.empty() && frames_.back().open == '(',
          .depth = frames_.size()};
}

/// Skips what is between tokens and says so.
void reader::skip() {
  const auto x = skip_blank(text_, at_);
  at_ = x.end;
  if (x.comment)
    mend("a comment was left out");
  if (x.ellipsis)
    mend("an ellipsis was left out");
  if (x.strange)
    mend("white space that JSON does not know was left out");
  if (text_.substr(at_).starts_with("```"))
    fence();
}

/// The mark of a code block: one that opens it stands where a value may start.
void reader::fence() {
  const auto start = !frames_.empty() && frames_.back().count == 0;
  if (!start && !fenced_) {
    text_ = text_.substr(0, at_); // It closes a block that was opened before the value.
    return;
  }
  mend("the marks of a code block were left out");
  fenced_ = !fenced_;
  at_ = std::min(text_.find_first_not_of('`', at_), text_.size());
  if (fenced_)
    while (at_ < text_.size() && is_name_part(text_[at_]))
      ++at_;
  skip();
}

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

void reader::end_of_text() {
  out_.truncated = true;
  mend("the end that was cut off was closed");
  close(false);
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

void reader::member() {
  const auto parent = frames_.size() > 1 ? frames_[frames_.size() - 2].open : '\0';
  if (here() == '{' && parent == '[') {
    mend("a missing closing brace was put in");
    return close(false);
  }
  if (here() == '{' && frames_.back().count == 0) {
    if (++wrappers_ > wrappers_max)
      return give_up("there are too many braces");
    mend("braces around an object were left out");
    out_.json.resize(frames_.back().start);
    frames_.pop_back();
    return value(role::root);
  }
  member_name();
}

void reader::member_name() {
  begin_element();
  const auto named = read_name();
  if (out_.failed)
    return;
  if (!named || !colon()) {
    if (at_ < text_.size() && !out_.failed)
      return fail("a name without a value stands in an object");
    if (!out_.failed)
      drop_element("a member that was not finished was left out");
    return;
  }
  json::append_quoted(out_.json, frames_.back().name);
  out_.json += ':';
  const auto before = out_.json.size();
  const auto depth = frames_.size();
  skip();
  const char c = here();
  if (c != ',' && c != '}' && c != ']' && at_ < text_.size())
    value(role::member);
  if (!out_.failed && frames_.size() == depth && out_.json.size() == before)
    drop_element("a member without a value was left out");
}

/// Reads the name of a member; false where the text ends before it does.
bool reader::read_name() {
  if (quote_length(text_, at_) > 0)
    return read_quoted_name();
  const auto start = at_;
  while (at_ < text_.size() && (is_name_part(text_[at_]) || text_[at_] == '+')
         && space_length(text_, at_) == 0)
    ++at_;
  const auto name = text_.substr(start, at_ - start);
  if (name.empty())
    fail(here() == ':' ? "a value without a name stands in an object"
                       : "something that is no name stands in an object");
  if (name.empty() || at_ == text_.size())
    return false;
  const auto next = skip_space(text_, at_);
  if (const auto end = several_words_end(); end > at_) {
    frames_.back().name = text_.substr(start, end - start);
    at_ = end;
    mend("quotes were put around a name");
    return true;
  }
  if (here() == '"' && at_or_nul(text_, skip_space(text_, at_ + 1)) == ':') {
    ++at_; // a": 1
  } else if (is_quoted_key(text_, next)) {
    mend("a word before a name was left out");
    at_ = next;
    return read_quoted_name();
  }
  frames_.back().name = name;
  mend("quotes were put around a name");
  return true;
}

/// The end of a name of several words without quotes, where that is no prose: not the first.
std::size_t reader::several_words_end() const {
  constexpr std::size_t name_max = 64;
  if (frames_.back().count < 2 || here() != ' ')
    return at_;
  const auto rest = text_.substr(at_, name_max);
  const auto end = rest.find_first_of(":,{}[]\"'\n");
  return end != rest.npos && rest[end] == ':' ? at_ + end : at_;
}

bool reader::read_quoted_name() {
  auto x = read_string(text_, at_, around(role::key));
  at_ = x.end;
  if (x.ran_out)
    return false;
  ++out_.quoted;
  if (x.value.ends_with(':') && at_or_nul(text_, skip_space(text_, at_)) != ':')
    x.value.pop_back(); // {"key:"value"}
  frames_.back().name = std::move(x.value);
  if (x.mended != nullptr)
    mend(x.mended);
  return true;
}

/// Takes the colon after a name, also one that is missing before a value.
bool reader::colon() {
  skip();
  if (here() == ':' || here() == '=') {
    if (here() == '=')
      mend("the sign between name and value was made a colon");
    at_ += text_.substr(at_).starts_with("=>") ? 2 : 1;
    while (here() == ':') {
      mend("a colon too many was left out");
      ++at_;
    }
    return true;
  }
  const char c = here();
  if (at_ >= text_.size() || c == ',' || c == '}' || c == ']')
    return false;
  mend("a missing colon was put in");
  return true;
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

} // namespace

void change_list::add(std::string pointer, change_kind kind, std::string message) {
  ++count_;
  if (!is_full())
    kept_.push_back({.pointer = std::move(pointer), .kind = kind, .message = std::move(message)});
}

void change_list::add(const change_list& other) {
  for (const auto& x : other.kept_)
    add(x.pointer, x.kind, x.message);
  count_ += other.count_ - other.kept_.size();
}

std::vector<change> change_list::list() const {
  auto out = kept_;
  if (count_ > kept_.size())
    out.push_back({.pointer = {},
                   .kind = kept_.back().kind,
                   .message = "and " + std::to_string(count_ - kept_.size()) + " more changes"});
  return out;
}

reading read_value(std::string_view text, std::size_t at) { return reader{text, at}.run(); }

} // namespace hedgerow::repairs
