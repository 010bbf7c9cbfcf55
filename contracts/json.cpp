#include "contracts/json.hpp"

#include "contracts/json_number.hpp"
#include "contracts/utf8.hpp"

#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace hedgerow::json {
namespace {

constexpr unsigned strict_flags =
    rapidjson::kParseIterativeFlag | rapidjson::kParseFullPrecisionFlag;

/// A lone low surrogate passes RapidJSON's reader and comes out as three bytes that no UTF-8 has.
bool has_surrogate(std::string_view text) {
  for (auto i = text.find('\xed'); i != text.npos; i = text.find('\xed', i + 1))
    if (i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) >= 0xa0)
      return true;
  return false;
}

/// Where a control character stands that RapidJSON's scan of 16 bytes at a time takes for text: its
/// bound is 0x1a instead of 0x20. Those six stand nowhere in JSON; the end of the text: nowhere.
std::size_t missed_control(std::string_view text) {
  constexpr std::uint64_t each = 0x0101010101010101;
  const auto is_missed = [](char c) { return c >= 0x1a && c < 0x20; };
  std::size_t at = 0;
  for (std::uint64_t eight = 0; at + sizeof eight <= text.size(); at += sizeof eight) {
    std::memcpy(&eight, text.data() + at, sizeof eight);
    eight ^= 0x18 * each;
    const auto below_eight = (eight - 8 * each) & ~eight & 0x80 * each;
    if (below_eight != 0 && std::ranges::any_of(text.substr(at, sizeof eight), is_missed))
      break;
  }
  return static_cast<std::size_t>(std::ranges::find_if(text.substr(at), is_missed) - text.begin());
}

/// Passes events on to the document being built, as long as they keep our limits. Its base has the
/// events for numbers that RapidJSON has converted, which never come.
class guard : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, guard> {
public:
  /// `escapes`: whether the text has any.
  guard(document& to, unsigned depth_max, bool escapes)
      : to_{to},
        depth_max_{depth_max},
        escapes_{escapes} {}

  /// Why the reader was stopped; null: it was not us.
  const char* reason() const { return reason_; }

  bool Null() { return to_.Null(); }
  bool Bool(bool x) { return to_.Bool(x); }
  bool RawNumber(const char* x, rapidjson::SizeType n, bool) {
    const auto form = read_number({x, n});
    if (form)
      return std::visit([this](const auto& number) { return put(number); }, *form);
    reason_ = "A number is too large or too small.";
    return false;
  }
  bool String(const char* x, rapidjson::SizeType n, bool) {
    return well_formed({x, n}) && to_.String(x, n, true);
  }
  bool Key(const char* x, rapidjson::SizeType n, bool) {
    return well_formed({x, n}) && to_.Key(x, n, true);
  }
  bool StartObject() { return enter() && to_.StartObject(); }
  bool EndObject(rapidjson::SizeType n) {
    --depth_;
    return to_.EndObject(n);
  }
  bool StartArray() { return enter() && to_.StartArray(); }
  bool EndArray(rapidjson::SizeType n) {
    --depth_;
    return to_.EndArray(n);
  }

private:
  bool put(std::int64_t x) { return to_.Int64(x); }
  bool put(std::uint64_t x) { return to_.Uint64(x); }
  bool put(double x) { return to_.Double(x); }
  bool put(const decimal_text& x) {
    return to_.StartObject() && to_.Key(decimal_mark, sizeof decimal_mark - 1, false)
           && to_.String(x.text.data(), static_cast<rapidjson::SizeType>(x.text.size()), true)
           && to_.EndObject(1);
  }

  bool enter() {
    if (depth_++ < depth_max_)
      return true;
    reason_ = "It is nested too deeply.";
    return false;
  }

  bool well_formed(std::string_view text) {
    if (!escapes_ || !has_surrogate(text))
      return true;
    reason_ = "Half of a surrogate pair stands alone in a string.";
    return false;
  }

  document& to_;
  unsigned depth_max_;
  bool escapes_;
  unsigned depth_ = 0;
  const char* reason_ = nullptr;
};

error not_json(const char* reason, std::size_t offset) {
  return {.code = errc::invalid_json,
          .message = "not valid JSON at byte " + std::to_string(offset) + ": " + reason,
          .param = {}};
}

/// Feeds one text to a document; what `rapidjson::Document::Populate` wants.
struct generator {
  std::string_view text;
  limits most;
  std::optional<error> failed = std::nullopt;

  bool operator()(document& to) {
    // In place, RapidJSON reads strings 16 bytes at a time, beyond the end of the text too.
    std::string room;
    room.reserve(text.size() + 16);
    room.append(text).append(16, '\0');
    rapidjson::InsituStringStream in{room.data()};
    rapidjson::Reader reader;
    guard checked{to, most.depth, text.find('\\') != text.npos};
    const auto done = reader.Parse<strict_flags | rapidjson::kParseInsituFlag
                                   | rapidjson::kParseNumbersAsStringsFlag>(in, checked);
    if (checked.reason() != nullptr)
      failed = not_json(checked.reason(), done.Offset());
    else if (done.IsError())
      failed = not_json(rapidjson::GetParseError_En(done.Code()), done.Offset());
    else if (in.Tell() != text.size()) // The reader takes a NUL for the end of the text.
      failed = not_json("A NUL follows the value.", in.Tell());
    return !failed;
  }
};

} // namespace

result<document> parse(std::string_view text, limits most) {
  if (text.size() > most.bytes)
    return not_json("It is longer than allowed.", most.bytes);
  // Faster in one go over all of it than by the reader, a character at a time.
  if (const auto at = utf8::fault(text); at < text.size())
    return not_json("It is no UTF-8.", at);
  if (const auto at = missed_control(text); at < text.size())
    return not_json("A control character stands there.", at);
  document parsed;
  generator from{.text = text, .most = most};
  parsed.Populate(from);
  if (from.failed)
    return std::move(*from.failed);
  return parsed;
}

bool starts_with_container(std::string_view text) {
  if (!text.starts_with('{') && !text.starts_with('['))
    return false;
  rapidjson::MemoryStream in{text.data(), text.size()};
  rapidjson::Reader reader;
  rapidjson::BaseReaderHandler<> ignore;
  constexpr auto flags =
      strict_flags | rapidjson::kParseValidateEncodingFlag | rapidjson::kParseStopWhenDoneFlag;
  return !reader.Parse<flags>(in, ignore).IsError();
}

} // namespace hedgerow::json
