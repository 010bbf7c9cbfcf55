// What each dialect's answers, streams and errors look like, without a socket.

#include "app/simulator/anthropic.hpp"
#include "app/simulator/gemini.hpp"
#include "app/simulator/openai.hpp"
#include "app/simulator/words.hpp"
#include "contracts/schema.hpp"
#include "tests/app/simulator_dialects.hpp"
#include "tests/support/shared_data.hpp"

#include <fstream>
#include <iterator>

using namespace hedgerow;
using namespace hedgerow::simulated;
using namespace hedgerow::simulator_test;
using namespace std::chrono_literals;

namespace {

const std::vector<const dialect*> all_dialects{&openai::table, &anthropic::table, &gemini::table};

asked by(const dialect& in) {
  asked x;
  x.in = &in;
  x.what.model = "m";
  x.what.stream = true;
  x.what.usage = true;
  x.number = 7;
  x.bytes = 40;
  return x;
}

/// One of everything that can be said.
std::vector<answer> answers_of_all_kinds() {
  return {answer{.text = "Grüße aus 東京, \"quoted\"\n"},
          answer{.text = ""},
          answer{.tool_calls = {{"", "wx", R"({"city":"Oslo"})"}, {"own_id", "now", ""}}},
          answer{.text = "first", .tool_calls = {{"", "wx", R"({"city":"Oslo"})"}}},
          answer{.refusal = "I cannot help with that."},
          answer{.text = "cut o", .finish_reason = "length"},
          answer{.text = "x", .finish_reason = "content_filter"}};
}

std::vector<json::document> told(const dialect& in, const answer& said, std::size_t piece) {
  std::vector<json::document> all;
  for (const auto& each : in.events(said, by(in), piece))
    if (const auto data = event_in(each.bytes).data; data != "[DONE]")
      all.push_back(parsed(data));
  return all;
}

std::string joined(const std::vector<json::document>& all, std::string_view pointer) {
  std::string out;
  for (const auto& each : all)
    if (const auto* x = json::at(each, pointer); x && x->IsString())
      out += json::text_of(*x);
  return out;
}

/// Empty, with a warning, if the schemas are not there.
std::optional<schema> published(const std::string& name) {
  std::ifstream in{HEDGEROW_SHARED_DATA "/api-schemas/" + name + ".schema.json"};
  if (!in) {
    WARN("skipped: no schema " << name);
    return std::nullopt;
  }
  const std::string text{std::istreambuf_iterator<char>{in}, {}};
  auto made = schema::compile(text);
  REQUIRE(made.has_value());
  return std::move(*made);
}

void check_against(const schema& what, const json::value& x) {
  std::string wrong;
  for (const auto& each : what.check(x))
    wrong += each.pointer + ' ' + each.message + '\n';
  CAPTURE(json::compact(x));
  CHECK(wrong == "");
}

} // namespace

TEST_CASE("text is cut into pieces of characters, never inside one", "[simulator]") {
  const auto pieces = pieces_of("aé東🙂b", 2);
  CHECK(pieces == std::vector<std::string_view>{"aé", "東🙂", "b"});
  CHECK(pieces_of("", 3).empty());
  CHECK(pieces_of("ab", 100) == std::vector<std::string_view>{"ab"});
  CHECK(pieces_of("\xff\xfe", 1).size() == 2);
}

