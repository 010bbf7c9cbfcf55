// What callers of each surface are told, held against the published schemas of its API.

#include "app/gateway/anthropic_surface.hpp"
#include "app/gateway/native_surface.hpp"
#include "app/gateway/openai_surface.hpp"
#include "app/gateway/stream_writer.hpp"
#include "contracts/json.hpp"
#include "contracts/schema.hpp"
#include "routes/sse.hpp"
#include "tests/support/shared_data.hpp"

#include <catch2/catch.hpp>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

using namespace hedgerow;

namespace {

const auto schemas = shared_data / "api-schemas";

schema shape(const std::string& name) {
  std::ifstream in{schemas / (name + ".schema.json"), std::ios::binary};
  return schema::compile(std::string{std::istreambuf_iterator<char>{in}, {}}).value();
}

std::string faults(const schema& shape, const json::value& x) {
  std::string out;
  for (const auto& y : shape.check(x))
    out += y.pointer + ": " + y.message + '\n';
  return out;
}

struct event {
  std::string name;
  std::string data;
};

std::vector<event> events_in(std::string_view bytes) {
  std::vector<event> out;
  sse_parser parser;
  parser.feed(bytes);
  while (const auto x = parser.next())
    out.push_back({std::string{x->name}, std::string{x->data}});
  return out;
}

answer answered(std::string text) {
  answer x{.id = "req_1", .task = "t", .ended = outcome::answered};
  x.what.text = std::move(text);
  x.route = x.provider = x.model = "m";
  x.usage = {.input = 10, .output = 4, .cached_input = 3, .reasoning = 1};
  return x;
}

answer with_calls() {
  auto x = answered("Let me see.");
  x.what.tool_calls = {{"call_1", "weather", R"({"city":"Oslo"})"},
                       {"call_2", "weather", R"({"city":"Rome"})"}};
  x.what.finish = finish_reason::tool_calls;
  return x;
}

answer withheld() {
  answer x{.id = "req_1", .task = "t", .ended = outcome::blocked};
  x.withheld = true;
  x.problem = error{errc::content_policy_violation, "The answer was withheld.", {}};
  return x;
}

answer interrupted() {
  answer x{.id = "req_1", .task = "t", .ended = outcome::failed};
  x.problem = error{errc::all_routes_failed, "The stream broke off.", {}};
  return x;
}

/// A whole stream: `early` as it came, then the end.
std::vector<event> streamed(const stream_form& form, const std::string& early, const answer& x) {
  stream_writer words{form};
  auto bytes = words.begin(x, std::nullopt).body;
  if (!early.empty())
    bytes += words.text(early);
  return events_in(bytes + words.end(x));
}

const std::vector<answer> endings{answered("Good day to you."), with_calls(), withheld()};

} // namespace

TEST_CASE("every chunk on OpenAI's surface is one by OpenAI's own schema", "[surface]") {
  if (is_absent(schemas))
    return;
  const auto chunk = shape("openai/CreateChatCompletionStreamResponse");
  for (const auto& x : endings)
    for (const bool usage : {false, true}) {
      const auto all = streamed({.on = surface::openai, .wants_usage = usage}, "", x);
      REQUIRE(all.size() >= 3);
      CHECK(all.back().data == "[DONE]");
      for (std::size_t i = 0; i + 1 < all.size(); ++i) {
        CAPTURE(all[i].data);
        const auto read = json::parse(all[i].data);
        REQUIRE(read.has_value());
        CHECK(faults(chunk, *read) == "");
      }
      const auto last = json::parse(all[all.size() - 2].data);
      CHECK(json::at(*last, "/hedgerow/outcome") != nullptr);
      CHECK((json::at(*last, "/usage/prompt_tokens") != nullptr) == usage);
    }
}

