#include "tests/routes/transport/peer.hpp"

#include <catch2/catch.hpp>

#include <boost/asio/post.hpp>

using namespace hedgerow;
using namespace hedgerow::test;
using namespace std::chrono_literals;

namespace {

const std::string chunked_head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

/// Tells what the client does after `serve`.
peer::script then_watch(inbox<std::string>& seen, std::function<void(peer_socket&)> serve) {
  return [&seen, serve = std::move(serve)](peer_socket& socket) {
    serve(socket);
    seen.put(socket.read_end());
  };
}

void check_latency(const http_outcome& ended, std::string_view reason) {
  CHECK(failure_of(ended).kind == failure_class::latency);
  CHECK(failure_of(ended).scope == failure_scope::traffic_class);
  CHECK(failure_of(ended).reason == reason);
}

} // namespace

TEST_CASE("a call stopped right after its start sends nothing", "[cancel]") {
  inbox<std::string> seen;
  peer server{[&seen](peer_socket& socket) { seen.put(socket.read_request()); }};
  client_world world;
  std::future<http_outcome> ended;
  boost::asio::post(world.context(0), [&] { world.start(call_to(server.at()), ended)(); });
  world.settle();
  CHECK(is_cancelled(get(std::move(ended))));
  if (server.connections() > 0)
    CHECK(seen.next().empty());
}

TEST_CASE("a call stopped while it connects ends at once", "[cancel]") {
  full_port nowhere;
  client_world world;
  std::future<http_outcome> ended;
  auto call = call_to(nowhere.at());
  call.within.connect = 1h;
  const auto stop = world.start(std::move(call), ended);
  world.settle();
  stop();
  CHECK(is_cancelled(get(std::move(ended))));
}

TEST_CASE("a call stopped while it looks up a name is cancelled", "[cancel]") {
  client_world world;
  std::future<http_outcome> ended;
  boost::asio::post(world.context(0), [&] { world.start(call_to(unknown_name()), ended)(); });
  world.settle();
  CHECK(is_cancelled(get(std::move(ended))));
}

TEST_CASE("the peer sees the end of a call that is stopped while it waits", "[cancel]") {
  inbox<std::string> waiting;
  inbox<std::string> seen;
  peer server{then_watch(seen, [&waiting](auto& socket) { waiting.put(socket.read_request()); })};
  client_world world;
  std::future<http_outcome> ended;
  const auto stop = world.start(call_to(server.at()), ended);
  waiting.next();
  stop();
  CHECK(is_cancelled(get(std::move(ended))));
  CHECK(seen.next() == "closed");
  stop();
}

TEST_CASE("the peer sees the end of a call that is stopped while it sends", "[cancel]") {
  inbox<std::string> seen;
  std::promise<void> stopped;
  auto gate = stopped.get_future().share();
  inbox<std::string> accepted;
  peer server{[&, gate](peer_socket& socket) {
    accepted.put("accepted");
    gate.wait();
    seen.put(socket.read_request().empty() ? "cut off" : "whole");
  }};
  client_world world;
  std::future<http_outcome> ended;
  const auto stop = world.start(call_to(server.at(), std::string(64 << 20, 'p')), ended);
  accepted.next();
  stop();
  CHECK(is_cancelled(get(std::move(ended))));
  stopped.set_value();
  CHECK(seen.next() == "cut off");
}

TEST_CASE("the peer sees the end of a call that is stopped while data flow", "[cancel]") {
  inbox<std::string> seen;
  std::promise<void> flowing;
  peer server{[&](peer_socket& socket) {
    socket.read_request();
    socket.send(chunked_head);
    const auto chunk = "10000\r\n" + std::string(0x10000, 'c') + "\r\n";
    // More than all buffers between the two hold: the client must be reading.
    for (int i = 0; socket.send(chunk); ++i)
      if (i == 300)
        flowing.set_value();
    seen.put("ended");
  }};
  client_world world;
  auto call = call_to(server.at());
  call.reply_bytes_max = std::size_t{1} << 40;
  std::future<http_outcome> ended;
  const auto stop = world.start(std::move(call), ended);
  get(flowing.get_future());
  stop();
  CHECK(is_cancelled(get(std::move(ended))));
  CHECK(seen.next() == "ended");
}

TEST_CASE("the peer sees the end of a call that is stopped inside a body", "[cancel]") {
  inbox<std::string> seen;
  peer server{then_watch(seen, [&seen](peer_socket& socket) {
    socket.read_request();
    socket.send(chunked_head + "3\r\nabc\r\n");
    seen.put("sent");
  })};
  client_world world;
  std::future<http_outcome> ended;
  const auto stop = world.start(call_to(server.at()), ended);
  CHECK(seen.next() == "sent");
  stop();
  CHECK(is_cancelled(get(std::move(ended))));
  CHECK_THAT(seen.next(), Catch::Equals("closed") || Catch::Equals("reset"));
}

TEST_CASE("a cancelled connection never serves another call", "[cancel]") {
  inbox<std::string> seen;
  peer server{[&seen](peer_socket& socket) {
    for (int i = 0; !socket.read_request().empty(); ++i) {
      if (i == 1)
        seen.put("second call");
      else
        socket.send(reply_with(std::to_string(socket.number)));
    }
    seen.put("closed");
  }};
  client_world world;
  CHECK(reply_of(world.ask(call_to(server.at()))).body == "0");
  std::future<http_outcome> ended;
  const auto stop = world.start(call_to(server.at()), ended);
  CHECK(seen.next() == "second call");
  stop();
  CHECK(is_cancelled(get(std::move(ended))));
  CHECK(seen.next() == "closed");
  CHECK(reply_of(world.ask(call_to(server.at()))).body == "1");
}

