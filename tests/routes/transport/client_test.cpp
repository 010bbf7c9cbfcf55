#include "tests/routes/transport/peer.hpp"

#include <catch2/catch.hpp>

#include <boost/asio/post.hpp>

using namespace hedgerow;
using namespace hedgerow::test;

namespace {

/// Answers every request with its own number on the connection and the connection's.
void count(peer_socket& socket) {
  for (int i = 0; !socket.read_request().empty(); ++i)
    socket.send(reply_with(std::to_string(socket.number) + "/" + std::to_string(i)));
}

peer::script answering(std::string bytes) {
  return [bytes = std::move(bytes)](peer_socket& socket) {
    if (!socket.read_request().empty())
      socket.send(bytes);
  };
}

} // namespace

TEST_CASE("a request arrives as it was given", "[client]") {
  inbox<std::string> seen;
  peer server{[&seen](peer_socket& socket) {
    seen.put(socket.read_request());
    socket.send(reply_with("{\"ok\":true}", "x-request-id: abc\r\n"));
  }};
  client_world world;
  const auto big = std::string(3'000'000, 'p');
  const auto ended = world.ask(call_to(server.at(), big));
  const auto& reply = reply_of(ended);
  CHECK(reply.status == 200);
  CHECK(reply.body == "{\"ok\":true}");
  CHECK(header(reply.headers, "X-Request-Id") == "abc");
  CHECK((seen.next()
         == "POST /v1/x HTTP/1.1\r\nHost: " + server.at()->authority
                + "\r\nConnection: keep-alive\r\nContent-Length: 3000000\r\n"
                  "content-type: application/json\r\n\r\n"
                + big));
  CHECK(ended.times.connect.count() > 0);
  CHECK(ended.times.first_byte >= ended.times.connect);
  CHECK(ended.times.total >= ended.times.first_byte);
}

TEST_CASE("a connection serves call after call", "[client]") {
  peer server{count};
  client_world world;
  for (int i = 0; i < 5; ++i) {
    const auto ended = world.ask(call_to(server.at()));
    CHECK(reply_of(ended).body == "0/" + std::to_string(i));
    CHECK((ended.times.connect.count() > 0) == (i == 0));
  }
  CHECK(server.connections() == 1);
}

TEST_CASE("no more idle connections are kept than asked for", "[client]") {
  inbox<int> arrived;
  std::promise<void> go;
  auto gate = go.get_future().share();
  peer server{[&arrived, gate](peer_socket& socket) {
    if (socket.read_request().empty())
      return;
    arrived.put(socket.number);
    gate.wait();
    socket.send(reply_with("x"));
    arrived.put(socket.read_request().empty() ? -1 : socket.number);
  }};
  client_world world;
  auto to = std::make_shared<endpoint>(*server.at());
  to->idle_max = 2;
  std::vector<std::future<http_outcome>> ended(5);
  for (auto& each : ended)
    world.start(call_to(to), each);
  for (int i = 0; i < 5; ++i)
    arrived.next();
  go.set_value();
  for (auto& each : ended)
    CHECK(reply_of(get(std::move(each))).body == "x");
  for (int i = 0; i < 3; ++i)
    CHECK(arrived.next() == -1);
}

TEST_CASE("a connection that was closed while idle is not used again", "[client]") {
  inbox<std::string> closed;
  peer server{[&closed](peer_socket& socket) {
    socket.read_request();
    socket.send(reply_with(std::to_string(socket.number)));
    socket.close();
    closed.put("closed");
  }};
  client_world world;
  CHECK(reply_of(world.ask(call_to(server.at()))).body == "0");
  closed.next();
  CHECK(reply_of(world.ask(call_to(server.at()))).body == "1");
}

TEST_CASE("bytes that nobody asked for spoil an idle connection", "[client]") {
  inbox<std::string> read;
  inbox<std::string> sent;
  peer server{[&](peer_socket& socket) {
    socket.read_request();
    socket.send(reply_with(std::to_string(socket.number)));
    if (socket.number > 0)
      return;
    read.next();
    socket.send(reply_with("smuggled"));
    sent.put("smuggled");
    socket.read_end();
  }};
  client_world world;
  CHECK(reply_of(world.ask(call_to(server.at()))).body == "0");
  read.put("0");
  sent.next();
  CHECK(reply_of(world.ask(call_to(server.at()))).body == "1");
}

