#include "routes/json_object.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace hedgerow {

std::string& json_object::member(std::string_view name) {
  out_ += empty_ ? "\"" : ",\"";
  empty_ = false;
  out_ += name;
  out_ += "\":";
  return out_;
}

void json_object::text(std::string_view name, std::string_view value) {
  json::append_quoted(member(name), value);
}

void json_object::text_unless_empty(std::string_view name, std::string_view value) {
  if (!value.empty())
    text(name, value);
}

void json_object::flag(std::string_view name, std::optional<bool> value) {
  if (value)
    member(name) += *value ? "true" : "false";
}

void json_object::number(std::string_view name, std::optional<std::int64_t> value) {
  if (value)
    member(name) += std::to_string(*value);
}

void json_object::number(std::string_view name, std::optional<double> value) {
  if (!value || !std::isfinite(*value))
    return;
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), *value).ptr;
  member(name).append(digits.data(), end);
}

} // namespace hedgerow
