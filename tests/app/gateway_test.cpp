#include "tests/app/gateway_world.hpp"

#include <openssl/sha.h>

#include <future>

using namespace hedgerow;
using namespace hedgerow::test;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view ticket = R"({"input":"I was charged twice."})";
constexpr std::string_view chat =
    R"({"model":"triage","messages":[{"role":"user","content":"I was charged twice."}]})";

simulated::behaviour good() { return simulated::answers(R"({"category":"billing"})"); }

std::string digest(std::string_view key) {
  unsigned char out[32];
  SHA256(reinterpret_cast<const unsigned char*>(key.data()), key.size(), out);
  std::string hex;
  for (auto byte : out) {
    hex += "0123456789abcdef"[byte >> 4];
    hex += "0123456789abcdef"[byte & 15];
  }
  return hex;
}

} // namespace

TEST_CASE("a native call comes back as an envelope with the facts in its headers", "[gateway]") {
  gateway_world world;
  world.one->set("compact", good());
  auto x = world.connect().post("/v1/tasks/triage", ticket);
  CHECK(x.status == 200);
  CHECK(x.at("/outcome") == R"("answered")");
  CHECK(x.at("/value") == R"({"category":"billing"})");
  CHECK(x.at("/route") == R"("compact")");
  CHECK(x.at("/fallback") == "false");
  CHECK(x.at("/degraded") == "null");
  CHECK(x.at("/trail") == "(absent)");
  CHECK(x.header("x-hedgerow-route") == "compact");
  CHECK(x.header("x-hedgerow-region") == "eu");
  CHECK(x.header("x-hedgerow-attempts") == "1");
  CHECK(x.header("x-hedgerow-degraded") == "(absent)");
  CHECK(x.header("x-litellm-attempted-fallbacks") == "0");
  CHECK(std::stod(x.header("x-hedgerow-cost-usd")) > 0);
}

TEST_CASE("the trail comes along when it is asked for", "[gateway]") {
  gateway_world world;
  world.one->set("compact", simulated::fails(503));
  world.other->set("backup", good());
  auto x = world.connect().post("/v1/tasks/triage?trail=1", ticket);
  CHECK(x.at("/route") == R"("backup")");
  CHECK(x.at("/fallback") == "true");
  CHECK(x.at("/retries") == "1");
  CHECK(x.at("/attempts") == "3");
  CHECK(x.at("/trail/0/event") == R"("admitted")");
  CHECK(x.body.find(R"("event":"retry_scheduled")") != std::string::npos);
  CHECK(x.body.find(R"("result":"transport")") != std::string::npos);
}

