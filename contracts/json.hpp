#pragma once

#include "contracts/error.hpp"

#include <rapidjson/document.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

/// Strict JSON (RFC 8259) with limits, over RapidJSON.
namespace hedgerow::json {

/// Most texts are small and many: RapidJSON's own chunks of 64 KiB are costly to give back.
class pool : public rapidjson::MemoryPoolAllocator<> {
public:
  pool() : MemoryPoolAllocator{8 << 10} {}
};

using document = rapidjson::GenericDocument<rapidjson::UTF8<>, pool>;
using value = document::ValueType;

/// What is refused before or while reading.
struct limits {
  std::size_t bytes = 64u << 20;
  unsigned depth = 128;
};

/// Parses all of `text`. Refuses what JSON forbids: comments, trailing commas, NaN, invalid UTF-8,
/// anything after the value. Refuses too what it allows and others trip over: lone surrogates, a
/// byte order mark, a number too large for a double. Numbers keep the value they are written with:
/// what neither a 64 bit integer nor the shortest text of a double says exactly is kept as text,
/// see `is_decimal`. A name given twice is allowed and kept twice; `find` and `at` take the first,
/// a schema checks both. Errors: `invalid_json`, with the byte offset in the message.
result<document> parse(std::string_view text, limits most = {});

/// The name of the only member of an object that stands for a number. It is told by its address,
/// so that no text can forge one.
inline constexpr char decimal_mark[] = "number";

/// Whether `x` is a number kept as decimal text, which RapidJSON takes for an object. A copy of it
/// is one too, unless made with `copyConstStrings`.
inline bool is_decimal(const value& x) {
  return x.IsObject() && x.MemberCount() == 1 && x.MemberBegin()->name.GetString() == decimal_mark;
}

/// The text of such a number; requires `is_decimal(x)`.
inline std::string_view decimal_digits(const value& x) {
  const auto& text = x.MemberBegin()->value;
  return {text.GetString(), text.GetStringLength()};
}

/// Whether `x` is a number, however it is kept.
inline bool is_number(const value& x) { return x.IsNumber() || is_decimal(x); }

/// Whether `x` is an object and no number.
inline bool is_object(const value& x) { return x.IsObject() && !is_decimal(x); }

/// The double nearest to the number `x`.
double to_double(const value& x);

/// Whether `text` starts with a whole object or array, whatever comes after it.
bool starts_with_container(std::string_view text);

/// `x` on one line without spaces; a number kept as text is written as it was.
std::string compact(const value& x);

/// The string in `x`; requires `x.IsString()`.
inline std::string_view text_of(const value& x) { return {x.GetString(), x.GetStringLength()}; }

/// The member `name` of the object `x`, or null if `x` is no object or has none.
const value* find(const value& x, std::string_view name);

/// The string member `name` of `x`, or an empty view.
std::string_view find_text(const value& x, std::string_view name);

/// Appends `text` to `out` as a JSON string, quotes included. What is no UTF-8 becomes U+FFFD.
void append_quoted(std::string& out, std::string_view text);

/// The value at the RFC 6901 pointer, or null.
const value* at(const value& x, std::string_view pointer);

/// Appends `/` and `token` to `pointer`, with `~` and `/` escaped.
void append_token(std::string& pointer, std::string_view token);

/// The token with `~0` and `~1` decoded; nothing if another character follows a `~`.
std::optional<std::string> decoded_token(std::string_view token);

/// The member or item of `x` that a decoded token names, or null.
const value* child(const value& x, std::string_view token);

} // namespace hedgerow::json
