// The three dialects over loopback: whole answers, errors, keys, requests that are wrong.

#include "tests/app/simulator_dialects.hpp"

using namespace hedgerow;
using namespace hedgerow::simulated;
using namespace hedgerow::simulator_test;

TEST_CASE("one script is worded in the dialect that was asked", "[simulator]") {
  const world x{R"(models: { "*": { answer: { category: billing } } })"};
  struct row {
    caller_of as;
    std::string text;
    std::string model;
  };
  const std::vector<row> table{
      {openai_caller, "/choices/0/message/content", "/model"},
      {anthropic_caller, "/content/0/text", "/model"},
      {gemini_caller, "/candidates/0/content/parts/0/text", "/modelVersion"},
  };
  for (const auto& row : table) {
    CAPTURE(row.as.name);
    const auto said = ask(x, row.as, "m-1", false);
    CHECK(said.status == 200);
    CHECK(said.head.find("content-type: application/json\r\n") != said.head.npos);
    CHECK(text_at(said.body, row.text) == R"({"category":"billing"})");
    CHECK(text_at(said.body, row.model) == "m-1");
  }
  const auto calls = x.provider.calls();
  REQUIRE(calls.size() == 3);
  for (std::size_t i = 0; i < calls.size(); ++i) {
    CHECK(calls[i].dialect == table[i].as.name);
    CHECK(calls[i].model == "m-1");
    CHECK_FALSE(calls[i].stream);
    CHECK(calls[i].events == 0);
  }
}

TEST_CASE("Azure's and Vertex's paths name the model", "[simulator]") {
  const world x{"models: { d1: { answer: x }, g: { answer: y } }"};
  client caller{x.provider.port()};
  caller.post(R"({"messages":[{"role":"user","content":"hi"}]})", "api-key: k\r\n",
              "/openai/deployments/d1/chat/completions?api-version=2025-04-01-preview");
  CHECK(text_at(caller.receive().body, "/model") == "d1");
  caller.post(R"({"contents":[{"role":"user","parts":[{"text":"hi"}]}]})", "",
              "/v1/projects/p/locations/l/publishers/google/models/g:generateContent");
  CHECK(text_at(caller.receive().body, "/modelVersion") == "g");
  CHECK(x.provider.root_url() + "/v1" == x.provider.base_url());
}

TEST_CASE("an error of the script has the shape of the dialect", "[simulator]") {
  const world x{R"(
models:
  busy: { status: 429, headers: { retry-after: "7" }, error: { message: slow down } }
  down: { status: 529 }
)"};
  for (const bool stream : {false, true}) {
    CHECK(text_at(ask(x, openai_caller, "busy", stream).body, "/error/message") == "slow down");
    const auto busy = ask(x, anthropic_caller, "busy", stream);
    CHECK(busy.status == 429);
    CHECK(busy.head.find("retry-after: 7\r\n") != busy.head.npos);
    CHECK(text_at(busy.body, "/error/message") == "slow down");
    CHECK(text_at(busy.body, "/error/type") == "rate_limit_error");
    CHECK(text_at(busy.body, "/type") == "error");
    CHECK(text_at(ask(x, gemini_caller, "busy", stream).body, "/error/status")
          == "RESOURCE_EXHAUSTED");
    CHECK(text_at(ask(x, anthropic_caller, "down", stream).body, "/error/type")
          == "overloaded_error");
    const auto down = ask(x, gemini_caller, "down", stream);
    CHECK(down.status == 529);
    CHECK(json::at(parsed(down.body), "/error/code")->GetInt() == 529);
  }
}

