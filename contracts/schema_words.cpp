#include "contracts/schema_words.hpp"

#include "contracts/schema_program.hpp"
#include "contracts/utf8.hpp"

#include <array>
#include <utility>

namespace hedgerow {
namespace {

constexpr std::size_t shown_bytes_max = 60;
constexpr std::size_t listed_bytes_max = 400;
constexpr std::string_view ellipsis = "…";

constexpr std::array<std::pair<type_bit, std::string_view>, 7> kinds{{
    {null_type, "null"},
    {boolean_type, "true or false"},
    {integer_type, "an integer"},
    {number_type, "a number"},
    {string_type, "a string"},
    {array_type, "an array"},
    {object_type, "an object"},
}};

std::string cut(std::string_view text) {
  std::string out{utf8::head(text, shown_bytes_max)};
  if (out.size() < text.size())
    out += ellipsis;
  return out;
}

} // namespace

std::string pointer_to(const place& x) {
  if (x.what == place::kind::root)
    return {};
  auto out = pointer_to(*x.parent);
  if (x.what == place::kind::member)
    json::append_token(out, cut(x.member));
  if (x.what == place::kind::item)
    out += '/' + std::to_string(x.item);
  return out;
}

std::string subject_of(const place& x) {
  switch (x.what) {
  case place::kind::root:
    return "the value";
  case place::kind::member:
    return shown(x.member);
  case place::kind::name:
    return "the member name " + shown(x.member);
  case place::kind::item:
    break;
  }
  const auto index = "[" + std::to_string(x.item) + "]";
  return x.parent->what == place::kind::root ? "item " + index : subject_of(*x.parent) + index;
}

std::string_view kind_of(const json::value& x) {
  if (json::is_decimal(x))
    return "a number";
  switch (x.GetType()) {
  case rapidjson::kNullType:
    return "null";
  case rapidjson::kFalseType:
    return "false";
  case rapidjson::kTrueType:
    return "true";
  case rapidjson::kObjectType:
    return "an object";
  case rapidjson::kArrayType:
    return "an array";
  case rapidjson::kStringType:
    return "a string";
  case rapidjson::kNumberType:
    break;
  }
  return "a number";
}

std::string kinds_of(std::uint8_t types) {
  std::string out;
  for (const auto& [bit, words] : kinds) {
    const auto is_any_number = bit == integer_type && (types & number_type) != 0;
    if ((types & bit) == 0 || is_any_number)
      continue;
    out += out.empty() ? "" : " or ";
    out += words;
  }
  return out;
}

std::string listed(const json::value& values) {
  std::string out;
  for (const auto& item : values.GetArray()) {
    if (out.size() > listed_bytes_max)
      return out + ", " + std::string{ellipsis};
    out += out.empty() ? "" : ", ";
    out += shown(item);
  }
  return out;
}

std::string shown(const json::value& x) {
  return x.IsString() ? shown(json::text_of(x)) : cut(json::compact(x));
}

std::string shown(std::string_view text) {
  std::string out;
  json::append_quoted(out, cut(text));
  return out;
}

std::string counted(std::size_t n, std::string_view noun) {
  auto out = std::to_string(n) + ' ';
  out += noun;
  return n == 1 ? out : out + 's';
}

} // namespace hedgerow
