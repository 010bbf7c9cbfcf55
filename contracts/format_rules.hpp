#pragma once

#include <string_view>

/// One predicate for each format of JSON Schema; the specification that decides stands beside it.
/// Internal to `format_*.cpp` and `schema_format.cpp`.
namespace hedgerow::formats {

bool is_date(std::string_view text);      ///< RFC 3339 §5.6 full-date
bool is_time(std::string_view text);      ///< RFC 3339 §5.6 full-time
bool is_date_time(std::string_view text); ///< RFC 3339 §5.6 date-time
bool is_duration(std::string_view text);  ///< RFC 3339 appendix A

bool is_email(std::string_view text);     ///< RFC 5321 §4.1.2 Mailbox
bool is_idn_email(std::string_view text); ///< RFC 6531 §3.3
bool is_ipv4(std::string_view text);      ///< RFC 2673 §3.2
bool is_ipv6(std::string_view text);      ///< RFC 4291 §2.2

bool is_hostname(std::string_view text);     ///< RFC 1123 §2.1, its A-labels by RFC 5891 §4.4
bool is_idn_hostname(std::string_view text); ///< RFC 5890 §2.3.2.3

bool is_uri(std::string_view text);           ///< RFC 3986
bool is_uri_reference(std::string_view text); ///< RFC 3986
bool is_iri(std::string_view text);           ///< RFC 3987
bool is_iri_reference(std::string_view text); ///< RFC 3987
bool is_uri_template(std::string_view text);  ///< RFC 6570 §2

bool is_json_pointer(std::string_view text);          ///< RFC 6901 §3
bool is_relative_json_pointer(std::string_view text); ///< draft-handrews-relative-json-pointer-01
bool is_regex(std::string_view text);                 ///< ECMA-262
bool is_uuid(std::string_view text);                  ///< RFC 4122 §3

} // namespace hedgerow::formats
