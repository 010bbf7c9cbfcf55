#pragma once

#include <span>
#include <string_view>

namespace hedgerow {

/// One of the documents that every schema may refer to.
struct metaschema {
  std::string_view uri;
  std::string_view text;
};

/// The metaschemas of all drafts and the parts of the newer ones, as in `contracts/metaschemas`.
std::span<const metaschema> metaschemas();

} // namespace hedgerow