TEST_CASE("every event on Anthropic's surface is one by Anthropic's types", "[surface]") {
  if (is_absent(schemas))
    return;
  const auto known = shape("anthropic/RawMessageStreamEvent.wire");
  for (const auto& x : endings)
    for (const std::string early : {"", "Go"}) {
      for (const auto& each : streamed({.on = surface::anthropic}, early, x)) {
        CAPTURE(each.data);
        const auto read = json::parse(each.data);
        REQUIRE(read.has_value());
        CHECK(json::find_text(*read, "type") == each.name);
        CHECK(faults(known, *read) == "");
      }
    }
}

TEST_CASE("Anthropic's blocks are opened, filled and closed in order", "[surface]") {
  std::vector<std::string> told;
  for (const auto& x : streamed({.on = surface::anthropic}, "Let me", with_calls()))
    told.push_back(x.name);
  CHECK(told
        == std::vector<std::string>{
            "message_start", "content_block_start", "content_block_delta", "content_block_delta",
            "content_block_stop", "content_block_start", "content_block_delta",
            "content_block_stop", "content_block_start", "content_block_delta",
            "content_block_stop", "message_delta", "message_stop"});
}

TEST_CASE("a withheld answer says so and tells nothing more", "[surface]") {
  auto x = withheld();
  x.what.text = "what must not get out";
  for (const auto on : {surface::openai, surface::anthropic, surface::native})
    for (const auto& each : streamed({.on = on}, "", x))
      CHECK(each.data.find("must not") == std::string::npos);
  const auto openai = streamed({.on = surface::openai}, "", x);
  CHECK(openai[openai.size() - 2].data.find(R"("finish_reason":"content_filter")")
        != std::string::npos);
  const auto anthropic = streamed({.on = surface::anthropic}, "", x);
  CHECK(anthropic[anthropic.size() - 2].data.find(R"("stop_reason":"refusal")")
        != std::string::npos);
}

TEST_CASE("a stream that broke ends with an error and nothing that looks whole", "[surface]") {
  for (const auto on : {surface::openai, surface::anthropic, surface::native}) {
    const auto all = streamed({.on = on}, "Half", interrupted());
    for (const auto& x : all) {
      CHECK(x.data != "[DONE]");
      CHECK(x.name != "message_stop");
      CHECK(x.name != "hedgerow");
    }
    const auto read = json::parse(all.back().data);
    REQUIRE(read.has_value());
    CHECK(json::find(*read, "error") != nullptr);
  }
}

TEST_CASE("whole messages and errors are Anthropic's by its types", "[surface]") {
  if (is_absent(schemas))
    return;
  const auto message = shape("anthropic/Message.wire");
  for (const auto& x : endings) {
    const auto read = json::parse(anthropic_surface::write(x, false).body);
    REQUIRE(read.has_value());
    CHECK(faults(message, *read) == "");
  }
  const auto problem = shape("anthropic/ErrorResponse.wire");
  const auto out = anthropic_surface::write(interrupted(), false);
  CHECK(out.status == 503);
  CHECK(faults(problem, json::parse(out.body).value()) == "");
}

