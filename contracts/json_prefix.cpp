#include "contracts/json_prefix.hpp"

#include "contracts/json.hpp"

namespace hedgerow::json {
namespace {

const std::size_t depth_max = limits{}.depth;

bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

} // namespace

bool prefix::take(std::string_view piece) {
  for (const auto c : piece)
    if (state_ == state::broken || !step(c)) {
      state_ = state::broken;
      return false;
    }
  return state_ != state::broken;
}

bool prefix::step(char c) {
  switch (state_) {
  case state::string:
    if (c == '\\')
      state_ = state::escape;
    else if (c == '"')
      end_value();
    return static_cast<unsigned char>(c) >= 0x20;
  case state::escape:
    state_ = c == 'u' ? state::hex : state::string;
    hex_left_ = 4;
    return std::string_view{"\"\\/bfnrtu"}.find(c) != std::string_view::npos;
  case state::hex:
    if (--hex_left_ == 0)
      state_ = state::string;
    return is_hex(c);
  case state::word:
    if (word_.front() != c)
      return false;
    word_.remove_prefix(1);
    if (word_.empty())
      end_value();
    return true;
  case state::number:
    if (take_number(c))
      return true;
    if (!may_end_)
      return false;
    end_value();
    return step(c);
  default:
    break;
  }
  if (is_blank(c))
    return true;
  switch (state_) {
  case state::first_item:
    return c == ']' ? end_container(c) : begin_value(c);
  case state::first_name:
    if (c == '}')
      return end_container(c);
    [[fallthrough]];
  case state::name:
    in_name_ = true;
    state_ = state::string;
    return c == '"';
  case state::colon:
    state_ = state::begin;
    return c == ':';
  case state::after:
    if (c != ',')
      return end_container(c);
    if (open_.empty())
      return false;
    state_ = open_.back() == '{' ? state::name : state::begin;
    return true;
  default:
    return begin_value(c);
  }
}

bool prefix::begin_value(char c) {
  const auto begin_word = [this](std::string_view rest) {
    word_ = rest;
    state_ = state::word;
    return true;
  };
  switch (c) {
  case '{':
  case '[':
    open_.push_back(c);
    state_ = c == '{' ? state::first_name : state::first_item;
    return open_.size() <= depth_max;
  case '"':
    in_name_ = false;
    state_ = state::string;
    return true;
  case 't':
    return begin_word("rue");
  case 'f':
    return begin_word("alse");
  case 'n':
    return begin_word("ull");
  default:
    state_ = state::number;
    part_ = '-';
    may_end_ = false;
    return c == '-' || take_number(c);
  }
}

/// Parts: `-` before any digit, `0` a zero that no digit may follow, `i` the integer, `.` the
/// point, `f` the fraction, `e` the exponent's letter, `s` its sign, `x` its digits.
bool prefix::take_number(char c) {
  const auto go = [this](char part, bool may_end) {
    part_ = part;
    may_end_ = may_end;
    return true;
  };
  if (is_digit(c)) {
    switch (part_) {
    case '-':
      return go(c == '0' ? '0' : 'i', true);
    case 'i':
    case 'f':
    case 'x':
      return true;
    case '.':
      return go('f', true);
    case 'e':
    case 's':
      return go('x', true);
    default:
      return may_end_ = false; // a digit behind a zero
    }
  }
  if (c == '.' && (part_ == '0' || part_ == 'i'))
    return go('.', false);
  if ((c == 'e' || c == 'E') && (part_ == '0' || part_ == 'i' || part_ == 'f'))
    return go('e', false);
  if ((c == '+' || c == '-') && part_ == 'e')
    return go('s', false);
  return false;
}

bool prefix::end_container(char c) {
  if (open_.empty() || open_.back() != (c == '}' ? '{' : c == ']' ? '[' : 0))
    return false;
  open_.pop_back();
  in_name_ = false;
  end_value();
  return true;
}

void prefix::end_value() {
  state_ = in_name_ ? state::colon : state::after;
  in_name_ = false;
}

} // namespace hedgerow::json
