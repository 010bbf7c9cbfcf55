#pragma once

#include <optional>
#include <string>
#include <string_view>

/// URI references (RFC 3986), as far as references between schemas need them.
namespace hedgerow::uri {

/// A reference in its five parts; `has_…` tells an empty part from an absent one.
struct parts {
  std::string_view scheme;
  std::string_view authority;
  std::string_view path;
  std::string_view query;
  std::string_view fragment;
  bool has_authority = false;
  bool has_query = false;
  bool has_fragment = false;
};

/// Splits by the regular expression of RFC 3986 appendix B; any text has such parts.
parts split(std::string_view text);

/// `reference` against `base`, without its fragment (RFC 3986 §5.2).
std::string resolved(std::string_view base, std::string_view reference);

/// `text` with `%41` as `A`; nothing where two hex digits are missing.
std::optional<std::string> percent_decoded(std::string_view text);

} // namespace hedgerow::uri
