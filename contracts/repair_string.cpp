#include "contracts/repair_string.hpp"

#include "contracts/repair_blank.hpp"
#include "contracts/repair_escape.hpp"
#include "contracts/repair_quotes.hpp"

#include <algorithm>
#include <optional>

namespace hedgerow::repairs {
namespace {

constexpr auto not_escaped = "a quote in the text was escaped";
constexpr auto no_end = "the quote that ends the text was put in";

/// A string on its way.
class reader {
public:
  reader(std::string_view text, std::size_t at, surroundings around)
      : text_{text},
        i_{at},
        around_{around} {}

  string_reading run();

private:
  /// A place where the string may have ended without a quote.
  struct mark {
    std::size_t at = 0;
    std::size_t size = 0;
    std::size_t colon = 0;
  };

  void open();
  bool is_raw() const { return quote_.size() > 1 && quote_[0] == quote_[1]; }
  bool read_quote(std::size_t n);
  bool starts_next_key() const;
  bool starts_next_value() const;
  bool starts_next_item() const;
  void read_escape();
  void read_plain();
  void note_comma();
  string_reading ended(std::size_t end);
  string_reading cut(const mark& x);
  string_reading ran_out();
  void mend(const char* why) { out_.mended = out_.mended == nullptr ? why : out_.mended; }

