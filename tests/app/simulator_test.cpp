#include "app/commands/simulate.hpp"
#include "tests/app/simulator_world.hpp"

#include <catch2/catch.hpp>

#include <sys/resource.h>

#include <fstream>
#include <iterator>
#include <sstream>

using namespace hedgerow;
using namespace hedgerow::simulated;
using namespace hedgerow::simulator_test;
using namespace std::chrono_literals;

TEST_CASE("a good answer is a whole chat completion", "[simulator]") {
  const world x{R"(models: { m: { answer: { category: billing } } })"};
  const auto said = x.ask("m");
  CHECK(said.status == 200);
  CHECK(said.head.find("content-type: application/json\r\n") != std::string::npos);
  const auto all = parsed(said.body);
  CHECK(json::find_text(all, "object") == "chat.completion");
  CHECK(json::find_text(all, "model") == "m");
  CHECK(text_at(said.body, "/choices/0/message/content") == R"({"category":"billing"})");
  CHECK(text_at(said.body, "/choices/0/finish_reason") == "stop");
  CHECK(json::at(all, "/usage/prompt_tokens")->GetInt() == 15);    // 58 bytes of request
  CHECK(json::at(all, "/usage/completion_tokens")->GetInt() == 6); // 22 bytes of text
  CHECK(json::at(all, "/usage/total_tokens")->GetInt() == 21);
}

TEST_CASE("tool calls, refusals and odd finish reasons go out as scripted", "[simulator]") {
  const world x{R"(
models:
  tools: { tool_call: { name: wx, arguments: { city: Oslo } } }
  no: { refusal: I cannot help with that. }
  odd: { answer: x, finish_reason: brand_new_value }
)"};
  const auto tools = x.ask("tools").body;
  CHECK(text_at(tools, "/choices/0/message/tool_calls/0/function/name") == "wx");
  CHECK(text_at(tools, "/choices/0/message/tool_calls/0/function/arguments")
        == R"({"city":"Oslo"})");
  CHECK(text_at(tools, "/choices/0/finish_reason") == "tool_calls");
  CHECK(json::at(parsed(tools), "/choices/0/message/content")->IsNull());
  CHECK(text_at(x.ask("no").body, "/choices/0/message/refusal") == "I cannot help with that.");
  CHECK(text_at(x.ask("odd").body, "/choices/0/finish_reason") == "brand_new_value");
}

TEST_CASE("an error has the provider's body, status and headers", "[simulator]") {
  const world x{R"(
models:
  busy: { status: 429, headers: { retry-after: "7" } }
  broke: { status: 429, error: { type: insufficient_quota, code: insufficient_quota } }
  down: { status: 503 }
  odd: { status: 520 }
)"};
  const auto busy = x.ask("busy");
  CHECK(busy.status == 429);
  CHECK(busy.head.find("retry-after: 7\r\n") != std::string::npos);
  CHECK(error_code(busy) == "rate_limit_exceeded");
  const auto broke = x.ask("broke");
  CHECK(error_code(broke) == "insufficient_quota");
  CHECK(text_at(broke.body, "/error/type") == "insufficient_quota");
  CHECK(error_code(x.ask("down")) == "server_is_overloaded");
  CHECK(x.ask("odd").status == 520);
}

TEST_CASE("calls are met by their number", "[simulator]") {
  const world x{R"(
models:
  m:
    - { calls: 2, status: 500 }
    - { calls: 1, status: 429 }
    - { answer: fine }
)"};
  std::vector<int> met;
  for (int i = 0; i < 5; ++i)
    met.push_back(x.ask("m").status);
  CHECK(met == std::vector{500, 500, 429, 200, 200});
}

TEST_CASE("an answer comes no earlier than its latency", "[simulator]") {
  const world x{"models: { m: { answer: x, latency: 60ms } }"};
  const auto before = std::chrono::steady_clock::now();
  CHECK(x.ask("m").status == 200);
  CHECK(std::chrono::steady_clock::now() - before >= 60ms);
  CHECK(x.provider.calls().at(0).took() >= 60ms);
}

