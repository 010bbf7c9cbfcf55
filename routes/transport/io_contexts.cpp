#include "routes/transport/io_contexts.hpp"

#include <boost/asio/io_context.hpp>

#include <cassert>
#include <utility>

namespace hedgerow {

io_contexts::io_contexts(std::vector<boost::asio::io_context*> contexts)
    : contexts_{std::move(contexts)} {
  assert(!contexts_.empty());
}

std::size_t io_contexts::pick() {
  for (std::size_t i = 0; i < contexts_.size(); ++i)
    if (contexts_[i]->get_executor().running_in_this_thread())
      return i;
  return next_++ % contexts_.size();
}

} // namespace hedgerow
