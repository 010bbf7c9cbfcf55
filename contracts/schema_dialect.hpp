#pragma once

#include "contracts/schema.hpp"
#include "contracts/schema_keywords.hpp"

#include <optional>
#include <string_view>

namespace hedgerow {

/// The text of the document with this URI, among those given and those built in.
std::optional<std::string_view> document_at(std::string_view uri, const schema_options& options);

/// The dialect that the metaschema with this URI describes. Errors: `config_invalid`, with a
/// message that goes on after the name of the keyword.
result<dialect> dialect_at(std::string_view uri, const schema_options& options);

} // namespace hedgerow
