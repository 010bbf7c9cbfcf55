#include "contracts/json.hpp"
#include "routes/anthropic.hpp"

#include <catch2/catch.hpp>

#include <memory>

using namespace hedgerow;
using namespace std::chrono_literals;

namespace {

model_call call_with(prompt ask) {
  return {std::make_shared<const prompt>(std::move(ask)), 30s, std::nullopt, {}};
}

const model_call plain = call_with({});

std::string body_with(std::string_view content, std::string_view reason,
                      std::string_view more = {}) {
  return R"({"id":"msg_1","type":"message","role":"assistant","model":"claude-x","content":)"
         + std::string{content} + R"(,"stop_reason":)" + std::string{reason} + std::string{more}
         + "}";
}

std::variant<completion, failure> decoded_from(std::string body, const model_call& call = plain) {
  return anthropic::decode({200, {}, std::move(body)}, call);
}

completion answer_of(std::string body, const model_call& call = plain) {
  const auto found = decoded_from(std::move(body), call);
  const auto* bad = std::get_if<failure>(&found);
  INFO((bad == nullptr ? "" : bad->reason));
  REQUIRE(bad == nullptr);
  return std::get<completion>(found);
}

failure failure_of(int status, std::string body, http_headers headers = {}) {
  const auto found = anthropic::decode({status, std::move(headers), std::move(body)}, plain);
  REQUIRE(std::holds_alternative<failure>(found));
  return std::get<failure>(found);
}

std::string error_with(std::string_view type, std::string_view message) {
  return R"({"type":"error","error":{"type":")" + std::string{type} + R"(","message":")"
         + std::string{message} + R"("},"request_id":"req_1"})";
}

const std::string hello = R"([{"type":"text","text":"4"}])";

} // namespace

TEST_CASE("blocks become text, calls and thoughts", "[anthropic]") {
  const auto x = answer_of(
      body_with(R"([{"type":"thinking","thinking":"hm","signature":"sig"},)"
                R"({"type":"redacted_thinking","data":"cipher"},{"type":"text","text":"one"},)"
                R"({"type":"server_tool_use","id":"s","name":"web_search","input":{}},)"
                R"({"type":"text","text":" two","citations":null},)"
                R"({"type":"tool_use","id":"toolu_1","name":"wx",)"
                R"("input":{"city":"Oslo","n":1.00000000000000000001}},)"
                R"({"type":"tool_use","name":"now","input":{}}])",
                R"("tool_use")",
                R"(,"usage":{"input_tokens":10,"cache_creation_input_tokens":5,)"
                R"("cache_read_input_tokens":7,"output_tokens":20,)"
                R"("output_tokens_details":{"thinking_tokens":9}})"));
  CHECK(x.text == "one two");
  CHECK(x.model == "claude-x");
  CHECK(x.finish == finish_reason::tool_calls);
  REQUIRE(x.tool_calls.size() == 2);
  CHECK(x.tool_calls[0].id == "toolu_1");
  CHECK(x.tool_calls[0].name == "wx");
  CHECK(x.tool_calls[0].arguments == R"({"city":"Oslo","n":1.00000000000000000001})");
  CHECK(x.tool_calls[1].id.starts_with("call_"));
  CHECK(x.tool_calls[1].arguments == "{}");
  REQUIRE(x.thoughts.size() == 2);
  CHECK(x.thoughts[0].text == "hm");
  CHECK(x.thoughts[0].signature == "sig");
  CHECK(x.thoughts[1].redacted);
  CHECK(x.thoughts[1].signature == "cipher");
  CHECK(x.usage.input == 22);
  CHECK(x.usage.cached_input == 7);
  CHECK(x.usage.output == 20);
  CHECK(x.usage.reasoning == 9);
}

TEST_CASE("every stop reason has one meaning, an unknown one is no success", "[anthropic]") {
  struct row {
    std::string_view reason;
    std::string_view means;
  };
  for (const auto& x : std::vector<row>{{R"("end_turn")", "ok"},
                                        {R"("stop_sequence")", "ok"},
                                        {R"("tool_use")", "contract"},
                                        {R"("max_tokens")", "capability"},
                                        {R"("model_context_window_exceeded")", "capability"},
                                        {R"("refusal")", "policy"},
                                        {R"("pause_turn")", "capability"},
                                        {R"("brand_new_value")", "capability"},
                                        {"null", "transport"},
                                        {"7", "transport"}}) {
    INFO(x.reason);
    const auto found = decoded_from(body_with(hello, x.reason));
    const auto* bad = std::get_if<failure>(&found);
    CHECK((bad == nullptr ? "ok" : to_string(bad->kind)) == x.means);
  }
  CHECK(failure_of(200, body_with(hello, R"("model_context_window_exceeded")")).too_long);
  CHECK(failure_of(200, body_with("[]", R"("end_turn")")).kind == failure_class::contract);
  CHECK(failure_of(200, body_with(R"([{"type":"tool_use","input":{}}])", R"("tool_use")")).kind
        == failure_class::contract);
}

TEST_CASE("a call is a call whatever the stop reason calls it", "[anthropic]") {
  const auto x = answer_of(
      body_with(R"([{"type":"tool_use","id":"1","name":"wx","input":{}}])", R"("end_turn")"));
  CHECK(x.finish == finish_reason::tool_calls);
}

TEST_CASE("a cut answer is good only where the caller's own limit cut it", "[anthropic]") {
  const auto cut = body_with(hello, R"("max_tokens")", R"(,"usage":{"output_tokens":5})");
  prompt ask;
  ask.params.max_tokens = 5;
  CHECK(answer_of(cut, call_with(ask)).finish == finish_reason::length);
  ask.params.max_tokens = 50;
  CHECK(std::holds_alternative<failure>(decoded_from(cut, call_with(ask))));
  ask.params.max_tokens = 5;
  ask.format.what = output_format::kind::json_object;
  CHECK(std::holds_alternative<failure>(decoded_from(cut, call_with(ask))));
}

