#pragma once

#include "contracts/completion.hpp"
#include "contracts/failure.hpp"
#include "contracts/lowering.hpp"
#include "routes/http.hpp"
#include "routes/route_config.hpp"
#include "routes/transport.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// What the requests of all dialects have in common.
namespace hedgerow {

/// A POST of JSON to `target`, without its body. The headers that the provider is configured with
/// stand for those of the same name in `own`.
http_request request_to(const route_config& route, const model_call& call, std::string target,
                        http_headers own);

/// The smallest of the caller's, the budget's and the route's limit of output tokens; nothing if
/// neither caller nor budget has one: on its own the route's says nothing new, and servers that add
/// it to the input would refuse prompts that fit.
std::optional<std::int64_t> output_limit(const route_config& route, const model_call& call);

/// About as many bytes as `x` takes in any dialect.
std::size_t expected_size(const prompt& x);

/// The parameters of `x` in the words of `to`; nothing if `to` cannot express them as an object.
/// Requires: `x.parameters` is not empty.
std::optional<std::string> parameters_in(const tool& x, schema_dialect to);

/// The schema of `x` in the words of `to`; nothing if `to` cannot express it.
/// Requires: `x.schema` is not empty.
std::optional<std::string> schema_in(const output_format& x, schema_dialect to);

/// The description of `x` with its parameters in it, for a dialect that cannot express these.
std::string described(const tool& x);

/// Whether `x` is 1 to `most` letters, digits, `_` or `-`.
bool is_plain_name(std::string_view x, std::size_t most);

/// `id` where it is a plain name of at most `most`, else one that is made of it: always the same
/// for the same, so that calls and results still belong together.
std::string portable_id(std::string_view id, std::size_t most);

/// What is said of a call before it is made that its route's dialect has no words for.
failure inexpressible(std::string reason);

} // namespace hedgerow
