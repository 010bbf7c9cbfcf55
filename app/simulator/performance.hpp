#pragma once

#include "app/simulator/connection.hpp"
#include "app/simulator/dialect.hpp"
#include "app/simulator/ledger.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>

namespace hedgerow::simulated {

/// One call being met.
struct visit {
  call seen;
  asked by;
  ledger::entry entered;
};

/// Does what the script says, and notes how it ends. True if the connection can be used again.
/// `book` and `x` outlive it.
boost::asio::awaitable<bool> perform(ledger& book, std::shared_ptr<connection> peer, visit& x);

} // namespace hedgerow::simulated
