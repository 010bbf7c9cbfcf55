#include "app/simulator/dialect.hpp"

#include "app/simulator/anthropic.hpp"
#include "app/simulator/gemini.hpp"
#include "app/simulator/openai.hpp"

namespace hedgerow::simulated {

namespace {

/// What stands between `before` and `after` in `text`, if it has both in this order.
std::optional<std::string_view> between(std::string_view text, std::string_view before,
                                        std::string_view after) {
  const auto start = text.rfind(before);
  if (start == text.npos || !text.ends_with(after))
    return std::nullopt;
  const auto inner = text.substr(start + before.size());
  if (inner.size() <= after.size())
    return std::nullopt;
  return inner.substr(0, inner.size() - after.size());
}

std::optional<address> azure_address(std::string_view path) {
  if (path == "/openai/v1/chat/completions")
    return address{&openai::table};
  if (!path.starts_with("/openai/deployments/"))
    return std::nullopt;
  const auto deployment = between(path, "/deployments/", "/chat/completions");
  if (!deployment || deployment->find('/') != deployment->npos)
    return std::nullopt;
  return address{&openai::table, std::string{*deployment}};
}

std::optional<address> gemini_address(std::string_view path) {
  if (const auto model = between(path, "/models/", ":generateContent"))
    return address{&gemini::table, std::string{*model}};
  if (const auto model = between(path, "/models/", ":streamGenerateContent"))
    return address{&gemini::table, std::string{*model}, true};
  return std::nullopt;
}

} // namespace

std::optional<address> address_of(std::string_view target, std::string_view prefix) {
  const auto path = target.substr(0, target.find('?'));
  if (path == std::string{prefix} + "/chat/completions")
    return address{&openai::table};
  if (path.ends_with("/v1/messages"))
    return address{&anthropic::table};
  if (auto azure = azure_address(path))
    return azure;
  auto google = gemini_address(path);
  if (google && google->stream)
    google->array = target.find("alt=sse", path.size()) == target.npos;
  return google;
}

} // namespace hedgerow::simulated