TEST_CASE("a connection that dies under a call is replaced once", "[client]") {
  const bool resets = GENERATE(false, true);
  peer server{[resets](peer_socket& socket) {
    if (socket.read_request().empty())
      return;
    socket.send(reply_with(std::to_string(socket.number)));
    if (!socket.read_request().empty() && resets)
      socket.reset();
  }};
  client_world world;
  CHECK(reply_of(world.ask(call_to(server.at()))).body == "0");
  const auto second = world.ask(call_to(server.at()));
  CHECK(reply_of(second).body == "1");
  CHECK(second.times.connect.count() > 0);
  CHECK(server.connections() == 2);
}

TEST_CASE("a fresh connection that dies is a failure of its traffic", "[client]") {
  const bool resets = GENERATE(false, true);
  inbox<int> requests;
  peer server{[&requests, resets](peer_socket& socket) {
    if (socket.read_request().empty())
      return;
    requests.put(socket.number);
    if (socket.number == 0)
      socket.send(reply_with("0"));
    if (socket.number == 0 && !socket.read_request().empty())
      requests.put(socket.number);
    if (resets)
      socket.reset();
  }};
  client_world world;
  CHECK(reply_of(world.ask(call_to(server.at()))).body == "0");
  const auto second = world.ask(call_to(server.at()));
  CHECK(failure_of(second).kind == failure_class::transport);
  CHECK(failure_of(second).scope == failure_scope::traffic_class);
  CHECK(requests.next() == 0);
  CHECK(requests.next() == 0);
  CHECK(requests.next() == 1);
  CHECK(server.connections() == 2);
}

TEST_CASE("a call is never repeated once a byte of its reply was read", "[client]") {
  peer server{[](peer_socket& socket) {
    socket.read_request();
    socket.send(reply_with("0"));
    if (!socket.read_request().empty())
      socket.send("H");
  }};
  client_world world;
  CHECK(reply_of(world.ask(call_to(server.at()))).body == "0");
  CHECK(failure_of(world.ask(call_to(server.at()))).reason == "the reply was cut off");
  CHECK(server.connections() == 1);
}

