#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace hedgerow {

/// The values of `format` that can be checked.
enum class format_kind : std::uint8_t {
  date,
  date_time,
  duration,
  email,
  hostname,
  idn_email,
  idn_hostname,
  ipv4,
  ipv6,
  iri,
  iri_reference,
  json_pointer,
  regex,
  relative_json_pointer,
  time,
  uri,
  uri_reference,
  uri_template,
  uuid,
};

/// The format called `name`; nothing if there is none, which then is a mere annotation. A format
/// that a later draft brought is checked in an earlier one too: there it could only be ignored.
std::optional<format_kind> format_named(std::string_view name);

/// The name of the format.
std::string_view to_string(format_kind x);

/// Whether `text` has the format.
bool has_format(format_kind x, std::string_view text);

} // namespace hedgerow
