#include "app/config/environment.hpp"

#include "app/config/names.hpp"

#include <cstdlib>

namespace hedgerow::config {

namespace {

bool is_variable(std::string_view name) {
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
  constexpr std::string_view all =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";
  return !name.empty() && letters.find(name.front()) != letters.npos
         && name.find_first_not_of(all) == name.npos;
}

/// What stands for `inside`, the text between `${` and `}`.
std::string value_of(std::string_view inside, const environment& variables,
                     std::vector<std::string>& problems) {
  const auto colon = inside.find(":-");
  const auto name = inside.substr(0, colon);
  if (!is_variable(name)) {
    problems.push_back(ticked("${" + std::string{inside} + "}")
                       + " names no environment variable; write ${NAME} or ${NAME:-default}");
    return {};
  }
  auto value = variables(name);
  if (colon != inside.npos)
    return value && !value->empty() ? *value : std::string{inside.substr(colon + 2)};
  if (value)
    return *value;
  problems.push_back("the environment variable `" + std::string{name}
                     + "` is not set; set it, or write ${" + std::string{name} + ":-default}");
  return {};
}

} // namespace

environment process_environment() {
  return [](std::string_view name) -> std::optional<std::string> {
    const auto* value = std::getenv(std::string{name}.c_str());
    return value != nullptr ? std::optional<std::string>{value} : std::nullopt;
  };
}

std::string substitute(std::string_view text, const environment& variables,
                       std::vector<std::string>& problems) {
  std::string out;
  for (;;) {
    const auto start = text.find("${");
    out += text.substr(0, start);
    if (start == text.npos)
      return out;
    const auto end = text.find('}', start);
    if (end == text.npos) {
      problems.push_back("`${` has no `}` behind it");
      return out;
    }
    out += value_of(text.substr(start + 2, end - start - 2), variables, problems);
    text.remove_prefix(end + 1);
  }
}

} // namespace hedgerow::config