TEST_CASE("a refusal names its category and nothing else", "[anthropic]") {
  CHECK(failure_of(200, body_with("[]", R"("refusal")",
                                  R"(,"stop_details":{"category":"cyber","explanation":"x y"}})"))
            .kind
        == failure_class::transport); // One brace too many: no JSON.
  const auto x =
      failure_of(200, body_with("[]", R"("refusal")", R"(,"stop_details":{"category":"cyber"})"));
  CHECK(x.kind == failure_class::policy);
  CHECK(x.reason == "the model refused: cyber");
  CHECK(failure_of(200, body_with("[]", R"("refusal")", R"(,"stop_details":null)")).reason
        == "the model refused");
}

TEST_CASE("Anthropic's errors are classified by type, then by the start of the message",
          "[anthropic]") {
  using enum failure_class;
  struct row {
    int status;
    std::string body;
    failure_class kind;
  };
  const std::string bad = "invalid_request_error";
  for (const auto& x : std::vector<row>{
           {400, error_with(bad, "messages: field required"), invalid_request},
           {400, error_with(bad, "prompt is too long: 9 tokens > 8 maximum"), capability},
           {400, error_with(bad, "input length and `max_tokens` exceed context limit: 9"),
            capability},
           {400, error_with(bad, "You wrote: prompt is too long"), invalid_request},
           {400, error_with(bad, "Your credit balance is too low to access the API."), quota},
           {400, error_with(bad, "You have reached your specified API usage limits."), quota},
           {400, error_with(bad, "You have reached your specified workspace API usage limits."),
            quota},
           {400, error_with(bad, "This model does not support effort level 'x'."), capability},
           {400,
            error_with(bad, "max_tokens: 9 > 8, which is the maximum allowed number of output "
                            "tokens for x"),
            capability},
           {400,
            error_with(bad, "output_config.format.schema: Invalid schema: The compiled grammar "
                            "is too large"),
            capability},
           {400, error_with(bad, "`temperature` is deprecated for this model."), capability},
           {400, error_with(bad, "say 429 please"), invalid_request},
           {401, error_with("authentication_error", "invalid x-api-key"), auth},
           {403, error_with("permission_error", "x"), auth},
           {402, error_with("billing_error", "x"), quota},
           {404, error_with("not_found_error", "model: claude-x"), auth},
           {409, error_with("conflict_error", "x"), transport},
           {413, error_with("request_too_large", "x"), capability},
           {413, "<html>413 Request Entity Too Large</html>", capability},
           {429, error_with("rate_limit_error", "x"), rate_limit},
           {429,
            R"({"error":{"type":"rate_limit_error",)"
            R"("details":{"error_code":"enforced_spend_limit_reached"}}})",
            quota},
           {500, error_with("api_error", "x"), transport},
           {504, error_with("timeout_error", "x"), latency},
           {529, error_with("overloaded_error", "x"), transport},
           {200, error_with("overloaded_error", "x"), transport},
           {200, error_with("rate_limit_error", "x"), rate_limit},
           {200, R"({"error":{"message":"x"}})", transport},
           {200, "<html>", transport},
           {200, "{}", transport},
           {200, "[]", transport},
           {502, "<html>", transport},
           {400, "<html>", auth},
           {400, error_with("brand_new_error", "x"), invalid_request},
           {418, error_with("brand_new_error", "x"), auth},
           {500, error_with("brand_new_error", "x"), transport},
       }) {
    INFO(x.status << " " << x.body);
    const auto found = failure_of(x.status, x.body);
    CHECK(to_string(found.kind) == to_string(x.kind));
    CHECK(found.status == x.status);
    CHECK(found.reason.size() <= 120);
  }
  CHECK(failure_of(413, "<html>").too_long);
}

TEST_CASE("a spend limit is a long wait although nothing says how long", "[anthropic]") {
  const std::string spent = R"({"error":{"type":"rate_limit_error",)"
                            R"("details":{"error_code":"enforced_spend_limit_reached"}}})";
  const auto x = failure_of(429, spent);
  CHECK(x.scope == failure_scope::route);
  CHECK(x.retry_after == 1h);
  CHECK(x.hint == "enforced_spend_limit_reached");
  CHECK(failure_of(429, error_with("rate_limit_error", "x"), {{"retry-after", "7"}}).retry_after
        == 7s);
}

TEST_CASE("no body crashes the reader of Anthropic's replies", "[anthropic]") {
  const auto whole = body_with(R"([{"type":"tool_use","id":1,"name":"f","input":[]},)"
                               R"({"type":"text","text":7},null,[],"x"])",
                               R"("end_turn")", R"(,"usage":{"input_tokens":-1}})");
  for (std::size_t n = 0; n <= whole.size(); ++n)
    for (const int status : {200, 400, 500})
      CHECK_NOTHROW(anthropic::decode({status, {}, whole.substr(0, n)}, plain));
  for (const auto* wrong : {"1", "null", "[]", "\"x\"", "{}", "[null]", "[[]]", "true"})
    for (const auto* name : {"content", "error", "usage", "stop_reason", "stop_details", "model"}) {
      const std::string body = R"({")" + std::string{name} + "\":" + wrong
                               + R"(,"content":[],"stop_reason":"refusal","usage":{}})";
      CHECK_NOTHROW(anthropic::decode({200, {}, body}, plain));
      CHECK_NOTHROW(anthropic::decode({400, {}, body}, plain));
    }
}