TEST_CASE("a reset comes before or within the reply", "[simulator]") {
  const world x{"models: { before: { reset: 0 }, within: { answer: x, reset: 25 } }"};
  const auto before = x.ask("before");
  CHECK(before.end == end_of_reply::reset);
  CHECK(before.head.empty());
  const auto within = x.ask("within");
  CHECK(within.end == end_of_reply::reset);
  CHECK(within.head.size() == 25);
  REQUIRE(x.wait_until(&tally::reset, 2));
  CHECK(x.provider.calls().at(1).bytes_sent == 25);
}

TEST_CASE("a cut body ends before the length that was promised", "[simulator]") {
  const world x{R"(models: { m: { body: "0123456789", cut: 4 } })"};
  const auto said = x.ask("m");
  CHECK(said.end == end_of_reply::closed);
  CHECK(said.head.find("content-length: 10\r\n") != std::string::npos);
  CHECK(said.body == "0123");
  CHECK(x.provider.calls().at(0).how == ending::cut);
}

TEST_CASE("a malformed answer is a 200 that breaks the contract", "[simulator]") {
  const world x{
      "models: { p: { malformed: prose }, j: { malformed: json }, h: { malformed: html } }"};
  for (const auto* model : {"p", "j"}) {
    const auto said = x.ask(model);
    CHECK(said.status == 200);
    const auto text = text_at(said.body, "/choices/0/message/content");
    CHECK_FALSE(text.empty());
    CHECK_FALSE(json::parse(text).has_value());
  }
  const auto page = x.ask("h");
  CHECK(page.status == 200);
  CHECK(page.head.find("content-type: text/html") != std::string::npos);
  CHECK_FALSE(json::parse(page.body).has_value());
}

TEST_CASE("a dripping body arrives whole, in its own time", "[simulator]") {
  const world x{R"(models: { m: { body: "0123456789", drip: { bytes: 3, every: 10ms } } })"};
  const auto said = x.ask("m");
  CHECK(said.body == "0123456789");
  CHECK(x.provider.calls().at(0).took() >= 30ms);
}

TEST_CASE("one connection carries many calls", "[simulator]") {
  const world x{"models: { m: { answer: x }, e: { status: 500 } }"};
  client caller{x.provider.port()};
  for (const auto* model : {"m", "e", "nobody", "m"}) {
    caller.ask(model);
    const auto said = caller.receive();
    CHECK(said.status == (model[0] == 'm' ? 200 : model[0] == 'e' ? 500 : 404));
  }
  caller.post(R"({"model":"m","messages":[1]})", "Connection: close\r\n");
  CHECK(caller.receive().head.find("connection: close\r\n") != std::string::npos);
  CHECK(caller.receive().end == end_of_reply::closed);
}

