#include "routes/transport/fetch.hpp"

namespace hedgerow {

template asio::awaitable<end_of_call> fetch<plain_stream>(exchange& x);

} // namespace hedgerow