TEST_CASE("a call that is stopped is not repeated on a new connection", "[cancel]") {
  inbox<std::string> seen;
  peer server{[&seen](peer_socket& socket) {
    socket.read_request();
    socket.send(reply_with("0"));
    socket.read_request();
    seen.put("second call");
    socket.read_end();
  }};
  client_world world;
  CHECK(reply_of(world.ask(call_to(server.at()))).body == "0");
  std::future<http_outcome> ended;
  const auto stop = world.start(call_to(server.at()), ended);
  seen.next();
  stop();
  CHECK(is_cancelled(get(std::move(ended))));
  world.settle();
  CHECK(server.connections() == 1);
}

TEST_CASE("stopping a call that has ended does nothing", "[cancel]") {
  peer server{[](peer_socket& socket) {
    while (!socket.read_request().empty())
      socket.send(reply_with("x"));
  }};
  stop_call stop;
  {
    client_world world;
    std::future<http_outcome> ended;
    stop = world.start(call_to(server.at()), ended);
    CHECK(reply_of(get(std::move(ended))).body == "x");
    stop();
    world.settle();
    CHECK(reply_of(world.ask(call_to(server.at()))).body == "x");
    CHECK(server.connections() == 1);
  }
  stop();
}

TEST_CASE("stopping from other threads races with nothing", "[cancel]") {
  peer server{[](peer_socket& socket) {
    while (!socket.read_request().empty())
      socket.send(reply_with("x"));
  }};
  client_world world{2};
  int replies = 0;
  int stopped = 0;
  for (int i = 0; i < 300; ++i) {
    std::future<http_outcome> ended;
    const auto stop = world.start(call_to(server.at()), ended);
    std::thread other{stop};
    if (i % 2 == 0)
      stop();
    const auto how = get(std::move(ended));
    other.join();
    replies += std::holds_alternative<http_reply>(how.what) ? 1 : 0;
    stopped += is_cancelled(how) ? 1 : 0;
  }
  CHECK(replies + stopped == 300);
}

TEST_CASE("connecting has a time limit of its own", "[cancel]") {
  full_port nowhere;
  client_world world;
  auto call = call_to(nowhere.at());
  call.within = {.connect = 30ms, .first_byte = 1h, .total = 1h};
  check_latency(world.ask(std::move(call)), "no connection within 30 ms");
}

TEST_CASE("the first byte has a time limit of its own", "[cancel]") {
  inbox<std::string> seen;
  peer server{then_watch(seen, [](auto& socket) { socket.read_request(); })};
  client_world world;
  auto call = call_to(server.at());
  call.within = {.connect = 10s, .first_byte = 30ms, .total = 1h};
  check_latency(world.ask(std::move(call)), "no byte of a reply within 30 ms");
  CHECK(seen.next() == "closed");
}

TEST_CASE("the whole of a reply has a time limit", "[cancel]") {
  inbox<std::string> seen;
  peer server{then_watch(seen, [](auto& socket) {
    socket.read_request();
    socket.send(chunked_head + "3\r\nabc\r\n");
  })};
  client_world world;
  auto call = call_to(server.at());
  call.within = {.connect = 10s, .first_byte = 1000ms, .total = 1100ms};
  const auto ended = world.ask(std::move(call));
  check_latency(ended, "no whole reply within 1100 ms");
  CHECK(ended.times.total >= 1100ms);
  CHECK(ended.times.first_byte < 1000ms);
  CHECK_THAT(seen.next(), Catch::Equals("closed") || Catch::Equals("reset"));
}

TEST_CASE("the limit on connecting ends with the connection", "[cancel]") {
  inbox<std::string> asked;
  std::promise<void> go;
  peer server{[&](peer_socket& socket) {
    asked.put(socket.read_request());
    go.get_future().wait();
    socket.send(reply_with("x"));
  }};
  client_world world;
  auto call = call_to(server.at());
  call.within = {.connect = 1000ms, .first_byte = 1h, .total = 1h};
  std::future<http_outcome> ended;
  world.start(std::move(call), ended);
  asked.next();
  CHECK(ended.wait_for(1100ms) == std::future_status::timeout);
  go.set_value();
  CHECK(reply_of(get(std::move(ended))).body == "x");
}

TEST_CASE("a client that goes cancels what is in flight", "[cancel]") {
  inbox<std::string> seen;
  peer server{then_watch(seen, [&seen](auto& socket) {
    socket.read_request();
    seen.put("asked");
  })};
  full_port nowhere;
  std::vector<std::future<http_outcome>> ended(12);
  {
    client_world world{2};
    for (std::size_t i = 0; i < 8; ++i)
      world.start(call_to(server.at()), ended[i]);
    for (std::size_t i = 8; i < 12; ++i)
      world.start(call_to(nowhere.at()), ended[i]);
    for (int i = 0; i < 8; ++i)
      CHECK(seen.next() == "asked");
    world.destroy_client();
    for (auto& each : ended)
      CHECK(is_cancelled(get(std::move(each))));
  }
  for (int i = 0; i < 8; ++i)
    CHECK(seen.next() == "closed");
}

TEST_CASE("a closed client starts nothing and keeps nothing", "[cancel]") {
  inbox<std::string> seen;
  peer server{[&seen](peer_socket& socket) {
    while (!socket.read_request().empty())
      socket.send(reply_with("x"));
    seen.put("closed");
  }};
  client_world world;
  CHECK(reply_of(world.ask(call_to(server.at()))).body == "x");
  world.client().close();
  CHECK(seen.next() == "closed");
  CHECK(is_cancelled(world.ask(call_to(server.at()))));
  CHECK(server.connections() == 1);
}
