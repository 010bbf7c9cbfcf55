#include "routes/transport/lane.hpp"
#include "tests/routes/transport/peer.hpp"

#include <catch2/catch.hpp>

using namespace hedgerow;
using namespace hedgerow::test;
using namespace std::chrono_literals;

namespace {

using pointer = idle_connections<plain_stream>::pointer;

/// Opens connections to a peer that keeps them open.
struct opener {
  pointer open() {
    auto out = std::make_unique<connection<plain_stream>>(io);
    out->stream.connect({boost::asio::ip::address_v4::loopback(), server.port()});
    return out;
  }

  inbox<int> closed;
  peer server{[this](peer_socket& socket) {
    socket.read_end();
    closed.put(socket.number);
  }};
  boost::asio::io_context io{1};
};

constexpr steady_time start{1h};

} // namespace

TEST_CASE("the connection used last is used next", "[idle_connections]") {
  opener peers;
  idle_connections<plain_stream> idle;
  auto first = peers.open();
  auto second = peers.open();
  auto* const last = second.get();
  idle.put("a", std::move(first), 8, start);
  idle.put("a", std::move(second), 8, start);
  CHECK(idle.take("a", start).get() == last);
  CHECK(idle.take("a", start));
  CHECK(!idle.take("a", start));
}

TEST_CASE("a connection serves its own origin only", "[idle_connections]") {
  opener peers;
  idle_connections<plain_stream> idle;
  idle.put("a", peers.open(), 8, start);
  CHECK(!idle.take("b", start));
  CHECK(idle.take("a", start));
}

TEST_CASE("a connection is dropped after a minute without use", "[idle_connections]") {
  opener peers;
  idle_connections<plain_stream> idle;
  idle.put("a", peers.open(), 8, start);
  idle.put("b", peers.open(), 8, start);
  CHECK(idle.take("a", start + 59s));
  CHECK(!idle.take("b", start + 60s));
}

TEST_CASE("an old connection does not wait for its origin to be called again",
          "[idle_connections]") {
  opener peers;
  idle_connections<plain_stream> idle;
  idle.put("a", peers.open(), 8, start);
  idle.put("b", peers.open(), 8, start + 61s);
  CHECK(peers.closed.next() == 0);
  CHECK(idle.take("b", start + 61s));
}
