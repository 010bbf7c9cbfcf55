#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// The file as a tree with positions, before anybody asks what it means.
namespace hedgerow::config {

/// Line and column in a file, from 1; 0: the file as a whole.
struct position {
  int line = 0;
  int column = 0;
};

/// One node of a YAML document. Aliases are replaced by what they stand for.
struct node {
  enum class kind : unsigned char { null, scalar, sequence, mapping };

  kind what = kind::null;
  position at;
  /// Of a mapping's member: its name and where that stands.
  std::string key;
  position key_at;
  /// Of a scalar.
  std::string text;
  bool quoted = false;
  /// Of a scalar that environment variables were put into: the text before that. What is shown to
  /// people is this one, since the other may hold a secret.
  std::string written;
  bool substituted = false;
  std::vector<node> items;

  bool is_scalar() const { return what == kind::scalar; }
  bool is_sequence() const { return what == kind::sequence; }
  bool is_mapping() const { return what == kind::mapping; }
};

/// The member `key` of the mapping `x`, or null.
const node* find(const node& x, std::string_view key);

/// Where a person looks for `x`: at the text itself, or at the key that a container belongs to.
position where(const node& x);

/// Where a file is no YAML that we take, and why.
struct yaml_problem {
  position at;
  std::string message;
};

/// What is refused while reading; aliases count as often as they are used.
struct yaml_limits {
  std::size_t bytes = 4u << 20;
  std::size_t depth = 48;
  std::size_t nodes = 100'000;
};

/// Reads the one document in `text`. Anchors and aliases are taken; tags, merge keys, a second
/// document, keys that are no plain text, and control characters are not. Keys that are given twice
/// are left to the reader, who knows their path.
std::variant<node, yaml_problem> parse_yaml(std::string_view text, yaml_limits most = {});

/// What YAML 1.2 takes a scalar for. Anything but `text` was written without quotes.
enum class scalar_kind : unsigned char { text, boolean, integer, real };

/// Requires: `x.is_scalar()`.
scalar_kind kind_of(const node& x);

/// `x` as compact JSON text: what a person wrote as YAML is meant as JSON. `problem` says where a
/// value has no such meaning (`.inf`, hexadecimal numbers).
std::variant<std::string, yaml_problem> to_json(const node& x);

} // namespace hedgerow::config
