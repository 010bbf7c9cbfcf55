#pragma once

#include "contracts/completion.hpp"
#include "contracts/failure.hpp"
#include "routes/http.hpp"
#include "routes/route_config.hpp"
#include "routes/stream_assembly.hpp"
#include "routes/transport.hpp"

#include <chrono>
#include <optional>
#include <string_view>
#include <variant>

namespace hedgerow {

/// How providers of one kind are spoken to: canonical form to bytes and back, no I/O.
struct dialect {
  /// What keeps the call from being said; nothing: it can be encoded.
  std::optional<failure> (*objection)(const route_config& route, const model_call& call);
  /// Requires: there is no objection.
  http_request (*encode)(const route_config& route, const model_call& call);
  std::variant<completion, failure> (*decode)(const http_reply& reply, const model_call& call,
                                              std::chrono::system_clock::time_point now);
  /// What puts a streamed reply together.
  stream_assembly (*assembly)();
  /// The header that names the call in the provider's records; empty: none.
  std::string_view request_id;
};

/// The dialect of providers of kind `x`, or null if they are not reached over HTTP.
const dialect* dialect_of(provider_kind x);

} // namespace hedgerow
