#include "contracts/schema_format.hpp"

#include "contracts/ecma_regex.hpp"
#include "contracts/format_reader.hpp"
#include "contracts/format_rules.hpp"

#include <algorithm>
#include <array>

namespace hedgerow {
namespace {

struct row {
  std::string_view name;
  bool (*accepts)(std::string_view) = nullptr;
};

/// In the order of `format_kind`.
constexpr std::array<row, 19> rows{{
    {"date", formats::is_date},
    {"date-time", formats::is_date_time},
    {"duration", formats::is_duration},
    {"email", formats::is_email},
    {"hostname", formats::is_hostname},
    {"idn-email", formats::is_idn_email},
    {"idn-hostname", formats::is_idn_hostname},
    {"ipv4", formats::is_ipv4},
    {"ipv6", formats::is_ipv6},
    {"iri", formats::is_iri},
    {"iri-reference", formats::is_iri_reference},
    {"json-pointer", formats::is_json_pointer},
    {"regex", formats::is_regex},
    {"relative-json-pointer", formats::is_relative_json_pointer},
    {"time", formats::is_time},
    {"uri", formats::is_uri},
    {"uri-reference", formats::is_uri_reference},
    {"uri-template", formats::is_uri_template},
    {"uuid", formats::is_uuid},
}};

} // namespace

std::optional<format_kind> format_named(std::string_view name) {
  const auto i = std::ranges::find(rows, name, &row::name);
  return i == rows.end() ? std::nullopt : std::optional{static_cast<format_kind>(i - rows.begin())};
}

std::string_view to_string(format_kind x) { return rows[static_cast<std::size_t>(x)].name; }

bool has_format(format_kind x, std::string_view text) {
  return rows[static_cast<std::size_t>(x)].accepts(text);
}

namespace formats {

bool is_json_pointer(std::string_view text) {
  if (!text.empty() && text[0] != '/')
    return false;
  for (auto i = text.find('~'); i != text.npos; i = text.find('~', i + 1))
    if (i + 1 == text.size() || (text[i + 1] != '0' && text[i + 1] != '1'))
      return false;
  return true;
}

bool is_relative_json_pointer(std::string_view text) {
  reader in{text};
  const auto up = in.take_while(is_digit);
  if (up.empty() || (up.size() > 1 && up[0] == '0'))
    return false;
  return in.rest() == "#" || is_json_pointer(in.rest());
}

bool is_regex(std::string_view text) { return ecma::translated(text).has_value(); }

bool is_uuid(std::string_view text) {
  reader in{text};
  for (const std::size_t digits : {8, 4, 4, 4, 12}) {
    if (digits != 8 && !in.take("-"))
      return false;
    if (in.take_while([left = digits](char c) mutable { return left-- > 0 && is_hex(c); }).size()
        != digits)
      return false;
  }
  return in.at_end();
}

} // namespace formats
} // namespace hedgerow
