#pragma once

#include "contracts/repair_blank.hpp"
#include "contracts/repair_reader.hpp"
#include "contracts/repair_string.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace hedgerow::repairs {

/// As deep as `json::parse` reads.
inline constexpr std::size_t depth_max = json::limits{}.depth;

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

/// Reads one value: writes strict JSON while it goes through the text once. What it does not
/// understand it mends or fails on. Internal to `repair_reader*.cpp`.
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
  bool fence();
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

} // namespace hedgerow::repairs
