#include "contracts/json.hpp"
#include "contracts/utf8.hpp"

#include <rapidjson/writer.h>

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

namespace hedgerow::json {
namespace {

/// Lets a writer append to a string that is already there.
struct string_sink {
  using Ch = char;

  std::string& out;

  void Put(char c) { out.push_back(c); }
  void Flush() {}
};

using text_writer = rapidjson::Writer<string_sink>;

/// The shortest digits that lead back to `x`, of those the closest to it: RapidJSON's writer gives
/// others for one double in some hundreds. A point or an exponent shows that it is no integer.
void write_double(text_writer& to, double x) {
  constexpr std::size_t digits_max = 32;
  // From here on the standard may write every digit of an integer instead of the shortest.
  constexpr double first_inexact = 1LL << std::numeric_limits<double>::digits;
  std::array<char, digits_max> room;
  auto* limit = room.data() + room.size() - 2;
  auto* end = std::abs(x) < first_inexact
                  ? std::to_chars(room.data(), limit, x).ptr
                  : std::to_chars(room.data(), limit, x, std::chars_format::scientific).ptr;
  if (std::string_view{room.data(), end}.find_first_of(".e") == std::string_view::npos) {
    *end++ = '.';
    *end++ = '0';
  }
  to.RawValue(room.data(), static_cast<std::size_t>(end - room.data()), rapidjson::kNumberType);
}

void write(text_writer& to, const value& x) {
  if (is_decimal(x)) {
    const auto text = decimal_digits(x);
    to.RawValue(text.data(), text.size(), rapidjson::kNumberType);
  } else if (x.IsObject()) {
    to.StartObject();
    for (const auto& member : x.GetObject()) {
      to.Key(member.name.GetString(), member.name.GetStringLength());
      write(to, member.value);
    }
    to.EndObject();
  } else if (x.IsArray()) {
    to.StartArray();
    for (const auto& item : x.GetArray())
      write(to, item);
    to.EndArray();
  } else if (x.IsDouble()) {
    write_double(to, x.GetDouble());
  } else {
    x.Accept(to);
  }
}

void append_escaped(std::string& out, unsigned char c) {
  constexpr std::string_view hex = "0123456789abcdef";
  switch (c) {
  case '"':
    out += "\\\"";
    return;
  case '\\':
    out += "\\\\";
    return;
  case '\n':
    out += "\\n";
    return;
  case '\r':
    out += "\\r";
    return;
  case '\t':
    out += "\\t";
    return;
  default:
    out += "\\u00";
    out += hex[c >> 4];
    out += hex[c & 15];
  }
}

bool is_plain(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x80 && c != '"' && c != '\\';
}

/// How many bytes `text` begins with that need no look at each: eight at a time.
std::size_t plain_eights(std::string_view text) {
  constexpr std::uint64_t each = 0x0101010101010101;
  constexpr std::uint64_t high = 0x80 * each;
  // Sets the high bit of bytes below `limit`, and maybe of one above such a byte.
  const auto below = [](std::uint64_t x, std::uint64_t limit) { return (x - limit * each) & ~x; };
  std::size_t at = 0;
  for (std::uint64_t x = 0; at + sizeof x <= text.size(); at += sizeof x) {
    std::memcpy(&x, text.data() + at, sizeof x);
    if (((x | below(x, 0x20) | below(x ^ '"' * each, 1) | below(x ^ '\\' * each, 1)) & high) != 0)
      break;
  }
  return at;
}

} // namespace

std::string compact(const value& x) {
  std::string out;
  string_sink sink{out};
  text_writer writer{sink};
  write(writer, x);
  return out;
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    auto plain = plain_eights(text);
    while (plain < text.size() && is_plain(text[plain]))
      ++plain;
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty())
      break;
    const auto bytes = utf8::sequence_length(text);
    if (bytes == 0)
      out += "\xef\xbf\xbd";
    else if (bytes == 1)
      append_escaped(out, static_cast<unsigned char>(text[0]));
    else
      out += text.substr(0, bytes);
    text.remove_prefix(bytes == 0 ? 1 : bytes);
  }
  out += '"';
}

} // namespace hedgerow::json
