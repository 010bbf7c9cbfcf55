#include "routes/openai.hpp"

#include <catch2/catch.hpp>

#include <memory>

using namespace hedgerow;
using namespace std::chrono_literals;

namespace {

model_call call_with(prompt ask = {}) {
  return {std::make_shared<const prompt>(std::move(ask)), 30s, std::nullopt, {}};
}

std::string body_with(std::string_view message, std::string_view finish, std::string_view usage) {
  return R"({"id":"chatcmpl-1","object":"chat.completion","model":"m-2024",)"
         R"("choices":[{"index":0,"message":)"
         + std::string{message} + R"(,"finish_reason":")" + std::string{finish} + R"("}],"usage":)"
         + std::string{usage} + "}";
}

completion answer_of(std::string_view message, std::string_view finish = "stop",
                     std::string_view usage = "{}", const model_call& call = call_with()) {
  const auto found = openai::decode({200, {}, body_with(message, finish, usage)}, call);
  if (const auto* bad = std::get_if<failure>(&found))
    FAIL(bad->reason);
  return std::get<completion>(found);
}

bool cut_is_good(const model_call& call, int output,
                 std::string_view message = R"({"content":"{"})") {
  const auto usage = R"({"completion_tokens":)" + std::to_string(output) + "}";
  const auto found = openai::decode({200, {}, body_with(message, "length", usage)}, call);
  const auto* good = std::get_if<completion>(&found);
  if (good != nullptr)
    CHECK(good->finish == finish_reason::length);
  else
    CHECK(std::get<failure>(found).kind == failure_class::capability);
  return good != nullptr;
}

prompt limited(std::int64_t most) {
  prompt x;
  x.params.max_tokens = most;
  return x;
}

} // namespace

TEST_CASE("a whole answer is read with its model and usage", "[openai]") {
  const auto x = answer_of(R"({"role":"assistant","content":"4 ½","refusal":null})", "stop",
                           R"({"prompt_tokens":14,"completion_tokens":9,"total_tokens":23,)"
                           R"("prompt_tokens_details":{"cached_tokens":3},)"
                           R"("completion_tokens_details":{"reasoning_tokens":5}})");
  CHECK(x.text == "4 ½");
  CHECK(x.tool_calls.empty());
  CHECK(x.finish == finish_reason::stop);
  CHECK(x.model == "m-2024");
  CHECK(x.usage.input == 14);
  CHECK(x.usage.output == 9);
  CHECK(x.usage.cached_input == 3);
  CHECK(x.usage.reasoning == 5);
}

TEST_CASE("usage is the same whoever counts it", "[openai]") {
  const auto deepseek =
      answer_of(R"({"content":"a"})", "stop", R"({"prompt_tokens":9,"prompt_cache_hit_tokens":4})");
  CHECK(deepseek.usage.cached_input == 4);
  // xAI counts reasoning beside the completion.
  const auto xai = answer_of(R"({"content":"a"})", "stop",
                             R"({"prompt_tokens":12,"completion_tokens":2,"total_tokens":334,)"
                             R"("completion_tokens_details":{"reasoning_tokens":320}})");
  CHECK(xai.usage.output == 322);
  const auto odd =
      answer_of(R"({"content":"a"})", "stop", R"({"prompt_tokens":-4,"completion_tokens":1e300})");
  CHECK(odd.usage.input == 0);
  CHECK(odd.usage.output > 0);
}

TEST_CASE("tool calls come whole, whatever the finish reason says", "[openai]") {
  for (const auto* finish : {"tool_calls", "stop", "function_call"}) {
    const auto x = answer_of(
        R"({"content":null,"tool_calls":[)"
        R"({"id":"call_1","type":"function","function":{"name":"wx",)"
        R"("arguments":"{\"city\":\"Oslo\"}"}},)"
        R"({"id":"call_2","type":"function","function":{"name":"now","arguments":{"a":1}}}]})",
        finish);
    REQUIRE(x.tool_calls.size() == 2);
    CHECK(x.text.empty());
    CHECK(x.finish == finish_reason::tool_calls);
    CHECK(x.tool_calls[0].id == "call_1");
    CHECK(x.tool_calls[0].name == "wx");
    CHECK(x.tool_calls[0].arguments == R"({"city":"Oslo"})");
    CHECK(x.tool_calls[1].arguments == R"({"a":1})");
  }
}

