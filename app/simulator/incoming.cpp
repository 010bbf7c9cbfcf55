#include "app/simulator/incoming.hpp"

#include "app/simulator/openai.hpp"

#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <array>
#include <string>

namespace hedgerow::simulated {

namespace beast = boost::beast;
namespace http = beast::http;

namespace {

constexpr std::array<std::string_view, 4> secrets{"authorization", "x-api-key", "api-key",
                                                  "x-goog-api-key"};

std::string_view view(beast::string_view x) { return {x.data(), x.size()}; }

bool is_secret(std::string_view name) {
  return std::ranges::any_of(secrets, [&](auto secret) { return same_name(secret, name); });
}

/// The key that the caller shows, in the first of the headers that is there.
std::optional<std::string_view> shown_key(const request& x, const dialect& speaks) {
  constexpr std::string_view bearer = "Bearer ";
  for (const auto name : speaks.key_headers) {
    const auto found = x.find(name);
    if (found == x.end())
      continue;
    const auto value = view(found->value());
    if (name != "authorization")
      return value;
    return value.starts_with(bearer) ? value.substr(bearer.size()) : std::string_view{};
  }
  return std::nullopt;
}

} // namespace

call seen(const request& x, time_point arrived, std::size_t bytes_kept) {
  call made;
  made.arrived = arrived;
  made.authorization =
      std::ranges::any_of(secrets, [&](auto secret) { return x.find(secret) != x.end(); });
  made.retry_count = view(x["x-stainless-retry-count"]);
  if (bytes_kept == 0)
    return made;
  for (const auto& field : x) {
    const auto name = view(field.name_string());
    const auto value = is_secret(name) ? "(left out)" : view(field.value());
    made.headers.emplace_back(name, value);
  }
  made.body = x.body().substr(0, bytes_kept);
  return made;
}

bool is_malformed(boost::system::error_code x) {
  return x.category() == http::make_error_code(http::error::end_of_stream).category()
         && x != http::error::end_of_stream && x != http::error::partial_message;
}

rejection unreadable(boost::system::error_code why) {
  auto x = openai::table.reject(mistake::unreadable, why.message());
  if (why == http::error::body_limit)
    x.status = 413;
  else if (why == http::error::header_limit)
    x.status = 431;
  return x;
}

std::optional<rejection> wrong_head(const request& x, const dialect& speaks,
                                    std::string_view api_key) {
  if (x.method() != http::verb::post)
    return speaks.reject(mistake::method, view(x.method_string()));
  if (!api_key.empty()) {
    const auto shown = shown_key(x, speaks);
    if (shown != api_key)
      return speaks.reject(shown ? mistake::wrong_key : mistake::no_key, {});
  }
  if (!speaks.wanted_header.empty() && x.find(speaks.wanted_header) == x.end())
    return speaks.reject(mistake::no_header, speaks.wanted_header);
  return std::nullopt;
}

} // namespace hedgerow::simulated
