#pragma once

#include "contracts/json.hpp"
#include "contracts/schema.hpp"
#include "contracts/schema_keywords.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace hedgerow {

using resource_id = std::uint32_t;

/// A subschema as a reference finds it.
struct schema_target {
  const json::value* source = nullptr;
  resource_id resource = 0;
  /// As `schema_place::pointer`.
  std::string pointer;
};

/// A schema or subschema with a URI of its own.
struct schema_resource {
  std::string uri;
  dialect how;
  schema_target root;
  /// What `$anchor`, `$dynamicAnchor` and the older `$id: "#name"` name.
  std::map<std::string, schema_target, std::less<>> anchors;
  /// Those of `$dynamicAnchor`.
  std::map<std::string, schema_target, std::less<>> dynamic_anchors;
  bool has_recursive_anchor = false;
};

/// All documents that a schema can refer to, and what stands in them under which URI. A document
/// is read when the first reference needs it.
class schema_resources {
public:
  explicit schema_resources(const schema_options& options) : options_{options} {}

  /// Adds the schema itself, which is resource 0. Errors: of its `$schema`.
  std::optional<error> add(json::document source);

  const schema_resource& operator[](resource_id id) const { return all_[id]; }
  resource_id count() const { return static_cast<resource_id>(all_.size()); }

  /// What `reference` leads to in a schema of the resource `from`. Errors: `config_invalid`.
  result<schema_target> find(std::string_view reference, resource_id from);

  /// The resource whose root `source` is, else `around`.
  resource_id resource_of(const json::value& source, resource_id around) const;

  /// The documents that were read; to be kept as long as their values are used.
  std::vector<std::unique_ptr<const json::document>> take_documents() {
    return std::move(documents_);
  }

private:
  result<resource_id> read(std::string uri, std::string_view text, const dialect& fallback);
  result<resource_id> add(json::document source, std::string uri, const dialect& fallback);
  result<resource_id> resource_at(const std::string& uri, const dialect& fallback);

  /// A subschema while the document around it is indexed; a list on the stack, because most
  /// subschemas need no pointer.
  struct spot {
    const json::value* source = nullptr;
    resource_id resource = 0;
    const spot* outer = nullptr;
    std::string_view token;
    std::optional<std::size_t> item = std::nullopt;
  };

  void index(spot at);
  void index_inside(keyword word, const spot& at);
  void enter(spot& at);
  void note_anchors(const spot& at);
  schema_target target(const spot& at);
  bool spend(std::size_t bytes);
  result<schema_target> located(std::string_view reference, resource_id from);
  result<schema_target> walk(schema_target at, std::string_view pointer,
                             std::string_view reference);
  const json::value* child(const json::value& x, std::string_view token);

  using member_index = std::unordered_map<std::string_view, const json::value*>;

  const schema_options& options_;
  std::vector<std::unique_ptr<const json::document>> documents_;
  std::vector<schema_resource> all_;
  std::map<std::string, resource_id, std::less<>> by_uri_;
  std::unordered_map<const json::value*, resource_id> by_root_;
  std::unordered_map<const json::value*, member_index> indexes_;
  /// The pointer to the root of the document that is being indexed.
  std::string base_;
  /// Of the URIs and pointers made so far.
  std::size_t bytes_ = 0;
  /// The first mistake that indexing met.
  std::optional<error> failed_;
};

} // namespace hedgerow
