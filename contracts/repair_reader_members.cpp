#include "contracts/json.hpp"
#include "contracts/repair_machine.hpp"

namespace hedgerow::repairs {
namespace {

/// Templates double braces; more is no slip.
constexpr std::size_t wrappers_max = 4;

} // namespace

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

} // namespace hedgerow::repairs
