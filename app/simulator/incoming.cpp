#include "app/simulator/incoming.hpp"

#include <boost/beast/http/error.hpp>

#include <string>

namespace hedgerow::simulated {

namespace beast = boost::beast;
namespace http = beast::http;
using openai::rejection;

namespace {

std::string_view view(beast::string_view x) { return {x.data(), x.size()}; }

bool is_secret(http::field name, std::string_view text) {
  return name == http::field::authorization
         || beast::iequals({text.data(), text.size()}, "x-api-key")
         || beast::iequals({text.data(), text.size()}, "api-key");
}

} // namespace

call seen(const request& x, time_point arrived, std::size_t bytes_kept) {
  call made;
  made.arrived = arrived;
  made.authorization = x.count(http::field::authorization) > 0;
  if (bytes_kept == 0)
    return made;
  for (const auto& field : x) {
    const auto name = view(field.name_string());
    const auto value = is_secret(field.name(), name) ? "(left out)" : view(field.value());
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
  auto x = openai::malformed(why.message());
  if (why == http::error::body_limit)
    x.status = 413;
  else if (why == http::error::header_limit)
    x.status = 431;
  return x;
}

std::optional<rejection> wrong_address(const request& x, std::string_view path,
                                       std::string_view api_key) {
  const auto target = view(x.target());
  const auto shown_path = target.substr(0, target.find('?'));
  if (shown_path != path)
    return openai::wrong_path(view(x.method_string()), shown_path);
  if (x.method() != http::verb::post)
    return openai::wrong_method(view(x.method_string()));
  const auto shown = view(x[http::field::authorization]);
  if (!api_key.empty() && shown != "Bearer " + std::string{api_key})
    return openai::wrong_key(!shown.empty());
  return std::nullopt;
}

} // namespace hedgerow::simulated
