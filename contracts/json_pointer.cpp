#include "contracts/json.hpp"

#include <algorithm>

namespace hedgerow::json {
namespace {

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

const value* find(const value& x, std::string_view name) {
  if (!is_object(x))
    return nullptr;
  const value key{rapidjson::StringRef(name.data(), name.size())};
  const auto i = x.FindMember(key);
  return i == x.MemberEnd() ? nullptr : &i->value;
}

std::string_view find_text(const value& x, std::string_view name) {
  const auto* found = find(x, name);
  return found != nullptr && found->IsString() ? text_of(*found) : std::string_view{};
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
