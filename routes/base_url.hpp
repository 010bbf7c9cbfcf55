#pragma once

#include <string>
#include <string_view>

/// The parts of a provider's `base_url` that decide how it is called.
namespace hedgerow {

/// The path in front of every call, for example `/v1`; no slash at the end.
std::string_view path_prefix(std::string_view base_url);

/// Whether the host, port aside, is `name`. Requires: `name` is in lower case.
bool is_at_host(std::string_view base_url, std::string_view name);

/// Whether the host, port aside, is `name` or ends with it behind a `.` or `-`.
bool is_within_host(std::string_view base_url, std::string_view name);

/// `text` as one segment of a path or one value of a query: all but letters, digits, `-`, `.`, `_`,
/// `~`, `:` and `@` is written as `%XX`.
std::string path_segment(std::string_view text);

} // namespace hedgerow