  std::string_view text_;
  std::size_t i_;
  surroundings around_;
  /// The opening quote; two or three of a kind where they were doubled or tripled.
  std::string_view quote_;
  string_reading out_;
  std::size_t inner_quotes_ = 0;
  std::size_t open_brackets_ = 0;
  std::optional<mark> comma_;
  /// The first comma that an unquoted name and a colon follow.
  std::optional<mark> bare_key_;
  /// The value without the white space at its end.
  std::size_t solid_size_ = 0;
  std::size_t solid_end_ = 0;
};

/// Takes the opening quote. `""a""` and `"""a"""` are strings whose quotes have two and three
/// bytes.
void reader::open() {
  const auto start = i_;
  const auto n = quote_length(text_, i_);
  quote_ = text_.substr(start, n);
  i_ += n;
  if (quote_ != "\"")
    mend("the quotes were made straight double quotes");
  if (n != 1 || quote_ == "`" || at_or_nul(text_, i_) != quote_[0])
    return;
  const auto triple = text_.substr(start, 3);
  if (triple == "\"\"\"" || triple == "'''") {
    if (text_.find(triple, start + 3) != text_.npos)
      quote_ = triple;
  } else if (!can_follow_string(text_, start + 2, around_)) {
    i_ = start + 2;
    if (text_.find(text_.substr(start, 2), start + 2) != text_.npos)
      quote_ = text_.substr(start, 2);
    else
      mend("a quote too many was left out");
  }
  i_ = std::max(i_, start + quote_.size());
  if (quote_.size() > 1)
    mend("the quotes were made straight double quotes");
}

string_reading reader::run() {
  open();
  solid_end_ = i_;
  while (i_ < text_.size()) {
    if (is_raw() && text_.substr(i_).starts_with(quote_))
      return ended(i_ + quote_.size());
    if (text_[i_] == '\\') {
      read_escape();
      continue;
    }
    const auto n = is_raw() ? 0 : quote_length(text_, i_);
    if (n == 0 || !is_closing_quote(quote_, text_.substr(i_, n))) {
      read_plain();
      continue;
    }
    if (ends_string(text_, i_, n,
                    {.around = around_, .inner_quotes = inner_quotes_, .brackets = open_brackets_}))
      return ended(i_ + n);
    if (starts_next_value())
      return cut(*bare_key_);
    if (starts_next_key())
      return cut(comma_ && comma_->at >= solid_end_ - 1
                     ? *comma_
                     : mark{.at = solid_end_, .size = solid_size_});
    if (starts_next_item())
      return cut(*comma_);
    mend(not_escaped);
    ++inner_quotes_;
    out_.value += text_.substr(i_, n);
    i_ += n;
    solid_size_ = out_.value.size();
    solid_end_ = i_;
  }
  return ran_out();
}

/// Whether the quote here is the opening one of the next member's name: after a comma or on a new
/// line, and a colon follows.
bool reader::starts_next_key() const {
  if (around_.as != role::member || inner_quotes_ % 2 == 1 || open_brackets_ > 0)
    return false;
  const auto between = text_.substr(solid_end_, i_ - solid_end_);
  const auto after_comma = comma_ && comma_->at + 1 == solid_end_;
  return (after_comma || between.find('\n') != between.npos) && is_quoted_key(text_, i_);
}

/// Whether the quote here is the opening one of a value whose name and colon were read as text.
bool reader::starts_next_value() const {
  if (!bare_key_ || bare_key_->colon + 1 != solid_end_ || inner_quotes_ % 2 == 1)
    return false;
  const auto close = text_.find(text_[i_], i_ + 1);
  return close != text_.npos && can_follow_string(text_, close + 1, around_);
}

/// Whether the quote here is the opening one of the next item: directly after the first comma that
/// could have ended this one.
bool reader::starts_next_item() const {
  if (around_.as != role::item || inner_quotes_ > 0 || !comma_ || comma_->at + 1 != solid_end_)
    return false;
  constexpr std::size_t item_max = 256;
  const auto close = text_.substr(i_ + 1, item_max).find(text_[i_]);
  if (close == text_.npos)
    return false;
  const char next = at_or_nul(text_, skip_space(text_, i_ + 1 + close + 1));
  return next == ',' || next == ']' || next == '\0';
}

void reader::read_plain() {
  const char c = text_[i_];
  const auto space = c == '\n' || c == '\r' || c == '\t' || c == ' ';
  if (static_cast<unsigned char>(c) < 0x20) {
    mend("a control character in the text was escaped");
    out_.suspect = out_.suspect || !(space || c == '\b' || c == '\f');
  }
  if (c == ',')
    note_comma();
  open_brackets_ += c == '{' || c == '[' ? 1 : 0;
  if ((c == '}' || c == ']') && open_brackets_ > 0)
    --open_brackets_;
  out_.value += c;
  ++i_;
  if (space)
    return;
  solid_size_ = out_.value.size();
  solid_end_ = i_;
}

void reader::note_comma() {
  comma_ = mark{.at = i_, .size = out_.value.size()};
  if (bare_key_ || around_.as != role::member || open_brackets_ > 0 || inner_quotes_ % 2 == 1)
    return;
  const auto name = skip_space(text_, i_ + 1);
  if (!is_bare_key(text_, name))
    return;
  bare_key_ = comma_;
  bare_key_->colon = text_.find(':', name);
}

void reader::read_escape() {
  auto x = resolve_escape(text_, i_);
  out_.value += x.meant;
  out_.suspect = out_.suspect || x.broken;
  if (x.mended != nullptr)
    mend(x.mended);
  i_ = x.end;
  solid_size_ = out_.value.size();
  solid_end_ = i_;
}

string_reading reader::ended(std::size_t end) {
  out_.end = end;
  return std::move(out_);
}

string_reading reader::cut(const mark& x) {
  mend(no_end);
  out_.mended = no_end;
  out_.value.resize(x.size);
  while (!out_.value.empty() && space_length(out_.value, out_.value.size() - 1) > 0)
    out_.value.pop_back();
  out_.end = x.at;
  return std::move(out_);
}

string_reading reader::ran_out() {
  out_.ran_out = true;
  // What ends the text is not text: the closers of what is open, a fence.
  auto end = solid_end_;
  auto size = solid_size_;
  const auto drop = [&] {
    --end;
    --size;
    while (size > 0 && end > 0 && space_length(text_, end - 1) == 1
           && out_.value[size - 1] == text_[end - 1])
      --end, --size;
  };
  while (size > 0 && text_[end - 1] == '`' && out_.value[size - 1] == '`')
    drop();
  bool closed = false;
  for (auto n = around_.depth; n > 0 && size > 0; --n) {
    if ((text_[end - 1] != '}' && text_[end - 1] != ']') || out_.value[size - 1] != text_[end - 1])
      break;
    closed = true;
    drop();
  }
  if (closed && bare_key_)
    return cut(*bare_key_);
  return cut({.at = closed ? end : text_.size(), .size = closed ? size : solid_size_});
}

} // namespace

string_reading read_string(std::string_view text, std::size_t at, surroundings around) {
  return reader{text, at, around}.run();
}

} // namespace hedgerow::repairs
