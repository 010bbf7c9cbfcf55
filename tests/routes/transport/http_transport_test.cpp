#include "routes/transport/http_transport.hpp"
#include "tests/routes/transport/peer.hpp"

#include <catch2/catch.hpp>

using namespace hedgerow;
using namespace hedgerow::test;
using namespace std::chrono_literals;

namespace {

route_config route_to(const peer& server) {
  route_config out;
  out.name = "primary";
  out.model = "small";
  out.provider.name = "local";
  out.provider.base_url = "http://127.0.0.1:" + std::to_string(server.port()) + "/v1";
  out.provider.api_key = "sk-test";
  return out;
}

model_call asking(std::string text) {
  auto ask = std::make_shared<prompt>();
  ask->messages.emplace_back().parts.emplace_back().text = std::move(text);
  model_call out;
  out.ask = std::move(ask);
  return out;
}

call_ended ask(const transport& by, model_call call) {
  inbox<call_ended> ended;
  by(std::move(call), [&ended](call_ended x) { ended.put(std::move(x)); });
  return ended.next();
}

} // namespace

TEST_CASE("a model is asked in its provider's dialect and answers", "[http_transport]") {
  inbox<std::string> seen;
  peer server{[&seen](peer_socket& socket) {
    seen.put(socket.read_request());
    socket.send(
        reply_with(R"({"id":"c1","object":"chat.completion","model":"small-2024","choices":[)"
                   R"({"index":0,"message":{"role":"assistant","content":"hello"},)"
                   R"("finish_reason":"stop"}],"usage":{"prompt_tokens":3,)"
                   R"("completion_tokens":1,"total_tokens":4}})",
                   "x-request-id: req_7\r\n"));
  }};
  client_world world;
  const auto by = http_transport(world.client(), route_to(server));
  REQUIRE(by.has_value());
  const auto ended = ask(*by, asking("say hello"));
  const auto& answer = std::get<completion>(ended.what);
  CHECK(answer.text == "hello");
  CHECK(answer.model == "small-2024");
  CHECK(answer.usage.input == 3);
  CHECK(ended.status == 200);
  CHECK(ended.provider_request_id == "req_7");
  CHECK(ended.times.total >= ended.times.first_byte);
  const auto request = seen.next();
  CHECK_THAT(request, Catch::StartsWith("POST /v1/chat/completions HTTP/1.1\r\n"));
  CHECK_THAT(request, Catch::Contains("Bearer sk-test") && Catch::Contains("say hello"));
}

TEST_CASE("a provider's error comes back classified", "[http_transport]") {
  peer server{[](peer_socket& socket) {
    socket.read_request();
    socket.send(
        "HTTP/1.1 429 Too Many Requests\r\nretry-after: 2\r\nx-request-id: req_8\r\n"
        "Connection: close\r\n\r\n"
        R"({"error":{"type":"rate_limit_error","code":"rate_limit_exceeded","message":"x"}})");
  }};
  client_world world;
  const auto ended = ask(*http_transport(world.client(), route_to(server)), asking("x"));
  CHECK(std::get<failure>(ended.what).kind == failure_class::rate_limit);
  CHECK(std::get<failure>(ended.what).retry_after == 2s);
  CHECK(ended.status == 429);
  CHECK(ended.provider_request_id == "req_8");
}

TEST_CASE("a call ends by itself when its total time has passed", "[http_transport]") {
  peer server{[](peer_socket& socket) {
    socket.read_request();
    socket.read_end();
  }};
  client_world world;
  auto call = asking("x");
  call.total = 30ms;
  const auto ended = ask(*http_transport(world.client(), route_to(server)), std::move(call));
  CHECK(std::get<failure>(ended.what).kind == failure_class::latency);
  CHECK(ended.status == 0);
}

TEST_CASE("a stopped call of a model is cancelled and its peer knows", "[http_transport]") {
  inbox<std::string> seen;
  peer server{[&seen](peer_socket& socket) {
    seen.put(socket.read_request().empty() ? "nothing" : "asked");
    seen.put(socket.read_end());
  }};
  client_world world;
  inbox<call_ended> ended;
  const auto by = http_transport(world.client(), route_to(server));
  const auto stop = (*by)(asking("x"), [&ended](call_ended x) { ended.put(std::move(x)); });
  CHECK(seen.next() == "asked");
  stop();
  CHECK(std::holds_alternative<cancelled>(ended.next().what));
  CHECK(seen.next() == "closed");
}