TEST_CASE("whatever is said, the published schemas hold", "[simulator]") {
  if (is_absent(shared_data / "api-schemas"))
    return;
  struct row {
    const dialect* in;
    std::string body;
    std::string event;
    std::string error;
  };
  const std::vector<row> table{
      {&openai::table, "openai/CreateChatCompletionResponse",
       "openai/CreateChatCompletionStreamResponse", "openai/ErrorResponse"},
      {&anthropic::table, "anthropic/Message.wire", "anthropic/RawMessageStreamEvent.wire",
       "anthropic/ErrorResponse.wire"},
      {&gemini::table, "google/GenerateContentResponse.wire", "google/GenerateContentResponse.wire",
       ""},
  };
  for (const auto& row : table) {
    const auto body = published(row.body);
    const auto event = published(row.event);
    const auto error = row.error.empty() ? std::nullopt : published(row.error);
    for (const auto& said : answers_of_all_kinds()) {
      if (body)
        check_against(*body, parsed(row.in->body(said, by(*row.in))));
      for (const auto& each : told(*row.in, said, 3))
        if (event)
          check_against(*event, each);
    }
    for (const int status : {400, 401, 403, 404, 429, 500, 503, 504, 529})
      if (error)
        check_against(*error, parsed(row.in->error_body(status, {})));
  }
}

TEST_CASE("a stream says what the whole answer says", "[simulator]") {
  for (const auto* in : all_dialects)
    for (const std::size_t piece : {1u, 3u, 1000u}) {
      CAPTURE(in->name, piece);
      const auto text = told(*in, {.text = "Grüße aus 東京"}, piece);
      CHECK(joined(text, "/choices/0/delta/content") + joined(text, "/delta/text")
                + joined(text, "/candidates/0/content/parts/0/text")
            == "Grüße aus 東京");
    }
}

TEST_CASE("an OpenAI stream opens with the role and ends with usage and DONE", "[simulator]") {
  const auto events = openai::table.events({.text = "four"}, by(openai::table), 2);
  std::vector<event_kind> kinds;
  for (const auto& each : events)
    kinds.push_back(each.kind);
  CHECK(kinds
        == std::vector{event_kind::frame, event_kind::piece, event_kind::piece, event_kind::finish,
                       event_kind::usage, event_kind::end});
  const auto all = told(openai::table, {.text = "four"}, 2);
  CHECK(json::compact(*json::at(all[0], "/choices/0/delta"))
        == R"({"role":"assistant","content":"","refusal":null})");
  CHECK(json::at(all[0], "/usage")->IsNull());
  CHECK(json::compact(*json::at(all[3], "/choices/0"))
        == R"({"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"})");
  CHECK(json::at(all[4], "/choices")->Empty());
  CHECK(json::at(all[4], "/usage/total_tokens")->GetInt() == 11);
  CHECK(events.back().bytes == "data: [DONE]\n\n");

  auto quiet = by(openai::table);
  quiet.what.usage = false;
  for (const auto& each : openai::table.events({.text = "four"}, quiet, 2))
    CHECK(each.bytes.find("usage") == std::string::npos);
}

TEST_CASE("tool calls are told in fragments where the dialect has them", "[simulator]") {
  const answer said{.tool_calls = {{"", "wx", R"({"city":"Oslo"})"}, {"b", "now", ""}}};
  SECTION("OpenAI: id and name first, by index") {
    const auto all = told(openai::table, said, 5);
    CHECK(json::compact(*json::at(all[1], "/choices/0/delta/tool_calls/0"))
          == R"({"index":0,"id":"call_1","type":"function","function":{"name":"wx",)"
             R"("arguments":""}})");
    CHECK(joined(all, "/choices/0/delta/tool_calls/0/function/arguments") == R"({"city":"Oslo"})");
    CHECK(joined(all, "/choices/0/delta/tool_calls/0/function/name") == "wxnow");
    CHECK(joined(all, "/choices/0/finish_reason") == "tool_calls");
  }
  SECTION("Anthropic: a block each, opened and closed") {
    const auto all = told(anthropic::table, said, 5);
    CHECK(joined(all, "/type")
          == "message_startcontent_block_startcontent_block_deltacontent_block_delta"
             "content_block_deltacontent_block_deltacontent_block_stopcontent_block_start"
             "content_block_deltacontent_block_stopmessage_deltamessage_stop");
    CHECK(joined(all, "/delta/partial_json") == R"({"city":"Oslo"})");
    CHECK(joined(all, "/content_block/id") == "toolu_1b");
    CHECK(joined(all, "/delta/stop_reason") == "tool_use");
    CHECK(json::at(all[7], "/index")->GetInt() == 1);
  }
  SECTION("Gemini: whole, and it stops as if it were text") {
    const auto all = told(gemini::table, said, 5);
    REQUIRE(all.size() == 3);
    CHECK(json::compact(*json::at(all[0], "/candidates/0/content/parts/0/functionCall"))
          == R"({"name":"wx","args":{"city":"Oslo"}})");
    CHECK(joined(all, "/candidates/0/finishReason") == "STOP");
  }
}

