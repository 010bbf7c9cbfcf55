#include "app/gateway/members.hpp"

namespace hedgerow {

error wrong(std::string message, std::string_view param) {
  return {errc::invalid_request, std::move(message), std::string{param}};
}

const json::value* given(const json::value& body, std::string_view name) {
  const auto* x = json::find(body, name);
  return x && !x->IsNull() ? x : nullptr;
}

result<void> read_number(const json::value& body, std::string_view name,
                         std::optional<double>& to) {
  const auto* x = given(body, name);
  if (!x)
    return {};
  if (!json::is_number(*x))
    return wrong("'" + std::string{name} + "' must be a number.", name);
  to = json::to_double(*x);
  return {};
}

result<void> read_flag(const json::value& body, std::string_view name, bool& to) {
  const auto* x = given(body, name);
  if (!x)
    return {};
  if (!x->IsBool())
    return wrong("'" + std::string{name} + "' must be true or false.", name);
  to = x->GetBool();
  return {};
}

result<void> read_count(const json::value& body, std::string_view name,
                        std::optional<std::int64_t>& to) {
  const auto* x = given(body, name);
  if (!x)
    return {};
  if (!x->IsInt64() || x->GetInt64() < 1)
    return wrong("'" + std::string{name} + "' must be a positive whole number.", name);
  to = x->GetInt64();
  return {};
}

result<void> refuse(const json::value& body, std::string_view name) {
  if (!given(body, name))
    return {};
  return wrong("'" + std::string{name} + "' is not offered; leave it out.", name);
}

} // namespace hedgerow
