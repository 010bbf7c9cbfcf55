// Streams over real sockets: what is passed on, what is waited for, and how they end.

#include "routes/transport/http_transport.hpp"
#include "tests/routes/transport/peer.hpp"

#include <catch2/catch.hpp>

using namespace hedgerow;
using namespace hedgerow::test;
using namespace std::chrono_literals;

namespace {

const std::string head = "HTTP/1.1 200 OK\r\ncontent-type: Text/Event-Stream; charset=utf-8\r\n"
                         "transfer-encoding: chunked\r\n\r\n";

std::string framed(const std::string& bytes) {
  std::array<char, 16> size{};
  std::snprintf(size.data(), size.size(), "%zx\r\n", bytes.size());
  return size.data() + bytes + "\r\n";
}

std::string says(const std::string& text) {
  return framed(R"(data: {"id":"c","model":"small","choices":[{"index":0,"delta":{"content":")"
                + text + R"("},"finish_reason":null}]})" + "\n\n");
}

const std::string finish =
    framed(R"(data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]})"
           "\n\n");
const std::string done = framed("data: [DONE]\n\n");
const std::string end_of_body = "0\r\n\r\n";

route_config route_to(const peer& server) {
  route_config out;
  out.model = "small";
  out.provider.base_url = "http://127.0.0.1:" + std::to_string(server.port()) + "/v1";
  out.timeout = {.connect = 5s, .first_token = 5s, .stall = 5s, .total = 20s};
  return out;
}

/// One streamed call and what comes of it.
struct listener {
  client_world world;
  inbox<std::string> pieces;
  inbox<call_ended> ended;
  std::shared_ptr<stream_window> window = std::make_shared<stream_window>(64u << 10);

  stop_call ask(const route_config& route) {
    model_call call;
    call.ask = std::make_shared<prompt>();
    call.total = route.timeout.total;
    call.window = window;
    call.on_piece = [this](stream_piece x) { pieces.put(std::move(x.text)); };
    return (*http_transport(world.client(), route))(
        std::move(call), [this](call_ended x) { ended.put(std::move(x)); });
  }
};

} // namespace

TEST_CASE("pieces come as they are sent, and the whole at the end", "[stream]") {
  std::promise<void> heard;
  peer server{[&heard](peer_socket& socket) {
    CHECK(socket.read_request().find(R"("stream":true)") != std::string::npos);
    socket.send(head + says("one "));
    heard.get_future().wait();
    socket.send(says("two") + finish + done + end_of_body);
  }};
  listener x;
  x.ask(route_to(server));
  CHECK(x.pieces.next() == "one ");
  heard.set_value();
  CHECK(x.pieces.next() == "two");
  const auto ended = x.ended.next();
  CHECK(std::get<completion>(ended.what).text == "one two");
  CHECK(ended.times.first_content.count() > 0);
  CHECK(ended.times.first_content <= ended.times.total);
}

TEST_CASE("a connection whose stream has ended serves the next call", "[stream]") {
  peer server{[](peer_socket& socket) {
    while (!socket.read_request().empty())
      socket.send(head + says("hi") + finish + done + end_of_body);
  }};
  listener x;
  for (int i = 0; i < 3; ++i) {
    x.ask(route_to(server));
    CHECK(std::get<completion>(x.ended.next().what).text == "hi");
  }
  CHECK(server.connections() == 1);
}

TEST_CASE("an end that was announced needs no end of the connection", "[stream]") {
  const auto last = GENERATE(as<std::string>{}, finish + done, finish);
  peer server{[&last](peer_socket& socket) {
    socket.read_request();
    socket.send(head + says("all") + last);
    socket.read_end();
  }};
  listener x;
  auto route = route_to(server);
  route.timeout.stall = 100ms;
  x.ask(route);
  CHECK(std::get<completion>(x.ended.next().what).text == "all");
}

TEST_CASE("pings do not count, neither before the first text nor after it", "[stream]") {
  const auto early = GENERATE(true, false);
  peer server{[early](peer_socket& socket) {
    socket.read_request();
    socket.send(head + (early ? "" : says("one")));
    while (socket.send(framed(": ping\n\n")))
      std::this_thread::sleep_for(10ms);
  }};
  listener x;
  auto route = route_to(server);
  (early ? route.timeout.first_token : route.timeout.stall) = 150ms;
  x.ask(route);
  const auto ended = x.ended.next();
  CHECK(std::get<failure>(ended.what).kind == failure_class::latency);
}