TEST_CASE("every event of an Anthropic stream is named as its data says", "[simulator]") {
  for (const auto& said : answers_of_all_kinds())
    for (const auto& each : anthropic::table.events(said, by(anthropic::table), 4)) {
      const auto read = event_in(each.bytes);
      CHECK(json::find_text(parsed(read.data), "type") == read.name);
      CHECK(each.bytes.ends_with("\n\n"));
    }
}

TEST_CASE("only the last event of a Gemini stream has a finish reason", "[simulator]") {
  const auto all = told(gemini::table, {.text = "three pieces"}, 4);
  REQUIRE(all.size() == 4);
  for (std::size_t i = 0; i < 3; ++i)
    CHECK_FALSE(json::at(all[i], "/candidates/0/finishReason"));
  CHECK(json::at(all[3], "/usageMetadata/candidatesTokenCount")->GetInt() == 3);
  CHECK(gemini::table.events({.text = "x"}, by(gemini::table), 4)[0].bytes.ends_with("\r\n\r\n"));
}

TEST_CASE("a finish reason is put into the words of the dialect", "[simulator]") {
  struct row {
    std::string scripted;
    std::string openai;
    std::string anthropic;
    std::string gemini;
  };
  const std::vector<row> table{
      {"", "stop", "end_turn", "STOP"},
      {"stop", "stop", "end_turn", "STOP"},
      {"length", "length", "max_tokens", "MAX_TOKENS"},
      {"content_filter", "content_filter", "refusal", "SAFETY"},
      {"tool_calls", "tool_calls", "tool_use", "STOP"},
      {"brand_new", "brand_new", "brand_new", "brand_new"},
  };
  for (const auto& row : table) {
    const answer said{.text = "x", .finish_reason = row.scripted};
    CHECK(text_at(openai::table.body(said, by(openai::table)), "/choices/0/finish_reason")
          == row.openai);
    CHECK(text_at(anthropic::table.body(said, by(anthropic::table)), "/stop_reason")
          == row.anthropic);
    CHECK(text_at(gemini::table.body(said, by(gemini::table)), "/candidates/0/finishReason")
          == row.gemini);
  }
}

TEST_CASE("a refusal is told as the dialect tells it", "[simulator]") {
  const answer said{.refusal = "No."};
  CHECK(text_at(openai::table.body(said, by(openai::table)), "/choices/0/message/refusal")
        == "No.");
  const auto message = anthropic::table.body(said, by(anthropic::table));
  CHECK(text_at(message, "/stop_reason") == "refusal");
  CHECK(text_at(message, "/stop_details/explanation") == "No.");
  CHECK(json::at(parsed(message), "/content")->Empty());
  const auto response = gemini::table.body(said, by(gemini::table));
  CHECK(text_at(response, "/candidates/0/finishReason") == "SAFETY");
  CHECK(text_at(response, "/candidates/0/finishMessage") == "No.");
}

TEST_CASE("a status without words gets the words of the provider", "[simulator]") {
  struct row {
    int status;
    std::string openai;
    std::string anthropic;
    std::string gemini;
  };
  const std::vector<row> table{
      {400, "invalid_request_error", "invalid_request_error", "INVALID_ARGUMENT"},
      {401, "invalid_request_error", "authentication_error", "UNAUTHENTICATED"},
      {404, "invalid_request_error", "not_found_error", "NOT_FOUND"},
      {429, "rate_limit_error", "rate_limit_error", "RESOURCE_EXHAUSTED"},
      {500, "server_error", "api_error", "INTERNAL"},
      {503, "service_unavailable_error", "api_error", "UNAVAILABLE"},
      {529, "server_error", "overloaded_error", "INTERNAL"},
  };
  for (const auto& row : table) {
    CHECK(text_at(openai::table.error_body(row.status, {}), "/error/type") == row.openai);
    CHECK(text_at(anthropic::table.error_body(row.status, {}), "/error/type") == row.anthropic);
    CHECK(text_at(gemini::table.error_body(row.status, {}), "/error/status") == row.gemini);
  }
}

