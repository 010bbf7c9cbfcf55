#pragma once

#include "contracts/error.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
} // namespace re2

namespace hedgerow {

/// A regular expression of a schema: ECMA-262's language with its `u` flag, as far as it can be
/// matched in time linear in the text.
class pattern {
public:
  /// Compiles `text`. Errors: `config_invalid`, for what is no such expression, for lookaround and
  /// back-references, for properties of Unicode that RE2 does not know, and for what takes more
  /// than 2 MiB.
  static result<pattern> compile(std::string_view text);

  pattern(pattern&&) noexcept;
  pattern& operator=(pattern&&) noexcept;
  ~pattern();

  /// Whether some part of `text` matches.
  bool matches(std::string_view text) const;

  /// The expression as the schema has it.
  const std::string& source() const { return source_; }

  /// The instructions that it compiled to.
  std::size_t size() const;

private:
  /// Most patterns of schemas are a prefix or a fixed text and need no automaton.
  enum class kind : std::uint8_t { automaton, anything, prefix, exact };

  pattern(std::string_view source, kind what);

  std::string source_;
  kind what_;
  /// For `prefix` and `exact`.
  std::string literal_;
  std::unique_ptr<const re2::RE2> automaton_;
};

} // namespace hedgerow