TEST_CASE("events that are no JSON and say nothing are passed over and counted", "[stream]") {
  peer server{[](peer_socket& socket) {
    socket.read_request();
    socket.send(head + says("one") + framed("data: {\"choices\"\n\n") + framed("data: OK\n\n")
                + finish + done + end_of_body);
  }};
  listener x;
  x.ask(route_to(server));
  const auto ended = x.ended.next();
  CHECK(std::get<completion>(ended.what).text == "one");
  CHECK(std::get<completion>(ended.what).skipped_events == 2);
}

TEST_CASE("thoughts are progress and no content", "[stream]") {
  peer server{[](peer_socket& socket) {
    socket.read_request();
    socket.send(head);
    for (int i = 0; i < 6; ++i) {
      socket.send(framed(
          R"(data: {"choices":[{"index":0,"delta":{"reasoning_content":"Hm"},"finish_reason":null}]})"
          "\n\n"));
      std::this_thread::sleep_for(200ms);
    }
    socket.send(says("so") + finish + done + end_of_body);
  }};
  listener x;
  auto route = route_to(server);
  route.timeout.first_token = route.timeout.stall = 1s; // Shorter than all thoughts together.
  x.ask(route);
  CHECK(x.pieces.next() == "so");
  CHECK(std::get<completion>(x.ended.next().what).text == "so");
}

TEST_CASE("a server that does not stream is understood all the same", "[stream]") {
  peer server{[](peer_socket& socket) {
    socket.read_request();
    socket.send(reply_with(R"({"choices":[{"message":{"content":"at once"},)"
                           R"("finish_reason":"stop"}]})"));
  }};
  listener x;
  x.ask(route_to(server));
  CHECK(std::get<completion>(x.ended.next().what).text == "at once");
}

TEST_CASE("an error in place of a stream is classified as ever", "[stream]") {
  peer server{[](peer_socket& socket) {
    socket.read_request();
    socket.send("HTTP/1.1 429 Slow Down\r\ncontent-type: text/event-stream\r\nretry-after: 2\r\n"
                "connection: close\r\n\r\n{\"error\":{\"type\":\"rate_limit_error\"}}");
  }};
  listener x;
  x.ask(route_to(server));
  const auto ended = x.ended.next();
  CHECK(std::get<failure>(ended.what).kind == failure_class::rate_limit);
  CHECK(std::get<failure>(ended.what).retry_after == 2s);
}

TEST_CASE("stopping a stream closes its connection", "[stream]") {
  std::promise<std::string> end;
  peer server{[&end](peer_socket& socket) {
    socket.read_request();
    socket.send(head + says("one"));
    end.set_value(socket.read_end());
  }};
  listener x;
  const auto stop = x.ask(route_to(server));
  CHECK(x.pieces.next() == "one");
  stop();
  CHECK(std::holds_alternative<cancelled>(x.ended.next().what));
  CHECK(get(end.get_future()) != "silent");
}

TEST_CASE("what is not taken is not read", "[stream]") {
  // More than the buffers of two sockets hold.
  constexpr int sent = 2000;
  const std::string text(16 << 10, 'x');
  std::atomic<int> out = 0;
  peer server{[&](peer_socket& socket) {
    socket.read_request();
    socket.send(head);
    for (int i = 0; i < sent && socket.send(says(text)); ++i)
      ++out;
    socket.send(finish + done + end_of_body);
  }};
  listener x;
  auto route = route_to(server);
  route.timeout.stall = 200ms; // A slow caller is no stalled model.
  x.ask(route);
  std::size_t taken = 0;
  std::size_t held = x.pieces.next().size();
  while (held < (64u << 10))
    held += x.pieces.next().size();
  std::this_thread::sleep_for(500ms);
  CHECK(out < sent / 2);
  CHECK_FALSE(x.window->is_open());
  while (taken + held < text.size() * sent) {
    x.window->taken(held);
    taken += held;
    held = x.pieces.next().size();
  }
  x.window->taken(held);
  CHECK(std::get<completion>(x.ended.next().what).text.size() == text.size() * sent);
}

TEST_CASE("a stream that waits for its caller can be stopped", "[stream]") {
  peer server{[](peer_socket& socket) {
    socket.read_request();
    socket.send(head);
    while (socket.send(says(std::string(16 << 10, 'x'))))
      continue;
  }};
  listener x;
  const auto stop = x.ask(route_to(server));
  for (int i = 0; i < 4; ++i)
    x.pieces.next();
  x.world.settle();
  stop();
  CHECK(std::holds_alternative<cancelled>(x.ended.next().what));
}