TEST_CASE("a bad reply is a transport failure and ends its connection", "[client]") {
  struct row {
    std::string bytes;
    std::string_view reason;
  };
  const row rows[] = {
      {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\ncut", "the reply was cut off"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\ncut\r\n",
       "the reply was cut off"},
      {"220 mail.example.org ESMTP\r\n", "the reply is not HTTP: bad version"},
      {"HTTP/1.1 200 OK\r\nx: " + std::string(100'000, 'y'), "the reply's header is too long"},
      {reply_with(std::string(200'000, 'z')), "the reply is longer than 100000 bytes"},
      {"", "closed before a reply came"},
  };
  client_world world;
  for (const auto& each : rows) {
    peer server{answering(each.bytes)};
    auto call = call_to(server.at());
    call.reply_bytes_max = 100'000;
    const auto ended = world.ask(std::move(call));
    CHECK(failure_of(ended).reason == each.reason);
    CHECK(failure_of(ended).kind == failure_class::transport);
    CHECK(failure_of(ended).scope == failure_scope::traffic_class);
  }
}

TEST_CASE("replies of every form are read", "[client]") {
  const std::pair<std::string, std::string_view> rows[] = {
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n",
       "abc"},
      {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n" + reply_with("late"),
       "late"},
      {"HTTP/1.1 529 Overloaded\r\nContent-Length: 2\r\n\r\n{}", "{}"},
      {"HTTP/1.1 204 No Content\r\n\r\n", ""},
      {"HTTP/1.0 200 OK\r\n\r\nup to the end", "up to the end"},
  };
  client_world world;
  for (const auto& [bytes, body] : rows) {
    peer server{answering(bytes)};
    CHECK(reply_of(world.ask(call_to(server.at()))).body == body);
  }
}

TEST_CASE("a peer may answer before it has read the request", "[client]") {
  peer server{[](peer_socket& socket) {
    socket.send("HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno");
    // Draining keeps the reply from being lost to a reset.
    socket.read_request();
  }};
  client_world world;
  CHECK(reply_of(world.ask(call_to(server.at(), std::string(8'000'000, 'p')))).status == 413);
}

TEST_CASE("`Connection: close` is honoured", "[client]") {
  peer server{[](peer_socket& socket) {
    socket.read_request();
    socket.send(reply_with(std::to_string(socket.number), "Connection: close\r\n"));
    socket.read_end();
  }};
  client_world world;
  CHECK(reply_of(world.ask(call_to(server.at()))).body == "0");
  CHECK(reply_of(world.ask(call_to(server.at()))).body == "1");
}

TEST_CASE("a refused connection and an unknown name are the route's failure", "[client]") {
  client_world world;
  const auto refused = world.ask(call_to(closed_port()));
  CHECK(failure_of(refused).kind == failure_class::transport);
  CHECK(failure_of(refused).scope == failure_scope::route);
  CHECK(failure_of(refused).reason == "cannot connect: Connection refused");
  const auto unknown = world.ask(call_to(unknown_name()));
  CHECK(failure_of(unknown).kind == failure_class::transport);
  CHECK(failure_of(unknown).scope == failure_scope::route);
  CHECK_THAT(failure_of(unknown).reason, Catch::StartsWith("cannot look up the host"));
}

TEST_CASE("a name is looked up and its addresses are tried in turn", "[client]") {
  peer server{count};
  const auto url = "http://localhost:" + std::to_string(server.port());
  client_world world;
  CHECK(reply_of(world.ask(call_to(std::make_shared<endpoint>(*parse_base_url(url))))).body
        == "0/0");
}

TEST_CASE("a call that cannot be sent as configured is not started", "[client]") {
  peer server{count};
  client_world world;
  auto call = call_to(server.at());
  call.request.headers.emplace_back("authorization", "Bearer x\r\nx-evil: 1");
  const auto ended = world.ask(std::move(call));
  CHECK(failure_of(ended).kind == failure_class::auth);
  CHECK(failure_of(ended).scope == failure_scope::route);
  CHECK_THAT(failure_of(ended).reason, !Catch::Contains("Bearer"));
  CHECK(server.connections() == 0);
}

TEST_CASE("the end of a call never comes from inside its start", "[client]") {
  peer server{count};
  client_world world;
  auto bad = call_to(server.at());
  bad.request.target = "no target";
  for (const auto& call : {call_to(server.at()), call_to(closed_port()), bad}) {
    inbox<std::string> steps;
    boost::asio::post(world.context(0), [&] {
      world.client().start(call, [&steps](http_outcome) { steps.put("ended"); });
      steps.put("started");
    });
    CHECK(steps.next() == "started");
    CHECK(steps.next() == "ended");
  }
}

TEST_CASE("calls stay on the context they were started on", "[client]") {
  peer server{count};
  client_world world{2};
  for (int i = 0; i < 2; ++i) {
    inbox<bool> stayed;
    auto& here = world.context(i);
    boost::asio::post(here, [&] {
      world.client().start(call_to(server.at()), [&](http_outcome) {
        stayed.put(here.get_executor().running_in_this_thread());
      });
    });
    CHECK(stayed.next());
  }
  CHECK(server.connections() == 2);
}

TEST_CASE("thousands of calls over two contexts all get their own answer", "[client]") {
  constexpr int callers = 16;
  constexpr int rounds = 150;
  peer server{[](peer_socket& socket) {
    for (;;) {
      const auto request = socket.read_request();
      if (request.empty())
        return;
      socket.send(reply_with(request.substr(request.find("\r\n\r\n") + 4)));
    }
  }};
  client_world world{2};
  inbox<int> right;
  std::function<void(int, int, int)> ask = [&](int caller, int round, int good) {
    if (round == rounds)
      return right.put(good);
    const auto body = std::to_string(caller) + ":" + std::to_string(round);
    world.client().start(call_to(server.at(), body), [&ask, caller, round, good, body](auto x) {
      const auto* reply = std::get_if<http_reply>(&x.what);
      ask(caller, round + 1, good + (reply && reply->body == body ? 1 : 0));
    });
  };
  for (int i = 0; i < callers; ++i)
    ask(i, 0, 0);
  for (int i = 0; i < callers; ++i)
    CHECK(right.next() == rounds);
  CHECK(server.connections() <= callers);
}