TEST_CASE("a wrong request gets the provider's own error", "[simulator]") {
  struct row {
    std::string body;
    std::string path;
    int status;
    std::string code;
    std::string param;
  };
  const std::string chat = "/v1/chat/completions";
  const std::vector<row> table{
      {R"({"messages":[1]})", chat, 400, "", "model"},
      {R"({"model":7,"messages":[1]})", chat, 400, "", "model"},
      {R"({"model":"m"})", chat, 400, "missing_required_parameter", "messages"},
      {R"({"model":"m","messages":[]})", chat, 400, "missing_required_parameter", "messages"},
      {R"({"model":"m",)", chat, 400, "", ""},
      {"[]", chat, 400, "", ""},
      {"", chat, 400, "", ""},
      {R"({"model":"x","messages":[1]})", chat, 404, "model_not_found", ""},
      {R"({"model":"m","messages":[1]})", "/v1/completions", 404, "unknown_url", ""},
      {R"({"model":"m","messages":[1]})", "/chat/completions", 404, "unknown_url", ""},
  };
  const world x{"models: { m: { answer: x } }"};
  client caller{x.provider.port()};
  for (const auto& row : table) {
    CAPTURE(row.body, row.path);
    caller.post(row.body, "", row.path);
    const auto said = caller.receive();
    CHECK(said.status == row.status);
    CHECK(error_code(said) == row.code);
    CHECK(text_at(said.body, "/error/param") == row.param);
    CHECK_FALSE(text_at(said.body, "/error/message").empty());
  }
  caller.send("GET /v1/chat/completions HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(caller.receive().status == 405);
  caller.post(R"({"model":"m","messages":[1]})", "", "/v1/chat/completions?api-version=1");
  CHECK(caller.receive().status == 200);
  CHECK(x.provider.count().rejected == table.size() + 1);
}

TEST_CASE("bytes that are no HTTP, or too many, are refused and the next client is served",
          "[simulator]") {
  simulator_options options;
  options.body_bytes_max = 100;
  const world x{"models: { m: { answer: x } }", options};
  struct row {
    std::string bytes;
    int status;
  };
  const std::vector<row> table{
      {"this is not HTTP\r\n\r\n", 400},
      {"POST /v1/chat/completions HTTP/1.1\r\nContent-Length: x\r\n\r\n", 400},
      {"POST /v1/chat/completions HTTP/1.1\r\nContent-Length: 101\r\n\r\n", 413},
      {"POST / HTTP/1.1\r\nx: " + std::string(70'000, 'y'), 431},
  };
  for (const auto& row : table) {
    client caller{x.provider.port()};
    caller.send(row.bytes);
    const auto said = caller.receive();
    CAPTURE(row.bytes.substr(0, 80));
    // A flood is cut off by a reset, which may overtake the words before it.
    if (said.end != end_of_reply::reset) {
      CHECK(said.status == row.status);
      CHECK(text_at(said.body, "/error/type") == "invalid_request_error");
    }
  }
  CHECK(x.wait_until(&tally::rejected, table.size()));
  CHECK(x.ask("m").status == 200);
}

TEST_CASE("a key in the script is asked of every caller", "[simulator]") {
  const world x{"api_key: secret\nmodels: { m: { answer: x } }"};
  const std::string body = R"({"model":"m","messages":[1]})";
  client caller{x.provider.port()};
  caller.post(body);
  CHECK(caller.receive().status == 401);
  caller.post(body, "Authorization: Bearer wrong\r\n");
  const auto wrong = caller.receive();
  CHECK(wrong.status == 401);
  CHECK(error_code(wrong) == "invalid_api_key");
  caller.post(body, "Authorization: Bearer secret\r\n");
  CHECK(caller.receive().status == 200);
  const auto calls = x.provider.calls();
  REQUIRE(calls.size() == 3);
  CHECK_FALSE(calls[0].authorization);
  CHECK(calls[1].authorization);
  CHECK(calls[1].how == ending::rejected);
  CHECK(calls[2].how == ending::answered);
}

TEST_CASE("the log keeps what was asked, cut to size and without the key", "[simulator]") {
  simulator_options options;
  options.request_bytes_kept = 12;
  const world x{"models: { m: { answer: x } }", options};
  client caller{x.provider.port()};
  caller.post(R"({"model":"m","messages":[1]})", "Authorization: Bearer secret\r\nX-Trace: 7\r\n");
  CHECK(caller.receive().status == 200);
  const auto kept = x.provider.calls().at(0);
  CHECK(kept.model == "m");
  CHECK(kept.number == 1);
  CHECK(kept.body == R"({"model":"m")");
  CHECK(header(kept.headers, "x-trace") == "7");
  CHECK(header(kept.headers, "authorization") == "(left out)");
}

TEST_CASE("the log holds no more calls than it may", "[simulator]") {
  simulator_options options;
  options.calls_kept = 2;
  const world x{"models: { m: { answer: x } }", options};
  for (int i = 0; i < 5; ++i)
    x.ask("m");
  const auto kept = x.provider.calls();
  REQUIRE(kept.size() == 2);
  CHECK(kept[0].number == 4);
  CHECK(kept[1].number == 5);
  CHECK(kept[1].how == ending::answered);
  CHECK(x.provider.count("m").answered == 5);
}

TEST_CASE("a client that leaves is noticed while its call waits", "[simulator]") {
  const world x{R"(
models:
  slow: { answer: x, latency: 1h }
  quiet: { silence: true }
  drops: { body: "0123456789", drip: { bytes: 1, every: 1h } }
)"};
  std::vector<client> callers;
  for (const auto* model : {"slow", "quiet", "drops"}) {
    callers.emplace_back(x.provider.port());
    callers.back().ask(model);
  }
  REQUIRE(x.wait_until(&tally::waiting, 3));
  const auto left = std::chrono::steady_clock::now();
  for (auto& each : callers)
    each.close();
  REQUIRE(x.wait_until(&tally::client_closed, 3));
  for (const auto& call : x.provider.calls()) {
    CAPTURE(call.model);
    CHECK(call.how == ending::client_closed);
    CHECK(call.ended >= left);
    CHECK(call.took() < 1min);
    CHECK((call.bytes_sent == 0) == (call.model != "drops"));
  }
  CHECK(x.provider.count().waiting == 0);
}

TEST_CASE("a change of the script leaves calls that wait already alone", "[simulator]") {
  world x{"models: { m: { silence: true } }"};
  client early{x.provider.port()};
  early.ask("m");
  REQUIRE(x.wait_until(&tally::waiting, 1));
  x.provider.set("m", answers("fine"));
  CHECK(x.ask("m").status == 200);
  CHECK(x.provider.count("m").waiting == 1);
  x.provider.set("m", {for_calls(1, fails(429)), always(answers("fine again"))});
  CHECK(x.ask("m").status == 429);
  CHECK(x.ask("m").status == 200);
  x.provider.set("new", fails(500));
  CHECK(x.ask("new").status == 500);
  early.close();
  REQUIRE(x.wait_until(&tally::client_closed, 1));
  const auto calls = x.provider.calls();
  REQUIRE(calls.size() == 5);
  CHECK(calls[0].how == ending::client_closed);
  CHECK(calls[3].number == 4);
}

TEST_CASE("stopping ends every call in flight", "[simulator]") {
  std::vector<call> told;
  simulator_options options;
  options.on_end = [&](const call& x) { told.push_back(x); };
  {
    world x{"models: { m: { silence: true } }", options};
    client caller{x.provider.port()};
    caller.ask("m");
    REQUIRE(x.wait_until(&tally::waiting, 1));
    x.provider.stop();
    CHECK(caller.receive().end == end_of_reply::closed);
    REQUIRE(x.wait_until(&tally::stopped, 1));
  }
  REQUIRE(told.size() == 1);
  CHECK(told[0].how == ending::stopped);
}

TEST_CASE("a context that is never run again frees what waits in it", "[simulator]") {
  boost::asio::io_context context{1};
  simulator provider{context, default_script()};
  client caller{provider.port()};
  provider.set("m", stays_silent());
  caller.ask("m");
  while (provider.count().waiting == 0)
    context.run_one();
  CHECK(provider.count("m").waiting == 1);
}

TEST_CASE("five hundred connections are served at once", "[simulator]") {
  rlimit files{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &files) == 0);
  if (files.rlim_max < 1200) {
    WARN("skipped: fewer than 1,200 open files are allowed");
    return;
  }
  files.rlim_cur = std::max<rlim_t>(files.rlim_cur, 1200);
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &files) == 0);

  const world x{"models: { quick: { answer: x }, quiet: { silence: true } }"};
  std::vector<client> callers;
  for (int i = 0; i < 500; ++i)
    callers.emplace_back(x.provider.port());
  for (auto& each : callers)
    each.ask("quick");
  std::size_t answered = 0;
  for (auto& each : callers)
    answered += each.receive().status == 200;
  CHECK(answered == 500);
  for (auto& each : callers)
    each.ask("quiet");
  CHECK(x.wait_until(&tally::waiting, 500));
  callers.clear();
  CHECK(x.wait_until(&tally::client_closed, 500));
  CHECK(x.provider.count("quick").answered == 500);
}

