#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hedgerow {

/// Header fields in order; names compare without case.
using http_headers = std::vector<std::pair<std::string, std::string>>;

/// The first value of `name` in `fields`, or an empty view.
std::string_view header(const http_headers& fields, std::string_view name);

/// A POST to a provider.
struct http_request {
  /// Path and query, with the provider's own prefix.
  std::string target;
  /// Without Host, Content-Length and Connection, which the client sets.
  http_headers headers;
  std::string body;
};

/// A whole reply of a provider.
struct http_reply {
  int status = 0;
  http_headers headers;
  std::string body;
};

/// Whether `a` and `b` are equal but for the case of ASCII letters.
bool same_name(std::string_view a, std::string_view b);

/// The moment an HTTP date names: IMF-fixdate, RFC 850 or asctime form (RFC 9110 §5.6.7), else
/// nothing. `now` gives a year of two digits its century.
std::optional<std::chrono::sys_seconds> parse_http_date(std::string_view text,
                                                        std::chrono::system_clock::time_point now);

} // namespace hedgerow