TEST_CASE("a chat completion is OpenAI's, with our member beside", "[gateway]") {
  gateway_world world;
  world.one->set("compact", good());
  auto x = world.connect().post("/v1/chat/completions", chat);
  CHECK(x.status == 200);
  CHECK(x.at("/object") == R"("chat.completion")");
  CHECK(x.at("/model") == R"("compact")");
  CHECK(x.at("/choices/0/message/content") == R"("{\"category\":\"billing\"}")");
  CHECK(x.at("/choices/0/message/refusal") == "null");
  CHECK(x.at("/choices/0/finish_reason") == R"("stop")");
  CHECK(x.at("/hedgerow/outcome") == R"("answered")");
}

TEST_CASE("when every model is down, rules answer and say so", "[gateway]") {
  gateway_world world;
  world.one->set("compact", simulated::fails(503));
  world.other->set("backup", simulated::resets());
  SECTION("native") {
    auto x = world.connect().post("/v1/tasks/triage", ticket);
    CHECK(x.status == 200);
    CHECK(x.at("/outcome") == R"("degraded")");
    CHECK(x.at("/degraded/kind") == R"("rules")");
    CHECK(x.at("/value/category") == R"("other")");
    CHECK(x.header("x-hedgerow-degraded") == "rules");
  }
  SECTION("OpenAI") {
    auto x = world.connect().post("/v1/chat/completions", chat);
    CHECK(x.at("/model") == R"("hedgerow/rules")");
    CHECK(x.at("/hedgerow/outcome") == R"("degraded")");
  }
}

TEST_CASE("a ladder without degradation ends in an error that stops SDKs from retrying",
          "[gateway]") {
  gateway_world world;
  world.one->set("compact", simulated::fails(503));
  world.other->set("backup", simulated::fails(503));
  auto x = world.connect().post("/v1/chat/completions",
                                R"({"model":"plain","messages":[{"role":"user","content":"hi"}]})");
  CHECK(x.status == 503);
  CHECK(x.at("/error/code") == R"("all_routes_failed")");
  CHECK(x.at("/error/type") == R"("api_error")");
  CHECK(x.header("x-should-retry") == "false");
}

TEST_CASE("a policy verdict blocks, whichever surface asks", "[gateway]") {
  gateway_world world;
  simulated::behaviour refuses;
  refuses.says = simulated::answer{.refusal = "I cannot help with that."};
  world.one->set("compact", refuses);
  world.other->set("backup", good());
  auto native = world.connect().post("/v1/tasks/triage", ticket);
  CHECK(native.status == 403);
  CHECK(native.at("/outcome") == R"("blocked")");
  CHECK(native.at("/text") == "null");
  auto openai = world.connect().post("/v1/chat/completions", chat);
  CHECK(openai.status == 200);
  CHECK(openai.at("/choices/0/finish_reason") == R"("content_filter")");
  CHECK(openai.at("/choices/0/message/content") == "null");
  CHECK(world.other->count().arrived() == 0);
}

TEST_CASE("a mistake of the caller's gets an error in the surface's own shape", "[gateway]") {
  gateway_world world;
  struct bad {
    std::string_view path;
    std::string_view body;
    int status;
    std::string_view code;
  };
  const bad table[] = {
      {"/v1/tasks/triage", "{", 400, R"("invalid_json")"},
      {"/v1/tasks/triage", "[]", 400, R"("invalid_request")"},
      {"/v1/tasks/triage", "{}", 400, R"("invalid_request")"},
      {"/v1/tasks/triage", R"({"input":"x","deadline_ms":-1})", 400, R"("invalid_request")"},
      {"/v1/tasks/triage", R"({"messages":[{"role":"x"}]})", 400, R"("invalid_request")"},
      {"/v1/tasks/nobody", ticket, 404, R"("model_not_found")"},
      {"/v1/tasks/strict_input", R"({"input":{"body":"x"}})", 400, R"("invalid_input")"},
      {"/v1/chat/completions", "nonsense", 400, R"("invalid_json")"},
      {"/v1/chat/completions", R"({"model":"triage"})", 400, R"("invalid_request")"},
      {"/v1/chat/completions", R"({"model":7,"messages":[]})", 400, R"("invalid_request")"},
      {"/v1/chat/completions",
       R"({"model":"triage","messages":[{"role":"user","content":"x"}],"n":2})", 400,
       R"("invalid_request")"},
      {"/v1/chat/completions", R"({"model":"gone","messages":[{"role":"user","content":"x"}]})",
       404, R"("model_not_found")"},
      {"/v1/embeddings", "{}", 404, R"("not_offered")"},
      {"/v1/responses", "{}", 404, R"("not_offered")"},
  };
  auto line = world.connect();
  for (const auto& x : table) {
    CAPTURE(x.path, x.body);
    auto got = line.post(x.path, x.body);
    CHECK(got.status == x.status);
    CHECK(got.at("/error/code") == x.code);
    CHECK(got.at("/error/message").size() > 10);
  }
  CHECK(world.one->count().arrived() == 0);
  world.one->set("compact", good());
  CHECK(line.post("/v1/tasks/triage", ticket).status == 200);
}

TEST_CASE("bytes that are no good request are answered and hurt nobody else", "[gateway]") {
  gateway_world world{"limits: { body: 2KiB, headers: 1KiB, header_timeout: 200ms }"};
  world.one->set("compact", good());
  SECTION("a body over the limit") {
    auto x = world.connect().post("/v1/tasks/triage", std::string(4096, 'x'));
    CHECK(x.status == 413);
    CHECK(x.at("/error/code") == R"("body_too_large")");
  }
  SECTION("a flood of headers") {
    auto x = world.connect().get("/v1/models", "x: " + std::string(4096, 'y') + "\r\n");
    CHECK(x.status == 431);
  }
  SECTION("a header that does not arrive") {
    auto line = world.connect();
    line.send("GET /healthz HT");
    auto x = line.receive();
    CHECK(x.status == 400);
    CHECK(line.closed());
  }
  SECTION("garbage behind a good request") {
    auto line = world.connect();
    auto body = std::string{ticket};
    line.send("POST /v1/tasks/triage HTTP/1.1\r\nhost: x\r\ncontent-length: "
              + std::to_string(body.size()) + "\r\n\r\n" + body + "\x01\x02 garbage\r\n\r\n");
    CHECK(line.receive().status == 200);
    CHECK(line.receive().status == 400);
    CHECK(line.closed());
  }
  SECTION("a peer that leaves in the middle of its request") {
    auto line = world.connect();
    line.send("POST /v1/tasks/triage HTTP/1.1\r\ncontent-length: 100\r\n\r\n{");
    line.close();
    CHECK(world.one->count().arrived() == 0);
  }
  CHECK(world.connect().post("/v1/tasks/triage", ticket).status == 200);
}

TEST_CASE("a caller that goes away has its call cancelled at the provider", "[gateway]") {
  gateway_world world;
  world.one->set("compact", simulated::answers("{}", simulated::fixed(30s)));
  auto line = world.connect();
  line.send("POST /v1/tasks/triage HTTP/1.1\r\nhost: x\r\ncontent-length: "
            + std::to_string(ticket.size()) + "\r\n\r\n" + std::string{ticket});
  REQUIRE(world.one->wait_for([](const auto& x) { return x.arrived() == 1; }, 10s));
  line.close();
  CHECK(world.one->wait_for([](const auto& x) { return x.client_closed == 1; }, 10s));
}

TEST_CASE("keys decide who calls and for what, and never go upstream", "[gateway]") {
  gateway_world world{"callers: [ { name: web, key_sha256: \"" + digest("k1")
                      + "\", tasks: [triage] }, { name: slow, key_sha256: \"" + digest("k2")
                      + "\", budget: { requests_per_minute: 1 } } ]"};
  world.one->set("compact", good());
  auto line = world.connect();
  CHECK(line.post("/v1/tasks/triage", ticket).status == 401);
  CHECK(line.post("/v1/tasks/triage", ticket, "authorization: Bearer wrong\r\n").status == 401);
  CHECK(line.post("/v1/tasks/triage", ticket, "authorization: Bearer k1\r\n").status == 200);
  CHECK(line.post("/v1/tasks/triage", ticket, "x-api-key: k1\r\n").status == 200);
  CHECK(line.post("/v1/tasks/plain", ticket, "x-api-key: k1\r\n").status == 404);
  CHECK(line.get("/v1/models", "x-api-key: k1\r\n").at("/data/1") == "(absent)");
  CHECK(line.post("/v1/tasks/triage", ticket, "x-api-key: k2\r\n").status == 200);
  auto limited = line.post("/v1/tasks/triage", ticket, "x-api-key: k2\r\n");
  CHECK(limited.status == 429);
  CHECK(limited.at("/error/code") == R"("rate_limited")");
  CHECK(std::stoi(limited.header("retry-after")) >= 1);
  for (const auto& call : world.one->calls())
    CHECK_FALSE(call.authorization);
}

TEST_CASE("the lists and the states are there to look at", "[gateway]") {
  gateway_world world;
  auto line = world.connect();
  CHECK(line.get("/healthz").status == 200);
  CHECK(line.get("/readyz").status == 200);
  auto models = line.get("/v1/models");
  CHECK(models.at("/data/0/id") == R"("plain")");
  CHECK(models.at("/data/0/hedgerow/ladder/0/route") == R"("compact")");
  CHECK(wire{world.door.admin_address()}.get("/healthz").status == 200);
  CHECK(wire{world.door.admin_address()}.get("/v1/models").status == 404);
  CHECK(line.get("/v1/chat/completions").status == 405);
}

TEST_CASE("draining finishes what is in flight and takes nothing new", "[gateway]") {
  gateway_world world;
  world.one->set("compact", simulated::answers(R"({"category":"bug"})", simulated::fixed(300ms)));
  auto line = world.connect();
  line.send("POST /v1/tasks/triage HTTP/1.1\r\nhost: x\r\ncontent-length: "
            + std::to_string(ticket.size()) + "\r\n\r\n" + std::string{ticket});
  REQUIRE(world.one->wait_for([](const auto& x) { return x.arrived() == 1; }, 10s));
  auto drained = std::async(std::launch::async, [&] { world.door.drain(10s); });
  auto x = line.receive();
  CHECK(x.status == 200);
  CHECK(x.header("connection") == "close");
  drained.get();
  CHECK_THROWS(world.connect());
}

TEST_CASE("a reload changes the policy for requests from then on", "[gateway]") {
  gateway_world world;
  world.one->set("compact", good());
  auto next = config_for(world.one, world.other);
  next.tasks.erase("plain");
  CHECK_FALSE(world.door.reload(next).has_value());
  auto line = world.connect();
  auto gone = [&] { return line.get("/v1/models").at("/data/2") == "(absent)"; };
  for (int i = 0; i < 1000 && !gone(); ++i)
    std::this_thread::yield();
  CHECK(gone());
  CHECK(line.post("/v1/tasks/triage", ticket).status == 200);
}

TEST_CASE("an address that is taken is told, and what was started ends", "[gateway]") {
  gateway_world world;
  auto next = config_for(world.one, world.other);
  // A provider's port: another gateway would share its own.
  const auto& taken = world.one->base_url();
  next.server.listen.port =
      static_cast<std::uint16_t>(std::stoi(taken.substr(taken.rfind(':') + 1)));
  for (int i = 0; i < 20; ++i)
    CHECK_THROWS_WITH(gateway(next, {}), Catch::StartsWith("cannot listen on 127.0.0.1:"));
  CHECK(world.connect().get("/healthz").status == 200);
}
