#pragma once

#include "app/simulator/dialect.hpp"
#include "app/simulator/ledger.hpp"

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/system/error_code.hpp>

#include <cstddef>
#include <optional>
#include <string_view>

/// What a simulator makes of a request before it looks into the body.
namespace hedgerow::simulated {

using request = boost::beast::http::request<boost::beast::http::string_body>;

/// The call as it is logged: headers and at most `bytes_kept` of the body, or neither if that is 0.
/// The values of keys are left out.
call seen(const request& x, time_point arrived, std::size_t bytes_kept);

/// Whether `x` says that the bytes were no request, rather than that the connection ended.
bool is_malformed(boost::system::error_code x);

/// Of a request that the parser does not take.
rejection unreadable(boost::system::error_code why);

/// What is wrong with method, headers or key; `api_key` empty: any.
std::optional<rejection> wrong_head(const request& x, const dialect& speaks,
                                    std::string_view api_key);

} // namespace hedgerow::simulated