TEST_CASE("the details of an error stand where the dialect has them", "[simulator]") {
  provider_error why{"m", "", "GenerateRequestsPerMinutePerProjectPerModel", "contents", 37500ms};
  CHECK(gemini::table.error_body(429, why)
        == R"({"error":{"code":429,"message":"m","status":"RESOURCE_EXHAUSTED","details":[)"
           R"({"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[)"
           R"({"quotaId":"GenerateRequestsPerMinutePerProjectPerModel"}]},)"
           R"({"@type":"type.googleapis.com/google.rpc.BadRequest","fieldViolations":[)"
           R"({"field":"contents"}]},)"
           R"({"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"37.500s"}]}})");
  why.code = "API_KEY_INVALID";
  CHECK(text_at(gemini::table.error_body(400, why), "/error/details/0/reason")
        == "API_KEY_INVALID");
  why.code = "enforced_spend_limit_reached";
  CHECK(text_at(anthropic::table.error_body(429, why), "/error/details/error_code")
        == "enforced_spend_limit_reached");
}

TEST_CASE("arguments that are no object are told as text where there is no other way",
          "[simulator]") {
  const answer said{.tool_calls = {{"", "wx", R"({"city":)"}}};
  CHECK(text_at(anthropic::table.body(said, by(anthropic::table)), "/content/0/input")
        == R"({"city":)");
  CHECK(text_at(gemini::table.body(said, by(gemini::table)),
                "/candidates/0/content/parts/0/functionCall/args")
        == R"({"city":)");
  CHECK(joined(told(anthropic::table, said, 3), "/delta/partial_json") == R"({"city":)");
}

TEST_CASE("the path of a call says whose dialect it is in", "[simulator]") {
  struct row {
    std::string target;
    std::string name;
    std::string model;
    bool stream;
  };
  const std::vector<row> table{
      {"/v1/chat/completions", "openai", "", false},
      {"/v1/chat/completions?api-version=1", "openai", "", false},
      {"/openai/v1/chat/completions?api-version=preview", "openai", "", false},
      {"/openai/deployments/d1/chat/completions?api-version=2025-04-01", "openai", "d1", false},
      {"/v1/messages", "anthropic", "", false},
      {"/some/proxy/v1/messages", "anthropic", "", false},
      {"/v1beta/models/g:generateContent", "gemini", "g", false},
      {"/v1beta/models/g:streamGenerateContent?alt=sse", "gemini", "g", true},
      {"/v1/projects/p/locations/l/publishers/google/models/g:generateContent", "gemini", "g",
       false},
      {"/chat/completions", "", "", false},
      {"/openai/deployments/a/b/chat/completions", "", "", false},
      {"/openai/deployments//chat/completions", "", "", false},
      {"/v1/messages/count_tokens", "", "", false},
      {"/v1beta/models/:generateContent", "", "", false},
      {"/v1beta/models/g:countTokens", "", "", false},
  };
  for (const auto& row : table) {
    CAPTURE(row.target);
    const auto at = address_of(row.target, "/v1");
    CHECK((at ? at->speaks->name : "") == row.name);
    CHECK((at ? at->model : "") == row.model);
    CHECK((at && at->stream) == row.stream);
  }
  CHECK(address_of("/v1beta/models/g:streamGenerateContent", "/v1")->array);
  CHECK_FALSE(address_of("/v1beta/models/g:streamGenerateContent?alt=sse", "/v1")->array);
}
