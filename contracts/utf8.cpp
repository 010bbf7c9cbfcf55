#include "contracts/utf8.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace hedgerow::utf8 {
namespace {

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

/// What may follow a lead byte. The second byte's range keeps out overlong forms, surrogates and
/// what lies beyond U+10FFFF (Unicode 15, table 3-7).
struct sequence {
  std::size_t bytes = 0;
  unsigned char second_min = 0x80;
  unsigned char second_max = 0xbf;
};

sequence sequence_of(unsigned char lead) {
  if (lead < 0x80)
    return {.bytes = 1};
  if (lead < 0xc2 || lead > 0xf4)
    return {};
  if (lead < 0xe0)
    return {.bytes = 2};
  if (lead < 0xf0)
    return {.bytes = 3,
            .second_min = static_cast<unsigned char>(lead == 0xe0 ? 0xa0 : 0x80),
            .second_max = static_cast<unsigned char>(lead == 0xed ? 0x9f : 0xbf)};
  return {.bytes = 4,
          .second_min = static_cast<unsigned char>(lead == 0xf0 ? 0x90 : 0x80),
          .second_max = static_cast<unsigned char>(lead == 0xf4 ? 0x8f : 0xbf)};
}

} // namespace

std::size_t sequence_length(std::string_view text) {
  if (text.empty())
    return 0;
  const auto allowed = sequence_of(static_cast<unsigned char>(text[0]));
  if (allowed.bytes < 2 || text.size() < allowed.bytes)
    return allowed.bytes == 1 ? 1 : 0;
  const auto second = static_cast<unsigned char>(text[1]);
  if (second < allowed.second_min || second > allowed.second_max)
    return 0;
  return std::ranges::all_of(text.substr(2, allowed.bytes - 2), continues) ? allowed.bytes : 0;
}

std::size_t fault(std::string_view text) {
  constexpr std::uint64_t not_ascii = 0x8080808080808080;
  std::size_t at = 0;
  while (at < text.size()) {
    std::uint64_t eight = not_ascii;
    if (text.size() - at >= sizeof eight)
      std::memcpy(&eight, text.data() + at, sizeof eight);
    const auto bytes = (eight & not_ascii) == 0 ? sizeof eight : sequence_length(text.substr(at));
    if (bytes == 0)
      return at;
    at += bytes;
  }
  return at;
}

std::size_t wide_bytes(std::string_view text) {
  // Eight counters of a byte each, added up before one of them can overflow.
  constexpr std::uint64_t ones = 0x0101010101010101;
  std::array<std::uint64_t, 4> words{};
  std::size_t out = 0;
  std::size_t at = 0;
  while (text.size() - at >= sizeof words) {
    const auto rounds =
        std::min<std::size_t>((text.size() - at) / sizeof words, 255 / words.size());
    std::uint64_t counts = 0;
    for (std::size_t i = 0; i < rounds; ++i, at += sizeof words) {
      std::memcpy(&words, text.data() + at, sizeof words);
      for (const auto eight : words)
        counts += eight >> 7 & ones;
    }
    for (; counts != 0; counts >>= 8)
      out += counts & 0xff;
  }
  for (const char c : text.substr(at))
    out += static_cast<unsigned char>(c) >> 7;
  return out;
}

char32_t character(std::string_view sequence) {
  const auto lead = static_cast<unsigned char>(sequence[0]);
  if (sequence.size() == 1)
    return lead;
  // A lead byte keeps 5, 4 or 3 bits for itself, each following one 6.
  char32_t out = lead & (0x7fu >> sequence.size());
  for (const char c : sequence.substr(1))
    out = out << 6 | (static_cast<unsigned char>(c) & 0x3fu);
  return out;
}

void append(std::string& out, char32_t x) {
  const auto put = [&](char32_t byte) { out += static_cast<char>(byte); };
  if (x < 0x80)
    return put(x);
  if (x < 0x800) {
    put(0xc0 | x >> 6);
  } else if (x < 0x10000) {
    put(0xe0 | x >> 12);
    put(0x80 | (x >> 6 & 0x3f));
  } else {
    put(0xf0 | x >> 18);
    put(0x80 | (x >> 12 & 0x3f));
    put(0x80 | (x >> 6 & 0x3f));
  }
  put(0x80 | (x & 0x3f));
}

std::size_t length(std::string_view text) {
  return text.size() - static_cast<std::size_t>(std::ranges::count_if(text, continues));
}

std::string_view head(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes)
    return text;
  while (bytes > 0 && continues(text[bytes]))
    --bytes;
  return text.substr(0, bytes);
}

} // namespace hedgerow::utf8