TEST_CASE("a wrong request gets the error of the provider it was meant for", "[simulator]") {
  struct row {
    std::string path;
    std::string fields;
    std::string body;
    int status;
    std::string pointer;
    std::string says;
  };
  const std::string version = "anthropic-version: 2023-06-01\r\n";
  const std::string messages = R"("messages":[{"role":"user","content":"hi"}])";
  const std::vector<row> table{
      {"/v1/messages", "", R"({"model":"m","max_tokens":1,)" + messages + "}", 400,
       "/error/message", "anthropic-version: header is required"},
      {"/v1/messages", version, R"({"model":"m",)" + messages + "}", 400, "/error/message",
       "max_tokens: Field required"},
      {"/v1/messages", version, R"({"max_tokens":1,)" + messages + "}", 400, "/error/message",
       "model: Field required"},
      {"/v1/messages", version, R"({"model":"m","max_tokens":1,"messages":[]})", 400, "/error/type",
       "invalid_request_error"},
      {"/v1/messages", version, "{", 400, "/error/type", "invalid_request_error"},
      {"/v1/messages", version, "[]", 400, "/error/type", "invalid_request_error"},
      {"/v1/messages", version, R"({"model":"x","max_tokens":1,)" + messages + "}", 404,
       "/error/message", "model: x"},
      {"/v1beta/models/m:generateContent", "", R"({"contents":[]})", 400, "/error/status",
       "INVALID_ARGUMENT"},
      {"/v1beta/models/m:generateContent", "", "{", 400, "/error/status", "INVALID_ARGUMENT"},
      {"/v1beta/models/m:generateContent", "", "[]", 400, "/error/status", "INVALID_ARGUMENT"},
      {"/v1beta/models/x:generateContent", "", R"({"contents":[1]})", 404, "/error/status",
       "NOT_FOUND"},
  };
  const world x{"models: { m: { answer: x } }"};
  client caller{x.provider.port()};
  for (const auto& row : table) {
    CAPTURE(row.path, row.body);
    caller.post(row.body, row.fields, row.path);
    const auto said = caller.receive();
    CHECK(said.status == row.status);
    CHECK(text_at(said.body, row.pointer) == row.says);
  }
  CHECK(x.provider.count().rejected == table.size());
  caller.send("GET /v1/messages HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(caller.receive().status == 405);
  caller.send("GET /v1beta/models/m:generateContent HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(caller.receive().status == 405);
}

TEST_CASE("each dialect has its own header for the key", "[simulator]") {
  const world x{"api_key: secret\nmodels: { \"*\": { answer: x } }"};
  struct row {
    caller_of as;
    std::string header;
    int without;
    int wrong;
  };
  const std::vector<row> table{
      {openai_caller, "authorization: Bearer ", 401, 401},
      {openai_caller, "api-key: ", 401, 401},
      {anthropic_caller, "x-api-key: ", 401, 401},
      {anthropic_caller, "authorization: Bearer ", 401, 401},
      {gemini_caller, "x-goog-api-key: ", 403, 400},
      {gemini_caller, "authorization: Bearer ", 403, 400},
  };
  client caller{x.provider.port()};
  const auto status_with = [&](const row& each, const std::string& key) {
    const auto header = key.empty() ? "" : each.header + key + "\r\n";
    caller.post(each.as.body("m", false, std::string{each.as.question}),
                std::string{each.as.fields} + header, each.as.path("m", false));
    return caller.receive().status;
  };
  for (const auto& row : table) {
    CAPTURE(row.as.name, row.header);
    CHECK(status_with(row, "") == row.without);
    CHECK(status_with(row, "wrong") == row.wrong);
    CHECK(status_with(row, "secret") == 200);
  }
  CHECK_FALSE(x.provider.calls().at(0).authorization);
  CHECK(x.provider.calls().at(6).authorization == false);
  CHECK(x.provider.calls().at(8).authorization);
}

TEST_CASE("a prefill is refused, gone on from, or passed over, as scripted", "[simulator]") {
  const world x{R"(
models:
  no: { answer: one two, prefill: refuse }
  on: { answer: one two, prefill: continue }
  other: { answer: two three, prefill: continue }
  any: { answer: one two }
)"};
  struct row {
    caller_of as;
    std::string text;
  };
  const std::vector<row> table{{openai_caller, "/choices/0/message/content"},
                               {anthropic_caller, "/content/0/text"},
                               {gemini_caller, "/candidates/0/content/parts/0/text"}};
  for (const auto& row : table) {
    CAPTURE(row.as.name);
    CHECK(ask(x, row.as, "no", false).status == 200);
    for (const bool stream : {false, true}) {
      const auto refused = ask(x, row.as, "no", stream, row.as.prefilled);
      CHECK(refused.status == 400);
      CHECK_FALSE(text_at(refused.body, "/error/message").empty());
      CHECK(x.provider.calls().back().status == 400);
      CHECK(x.provider.calls().back().prefilled);
    }
    CHECK(text_at(ask(x, row.as, "on", false, row.as.prefilled).body, row.text) == "two");
    CHECK(text_at(ask(x, row.as, "on", false).body, row.text) == "one two");
    CHECK(text_at(ask(x, row.as, "other", false, row.as.prefilled).body, row.text) == "two three");
    CHECK(text_at(ask(x, row.as, "any", false, row.as.prefilled).body, row.text) == "one two");
    CHECK(told_text(ask(x, row.as, "on", true, row.as.prefilled)) == "two");
  }
}

TEST_CASE("the log has the last message and the count of retries", "[simulator]") {
  simulator_options options;
  options.request_bytes_kept = 4096;
  const world x{R"(models: { "*": { answer: x } })", options};
  ask(x, openai_caller, "m", false, openai_caller.prefilled);
  ask(x, anthropic_caller, "m", false);
  client caller{x.provider.port()};
  caller.post(gemini_caller.body("m", false, std::string{gemini_caller.question}),
              "X-Stainless-Retry-Count: 2\r\nx-goog-api-key: secret\r\n",
              gemini_caller.path("m", false));
  REQUIRE(caller.receive().status == 200);
  const auto calls = x.provider.calls();
  REQUIRE(calls.size() == 3);
  CHECK(calls[0].last_message == R"({"role":"assistant","content":"one "})");
  CHECK(calls[1].last_message == R"({"role":"user","content":"hi"})");
  CHECK(calls[2].last_message == R"({"role":"user","parts":[{"text":"hi"}]})");
  CHECK(calls[0].retry_count.empty());
  CHECK(calls[2].retry_count == "2");
  CHECK(header(calls[2].headers, "x-goog-api-key") == "(left out)");
}