TEST_CASE("a call of Anthropic's API becomes a request", "[surface]") {
  const auto read = anthropic_surface::read(R"({
    "model": "t", "max_tokens": 64, "stream": true,
    "system": [{"type":"text","text":"Be brief.","cache_control":{"type":"ephemeral"}}],
    "messages": [
      {"role":"user","content":"Weather?"},
      {"role":"assistant","content":[{"type":"thinking","thinking":"Hm","signature":"s"},
        {"type":"text","text":"I look."},
        {"type":"tool_use","id":"toolu_1","name":"weather","input":{"city":"Oslo"}}]},
      {"role":"user","content":[
        {"type":"tool_result","tool_use_id":"toolu_1","is_error":true,"content":"gone"},
        {"type":"text","text":"And?"},
        {"type":"image","source":{"type":"base64","media_type":"image/png","data":"QQ=="}}]}],
    "tools": [{"name":"weather","input_schema":{"type":"object"}}],
    "tool_choice": {"type":"any","disable_parallel_tool_use":true},
    "stop_sequences": ["END"], "thinking": {"type":"enabled","budget_tokens":2000},
    "metadata": {"user_id":"u"}})");
  REQUIRE(read.has_value());
  CHECK(read->streams);
  const auto& x = read->what;
  CHECK(x.task == "t");
  REQUIRE(x.ask.messages.size() == 5);
  CHECK(x.ask.messages[0].from == role::system);
  CHECK(x.ask.messages[2].tool_calls.at(0).arguments == R"({"city":"Oslo"})");
  CHECK(x.ask.messages[2].thoughts.at(0).signature == "s");
  CHECK(x.ask.messages[3].from == role::tool);
  CHECK(x.ask.messages[3].failed);
  CHECK(x.ask.messages[3].tool_call_id == "toolu_1");
  CHECK(x.ask.messages[4].parts.at(1).text == "data:image/png;base64,QQ==");
  CHECK(x.ask.tools.at(0).parameters == R"({"type":"object"})");
  CHECK(x.ask.choice->what == tool_choice::kind::required);
  CHECK(x.ask.params.parallel_tool_calls == false);
  CHECK(x.ask.params.max_tokens == 64);
  CHECK(x.ask.params.stop == std::vector<std::string>{"END"});
  CHECK(x.ask.params.reasoning_effort == "low");
  CHECK(x.ask.params.user == "u");
}

TEST_CASE("what a call of Anthropic's API lacks or cannot have is named", "[surface]") {
  struct row {
    const char* body;
    const char* param;
  };
  const auto x = GENERATE(
      row{R"([])", ""}, row{R"({"max_tokens":1,"messages":[]})", "model"},
      row{R"({"model":"t","max_tokens":1})", "messages"},
      row{R"({"model":"t","max_tokens":1,"messages":[]})", "messages"},
      row{R"({"model":"t","messages":[{"role":"user","content":"x"}]})", "max_tokens"},
      row{R"({"model":"t","max_tokens":0,"messages":[{"role":"user","content":"x"}]})",
          "max_tokens"},
      row{R"({"model":"t","max_tokens":1,"top_k":5,"messages":[{"role":"user","content":"x"}]})",
          "top_k"},
      row{R"({"model":"t","max_tokens":1,"messages":[{"role":"system","content":"x"}]})",
          "messages[0].role"},
      row{R"({"model":"t","max_tokens":1,"messages":[{"role":"user","content":[{"type":"document"}]}]})",
          "messages[0].content[0].type"},
      row{R"({"model":"t","max_tokens":1,"messages":[{"role":"user","content":[{"type":"tool_result"}]}]})",
          "messages[0].content[0]"},
      row{R"({"model":"t","max_tokens":1,"messages":[{"role":"user","content":"x"}],"tools":[{"type":"web_search_20250305","name":"w"}]})",
          "tools[0].type"},
      row{R"({"model":"t","max_tokens":1,"messages":[{"role":"user","content":"x"}],"tools":[{"name":"w","input_schema":{"type":7}}]})",
          "tools[0].input_schema/type"},
      row{R"({"model":"t","max_tokens":1,"stream":1,"messages":[{"role":"user","content":"x"}]})",
          "stream"});
  CAPTURE(x.body);
  const auto read = anthropic_surface::read(x.body);
  REQUIRE_FALSE(read.has_value());
  CHECK(read.error().code == errc::invalid_request);
  CHECK(read.error().param == x.param);
  CHECK_FALSE(read.error().message.empty());
}

TEST_CASE("a refused request and a safety check that could not be made have their own statuses",
          "[surface]") {
  answer x{.id = "req_1", .task = "t", .ended = outcome::blocked};
  x.problem = error{errc::content_policy_violation, "The provider refused this request.", {}};
  CHECK(openai_surface::write(x, 0, false).status == 400);
  CHECK(anthropic_surface::write(x, false).status == 400);
  CHECK(native::write(x).status == 403);
  x.problem = error{errc::safety_unavailable, "The safety check could not be made.", {}};
  CHECK(openai_surface::write(x, 0, false).status == 503);
  CHECK(anthropic_surface::write(x, false).status == 503);
  CHECK(native::write(x).status == 503);
}
