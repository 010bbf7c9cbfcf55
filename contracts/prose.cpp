#include "contracts/prose.hpp"

#include "contracts/utf8.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <vector>

namespace hedgerow {
namespace {

constexpr std::size_t bytes_max = 16u << 10;
constexpr std::size_t words_min = 3;
constexpr std::size_t unspaced_min = 6;

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

bool is_ascii_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// The code point of one well-formed sequence.
char32_t decoded(std::string_view bytes) {
  const auto lead = static_cast<unsigned char>(bytes[0]);
  if (bytes.size() == 1)
    return lead;
  char32_t out = lead & (0xffu >> (bytes.size() + 1));
  for (const char c : bytes.substr(1))
    out = (out << 6) | (static_cast<unsigned char>(c) & 0x3fu);
  return out;
}

/// Kana, Han and Hangul: a character says as much as several letters do.
bool is_dense(char32_t x) {
  return (x >= 0x3040 && x < 0xa000) || (x >= 0xac00 && x < 0xd7a4)
         || (x >= 0x20000 && x < 0x30000);
}

/// Thai, Lao, Burmese, Khmer, kana and Han.
bool is_unspaced(char32_t x) {
  return (x >= 0x0e00 && x < 0x0f00) || (x >= 0x1000 && x < 0x10a0) || (x >= 0x1780 && x < 0x1800)
         || (is_dense(x) && (x < 0xac00 || x >= 0x20000));
}

/// Control characters and noncharacters, which may not be interchanged.
bool is_forbidden(char32_t x) {
  return x < 0x20 || (x >= 0x7f && x < 0xa0) || (x >= 0xfdd0 && x < 0xfdf0)
         || (x & 0xfffe) == 0xfffe;
}

/// What is no prose though it may hold spaces: code, mark-up. Each alternative either ends at what
/// would start it again or at the end of the text, so that a search for all of them is linear.
const RE2& code() {
  static const RE2 pattern{"(?s)```.*?(?:```|\\z)|~~~.*?(?:~~~|\\z)|`[^`\n]*`|</?[A-Za-z][^<>]*>",
                           RE2::Latin1};
  return pattern;
}

/// Addresses and names that machines made. A script without spaces puts them amid its words, so a
/// token is judged by its ASCII runs.
bool is_machine_made(std::string_view ascii_run) {
  const auto has = [&](std::string_view x) { return ascii_run.find(x) != ascii_run.npos; };
  return has("://") || has("@") || has("_") || ascii_run.starts_with("www.")
         || std::ranges::any_of(ascii_run, [](char c) { return c >= '0' && c <= '9'; });
}

bool is_sentence(std::string_view text) {
  std::size_t words = 0;
  std::size_t unspaced = 0;
  bool in_word = false;
  while (!text.empty() && words < words_min && unspaced < unspaced_min) {
    const auto bytes = std::max<std::size_t>(utf8::sequence_length(text), 1);
    words += !is_space(text[0]) && !in_word ? 1 : 0;
    in_word = !is_space(text[0]);
    unspaced += bytes > 1 && is_unspaced(decoded(text.substr(0, bytes))) ? 1 : 0;
    text.remove_prefix(bytes);
  }
  return words >= words_min || unspaced >= unspaced_min;
}

} // namespace

void prose::add_character(std::string_view bytes) {
  const auto x = decoded(bytes);
  if (is_forbidden(x))
    return text_.push_back(' ');
  text_ += bytes;
  if (x >= 0x80 || is_ascii_letter(bytes[0]))
    letters_ += is_dense(x) ? 3 : 1;
}

void prose::add_token(std::string_view token) {
  while (!token.empty()) {
    const auto run = static_cast<std::size_t>(
        std::ranges::find_if(token, [](char c) { return static_cast<unsigned char>(c) >= 0x80; })
        - token.begin());
    if (run > 0 && !is_machine_made(token.substr(0, run)))
      for (std::size_t i = 0; i < run; ++i)
        add_character(token.substr(i, 1));
    token.remove_prefix(run);
    while (!token.empty() && static_cast<unsigned char>(token[0]) >= 0x80) {
      const auto bytes = utf8::sequence_length(token);
      if (bytes > 0)
        add_character(token.substr(0, bytes));
      token.remove_prefix(std::max<std::size_t>(bytes, 1));
    }
  }
}

void prose::add(std::string_view text) {
  // Markdown around prose is short; what is beyond this bound would not have been counted.
  auto plain = std::string{text.substr(0, 16 * bytes_max)};
  RE2::GlobalReplace(&plain, code(), " ");
  std::string_view rest = plain;
  while (!rest.empty() && text_.size() < bytes_max) {
    const auto end = static_cast<std::size_t>(std::ranges::find_if(rest, is_space) - rest.begin());
    add_token(rest.substr(0, std::min(end, bytes_max - text_.size())));
    text_ += ' ';
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
}

void prose::add_strings(const json::value& x) {
  std::vector<const json::value*> waiting{&x};
  while (!waiting.empty() && text_.size() < bytes_max) {
    const auto& here = *waiting.back();
    waiting.pop_back();
    if (here.IsString() && is_sentence(json::text_of(here)))
      add(json::text_of(here));
    if (here.IsArray())
      for (const auto& item : here.GetArray())
        waiting.push_back(&item);
    if (here.IsObject())
      for (const auto& member : here.GetObject())
        waiting.push_back(&member.value);
  }
}

} // namespace hedgerow
