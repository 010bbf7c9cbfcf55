#pragma once

#include "contracts/schema.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace hedgerow {

/// The values of `format` that can be checked.
enum class format_kind : std::uint8_t {
  date,
  date_time,
  time,
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
  uri,
  uri_reference,
  uri_template,
  uuid,
};

/// The format called `name` in a draft; nothing if that draft has none of this name, which then is
/// an annotation only.
std::optional<format_kind> format_named(std::string_view name, draft version);

/// The name of the format.
std::string_view to_string(format_kind x);

/// Whether `text` has the format.
bool has_format(format_kind x, std::string_view text);

} // namespace hedgerow