TEST_CASE("a legacy function call is a tool call", "[openai]") {
  const auto x = answer_of(R"({"content":null,"function_call":{"name":"f","arguments":"{}"}})",
                           "function_call");
  REQUIRE(x.tool_calls.size() == 1);
  CHECK(x.tool_calls[0].name == "f");
  CHECK(x.tool_calls[0].arguments == "{}");
  CHECK_FALSE(x.tool_calls[0].id.empty());
  CHECK(x.finish == finish_reason::tool_calls);
}

TEST_CASE("missing ids are made up: distinct, and the same for the same reply", "[openai]") {
  const auto read = [] {
    return answer_of(R"({"tool_calls":[{"id":"","function":{"name":"a","arguments":"{}"}},)"
                     R"({"function":{"name":"a","arguments":"{}"}}]})",
                     "tool_calls");
  };
  const auto x = read();
  REQUIRE(x.tool_calls.size() == 2);
  CHECK(x.tool_calls[0].id != x.tool_calls[1].id);
  CHECK(x.tool_calls[0].id == read().tool_calls[0].id);
  CHECK(x.tool_calls[0].id.size() <= 40);
}

TEST_CASE("thinking is no part of the answer", "[openai]") {
  const auto x =
      answer_of(R"({"content":[{"type":"thinking","thinking":[{"type":"text","text":"hm"}]},)"
                R"({"type":"text","text":"4"},{"type":"text","text":"2"}]})");
  CHECK(x.text == "42");
  CHECK(answer_of(R"({"content":"4","reasoning_content":"hm","reasoning":"hm"})").text == "4");
}

TEST_CASE("a spoken answer's words are its text", "[openai]") {
  CHECK(answer_of(R"({"content":null,"audio":{"data":"AA==","transcript":"hello"}})").text
        == "hello");
}

TEST_CASE("Snowflake's empty finish reason is whole unless a limit was near", "[openai]") {
  const auto* message =
      R"({"content":"a","refusal":"","function_call":{"name":"","arguments":""}})";
  const auto* usage = R"({"completion_tokens":14})";
  CHECK(answer_of(message, "", usage).text == "a");
  CHECK(answer_of(message, "", usage, call_with(limited(15))).finish == finish_reason::stop);
  const auto cut = openai::decode({200, {}, body_with(message, "", usage)}, call_with(limited(14)));
  CHECK(std::holds_alternative<failure>(cut));
}

TEST_CASE("a truncated answer is good only where the caller's own limit cut it", "[openai]") {
  CHECK(cut_is_good(call_with(limited(100)), 100));
  CHECK(cut_is_good(call_with(limited(100)), 99)); // some servers do not count the last token
  CHECK(cut_is_good(call_with(limited(100)), 0));  // not counted at all
  CHECK_FALSE(cut_is_good(call_with(), 100));
  CHECK_FALSE(cut_is_good(call_with(limited(100)), 60)); // the route's limit, or the context
  auto budget = call_with(limited(100));
  budget.max_tokens = 50;
  CHECK_FALSE(cut_is_good(budget, 50));
  budget.max_tokens = 100;
  CHECK(cut_is_good(budget, 100));
  auto formatted = limited(100);
  formatted.format.what = output_format::kind::json_object;
  CHECK_FALSE(cut_is_good(call_with(formatted), 100));
  auto forced = limited(100);
  forced.choice = tool_choice{tool_choice::kind::required, {}};
  CHECK_FALSE(cut_is_good(call_with(forced), 100));
  CHECK_FALSE(
      cut_is_good(call_with(limited(100)), 100,
                  R"({"tool_calls":[{"id":"1","function":{"name":"f","arguments":"{"}}]})"));
}

TEST_CASE("blank lines before the answer keep a connection alive, no more", "[openai]") {
  const auto found = openai::decode(
      {200, {}, "\n\n\n" + body_with(R"({"content":"a"})", "stop", "{}") + "\n"}, call_with());
  CHECK(std::holds_alternative<completion>(found));
}
