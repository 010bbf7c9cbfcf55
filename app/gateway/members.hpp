#pragma once

#include "contracts/error.hpp"
#include "contracts/json.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Reading the members of a caller's body. Errors: `invalid_request` with the member.
namespace hedgerow {

error wrong(std::string message, std::string_view param);

/// The member `name` of `body` if it is there and not null.
const json::value* given(const json::value& body, std::string_view name);

/// These leave `to` alone where the member is absent or null.
result<void> read_number(const json::value& body, std::string_view name, std::optional<double>& to);
result<void> read_flag(const json::value& body, std::string_view name, bool& to);
/// A whole number from 1.
result<void> read_count(const json::value& body, std::string_view name,
                        std::optional<std::int64_t>& to);

/// Refuses a member that would be lost on the way to a model.
result<void> refuse(const json::value& body, std::string_view name);

} // namespace hedgerow