TEST_CASE("a port that is taken is an error at the start", "[simulator]") {
  boost::asio::io_context context{1};
  const simulator first{context, default_script()};
  simulator_options options;
  options.port = first.port();
  CHECK_THROWS_AS((simulator{context, default_script(), options}), boost::system::system_error);
}

TEST_CASE("the command says what keeps it from serving", "[simulator]") {
  boost::asio::io_context context{1};
  const simulator taken{context, default_script()};
  struct row {
    std::string file;
    std::string listen;
    int status;
    std::string says;
  };
  const std::vector<row> table{
      {"", "127.0.0.1", 2, "is not an address and a port"},
      {"", "127.0.0.1:x", 2, "is not an address and a port"},
      {"", "localhost:0", 1, "cannot listen on localhost:0"},
      {"", "127.0.0.1:" + std::to_string(taken.port()), 1, "in use"},
      {"no-such-script.yaml", "127.0.0.1:0", 1, "no-such-script.yaml: error: cannot be read"},
  };
  for (const auto& row : table) {
    simulate_options options;
    options.file = row.file;
    options.listen = row.listen;
    std::ostringstream out;
    std::ostringstream err;
    CHECK(simulate(options, out, err) == row.status);
    CHECK(out.str().empty());
    CHECK_THAT(err.str(), Catch::Contains(row.says));
  }
}

