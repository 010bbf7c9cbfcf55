#include "contracts/json.hpp"

#include "contracts/utf8.hpp"

#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>
#include <rapidjson/writer.h>

namespace hedgerow::json {
namespace {

constexpr unsigned strict_flags = rapidjson::kParseIterativeFlag
                                  | rapidjson::kParseValidateEncodingFlag
                                  | rapidjson::kParseFullPrecisionFlag;

/// A lone low surrogate passes RapidJSON's reader and comes out as three bytes that no UTF-8 has.
bool has_surrogate(std::string_view text) {
  for (auto i = text.find('\xed'); i != text.npos; i = text.find('\xed', i + 1))
    if (i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) >= 0xa0)
      return true;
  return false;
}

/// Passes events on to the document being built, as long as they keep our limits.
class guard {
public:
  guard(document& to, unsigned depth_max) : to_{to}, depth_max_{depth_max} {}

  /// Why the reader was stopped; null: it was not us.
  const char* reason() const { return reason_; }

  bool Null() { return to_.Null(); }
  bool Bool(bool x) { return to_.Bool(x); }
  bool Int(int x) { return to_.Int(x); }
  bool Uint(unsigned x) { return to_.Uint(x); }
  bool Int64(std::int64_t x) { return to_.Int64(x); }
  bool Uint64(std::uint64_t x) { return to_.Uint64(x); }
  bool Double(double x) { return to_.Double(x); }
  bool RawNumber(const char* x, rapidjson::SizeType n, bool copy) {
    return to_.RawNumber(x, n, copy);
  }
  bool String(const char* x, rapidjson::SizeType n, bool copy) {
    return well_formed({x, n}) && to_.String(x, n, copy);
  }
  bool Key(const char* x, rapidjson::SizeType n, bool copy) {
    return well_formed({x, n}) && to_.Key(x, n, copy);
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
  bool enter() {
    if (depth_++ < depth_max_)
      return true;
    reason_ = "It is nested too deeply.";
    return false;
  }

  bool well_formed(std::string_view text) {
    if (!has_surrogate(text))
      return true;
    reason_ = "Half of a surrogate pair stands alone in a string.";
    return false;
  }

  document& to_;
  unsigned depth_max_;
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
    rapidjson::MemoryStream in{text.data(), text.size()};
    rapidjson::Reader reader;
    guard checked{to, most.depth};
    const auto done = reader.Parse<strict_flags>(in, checked);
    if (checked.reason() != nullptr)
      failed = not_json(checked.reason(), done.Offset());
    else if (done.IsError())
      failed = not_json(rapidjson::GetParseError_En(done.Code()), done.Offset());
    else if (in.Tell() != text.size()) // The reader takes a NUL for the end of the text.
      failed = not_json("A NUL follows the value.", in.Tell());
    return !failed;
  }
};

/// Lets a writer append to a string that is already there.
struct string_sink {
  using Ch = char;

  std::string& out;

  void Put(char c) { out.push_back(c); }
  void Flush() {}
};

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

/// The array index that `token` spells, without sign or leading zero (RFC 6901 §4).
std::optional<rapidjson::SizeType> index_of(std::string_view token) {
  constexpr std::size_t digits_max = 9;
  if (token.empty() || token.size() > digits_max || (token[0] == '0' && token.size() > 1))
    return std::nullopt;
  rapidjson::SizeType index = 0;
  for (const char c : token) {
    if (c < '0' || c > '9')
      return std::nullopt;
    index = index * 10 + static_cast<rapidjson::SizeType>(c - '0');
  }
  return index;
}

} // namespace

result<document> parse(std::string_view text, limits most) {
  if (text.size() > most.bytes)
    return not_json("It is longer than allowed.", most.bytes);
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
  return !reader.Parse<strict_flags | rapidjson::kParseStopWhenDoneFlag>(in, ignore).IsError();
}

std::string compact(const value& x) {
  std::string out;
  string_sink sink{out};
  rapidjson::Writer<string_sink> writer{sink};
  x.Accept(writer);
  return out;
}

const value* find(const value& x, std::string_view name) {
  if (!x.IsObject())
    return nullptr;
  const value key{rapidjson::StringRef(name.data(), name.size())};
  const auto i = x.FindMember(key);
  return i == x.MemberEnd() ? nullptr : &i->value;
}

std::string_view find_text(const value& x, std::string_view name) {
  const auto* found = find(x, name);
  return found != nullptr && found->IsString() ? text_of(*found) : std::string_view{};
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    std::size_t plain = 0;
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

void append_token(std::string& pointer, std::string_view token) {
  pointer += '/';
  for (const char c : token) {
    if (c == '~')
      pointer += "~0";
    else if (c == '/')
      pointer += "~1";
    else
      pointer += c;
  }
}

std::optional<std::string> decoded_token(std::string_view token) {
  std::string out;
  for (std::size_t i = 0; i < token.size(); ++i) {
    if (token[i] != '~') {
      out += token[i];
      continue;
    }
    if (++i == token.size() || (token[i] != '0' && token[i] != '1'))
      return std::nullopt;
    out += token[i] == '0' ? '~' : '/';
  }
  return out;
}

const value* child(const value& x, std::string_view token) {
  if (!x.IsArray())
    return find(x, token);
  const auto index = index_of(token);
  return index && *index < x.Size() ? &x[*index] : nullptr;
}

const value* at(const value& x, std::string_view pointer) {
  const auto* here = &x;
  while (!pointer.empty()) {
    if (pointer[0] != '/')
      return nullptr;
    const auto end = std::min(pointer.find('/', 1), pointer.size());
    const auto token = decoded_token(pointer.substr(1, end - 1));
    here = token ? child(*here, *token) : nullptr;
    if (here == nullptr)
      return nullptr;
    pointer.remove_prefix(end);
  }
  return here;
}

} // namespace hedgerow::json