TEST_CASE("a route that cannot be reached over HTTP is an error at load", "[http_transport]") {
  client_world world;
  route_config route;
  route.name = "primary";
  route.provider.base_url = "localhost:80";
  CHECK(http_transport(world.client(), route).error().param == "base_url");
  route.provider.base_url = "http://localhost";
  CHECK(http_transport(world.client(), route).has_value());
  route.provider.kind = provider_kind::in_process;
  CHECK(http_transport(world.client(), route).error().code == errc::config_invalid);
}

TEST_CASE("every kind of provider is asked and understood over HTTP", "[http_transport]") {
  struct row {
    provider_kind kind;
    std::string target;
    std::string answer;
    std::string header;
    std::string id;
  };
  const std::string chat =
      R"({"choices":[{"message":{"content":"hello"},"finish_reason":"stop"}]})";
  for (const auto& x : std::vector<row>{
           {provider_kind::openai, "/v1/chat/completions", chat, "x-request-id", "r1"},
           {provider_kind::azure_openai, "/v1/openai/v1/chat/completions", chat, "x-request-id",
            "r2"},
           {provider_kind::anthropic, "/v1/messages",
            R"({"content":[{"type":"text","text":"hello"}],"stop_reason":"end_turn"})",
            "request-id", "r3"},
           {provider_kind::gemini, "/v1/models/small:generateContent",
            R"({"candidates":[{"content":{"parts":[{"text":"hello"}]},"finishReason":"STOP"}]})",
            "x-none", ""}}) {
    INFO(to_string(x.kind));
    inbox<std::string> seen;
    peer server{[&](peer_socket& socket) {
      seen.put(socket.read_request());
      socket.send(reply_with(x.answer, x.header + ": " + x.id + "\r\n"));
    }};
    client_world world;
    auto route = route_to(server);
    route.provider.kind = x.kind;
    const auto by = http_transport(world.client(), route);
    REQUIRE(by.has_value());
    const auto ended = ask(*by, asking("say hello"));
    REQUIRE(std::holds_alternative<completion>(ended.what));
    CHECK(std::get<completion>(ended.what).text == "hello");
    CHECK(ended.provider_request_id == x.id);
    CHECK(seen.next().starts_with("POST " + x.target + " "));
  }
}

TEST_CASE("a call that cannot be said fails without a connection", "[http_transport]") {
  client_world world;
  route_config route;
  route.provider.kind = provider_kind::anthropic;
  route.provider.base_url = "http://127.0.0.1:1"; // Nobody listens there.
  auto prompt_with_tool = std::make_shared<prompt>();
  prompt_with_tool->tools = {{"no such.name", {}, {}, {}}};
  model_call call;
  call.ask = std::move(prompt_with_tool);
  const auto ended = ask(*http_transport(world.client(), route), std::move(call));
  REQUIRE(std::holds_alternative<failure>(ended.what));
  CHECK(std::get<failure>(ended.what).kind == failure_class::capability);
  CHECK(ended.status == 0);
}

TEST_CASE("an answer that the route's limit cut is not whole", "[http_transport]") {
  peer server{[](peer_socket& socket) {
    socket.read_request();
    socket.send(reply_with(
        R"({"candidates":[{"content":{"parts":[{"text":"hel"}]},"finishReason":"MAX_TOKENS"}]})"));
  }};
  client_world world;
  auto route = route_to(server);
  route.provider.kind = provider_kind::gemini;
  route.max_output = 5;
  auto limited = std::make_shared<prompt>();
  limited->params.max_tokens = 50;
  model_call call;
  call.ask = std::move(limited);
  const auto ended = ask(*http_transport(world.client(), route), std::move(call));
  REQUIRE(std::holds_alternative<failure>(ended.what));
  CHECK(std::get<failure>(ended.what).kind == failure_class::capability);
}