TEST_CASE("the default script classifies a ticket whatever the model", "[simulator]") {
  const world x{default_script()};
  const auto text = text_at(x.ask("anything").body, "/choices/0/message/content");
  CHECK(json::find_text(parsed(text), "category") == "billing");
  CHECK(x.provider.count("*").answered == 1);
  CHECK(x.provider.base_url() == "http://127.0.0.1:" + std::to_string(x.provider.port()) + "/v1");
}

namespace {

std::string bytes_of(const std::filesystem::path& file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

/// A script of one model that replays a recorded body.
std::string replaying(const json::value& entry) {
  std::string yaml = "{ replay: ";
  json::append_quoted(yaml, json::find_text(entry, "file"));
  yaml += ", status: " + std::to_string(json::find(entry, "http_status")->GetInt());
  yaml += ", headers: {";
  for (const auto& field : json::find(entry, "headers")->GetObject()) {
    json::append_quoted(yaml, json::text_of(field.name));
    yaml += ": ";
    json::append_quoted(yaml, json::text_of(field.value));
    yaml += ", ";
  }
  return yaml + "} }";
}

} // namespace

TEST_CASE("every recorded chat body is replayed byte for byte", "[simulator]") {
  const std::filesystem::path folder = HEDGEROW_SHARED_DATA "/providers";
  if (!std::filesystem::exists(folder / "index.json")) {
    WARN("skipped: " << folder << " is absent");
    return;
  }
  const auto index = parsed(bytes_of(folder / "index.json"));
  std::vector<const json::value*> recorded;
  std::string yaml = "models:\n";
  for (const auto& entry : index.GetArray())
    if (json::find_text(entry, "api") == "chat" && json::find(entry, "stream")->IsFalse()) {
      yaml += "  m" + std::to_string(recorded.size()) + ": " + replaying(entry) + "\n";
      recorded.push_back(&entry);
    }
  REQUIRE(recorded.size() > 100);

  const world x{world::read(yaml, folder)};
  client caller{x.provider.port()};
  for (std::size_t i = 0; i < recorded.size(); ++i) {
    CAPTURE(json::find_text(*recorded[i], "id"));
    caller.ask("m" + std::to_string(i));
    const auto said = caller.receive();
    CHECK(said.status == json::find(*recorded[i], "http_status")->GetInt());
    for (const auto& field : json::find(*recorded[i], "headers")->GetObject())
      CHECK(said.head.find(std::string{json::text_of(field.name)} + ": "
                           + std::string{json::text_of(field.value)} + "\r\n")
            != said.head.npos);
    CHECK((said.body == bytes_of(folder / std::string{json::find_text(*recorded[i], "file")})));
  }
}
