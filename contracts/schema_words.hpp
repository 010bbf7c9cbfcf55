#pragma once

#include "contracts/json.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// The words of a violation: where it is and what would be right. A model reads them when it is
/// asked again, a person in the trail, so they repeat little of the instance.
namespace hedgerow {

/// Where in an instance the checker stands; a list from here to the root, on the stack.
struct place {
  enum class kind : std::uint8_t { root, member, item, name };

  kind what = kind::root;
  const place* parent = nullptr;
  /// Of a member or of a member's name.
  std::string_view member = {};
  std::size_t item = 0;
};

/// JSON pointer to `x`; a member's name has the pointer of its object.
std::string pointer_to(const place& x);

/// `x` as the subject of a sentence: `"zip"`, `"tags"[2]`, `the value`.
std::string subject_of(const place& x);

/// The type of `x` with its article: `a string`, `null`.
std::string_view kind_of(const json::value& x);

/// The types in the set `types`, each with its article: `a string or null`.
std::string kinds_of(std::uint8_t types);

/// The items of the array `values` as JSON, with commas, cut after some hundred bytes.
std::string listed(const json::value& values);

/// `x` as JSON, cut after 60 bytes.
std::string shown(const json::value& x);

/// `text` as a JSON string, cut after 60 bytes.
std::string shown(std::string_view text);

/// `3 items`, `1 item`.
std::string counted(std::size_t n, std::string_view noun);

} // namespace hedgerow
