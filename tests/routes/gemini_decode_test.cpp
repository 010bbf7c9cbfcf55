#include "contracts/json.hpp"
#include "routes/gemini.hpp"

#include <catch2/catch.hpp>

#include <memory>

using namespace hedgerow;
using namespace std::chrono_literals;

namespace {

model_call call_with(prompt ask) {
  return {std::make_shared<const prompt>(std::move(ask)), 30s, std::nullopt, {}};
}

const model_call plain = call_with({});

std::string body_with(std::string_view parts, std::string_view reason, std::string_view more = {}) {
  return R"({"candidates":[{"content":{"role":"model","parts":)" + std::string{parts}
         + R"(},"finishReason":)" + std::string{reason}
         + R"(}],"modelVersion":"gemini-x","responseId":"r1")" + std::string{more} + "}";
}

std::variant<completion, failure> decoded_from(std::string body, const model_call& call = plain) {
  return gemini::decode({200, {}, std::move(body)}, call);
}

completion answer_of(std::string body, const model_call& call = plain) {
  const auto found = decoded_from(std::move(body), call);
  const auto* bad = std::get_if<failure>(&found);
  INFO((bad == nullptr ? "" : bad->reason));
  REQUIRE(bad == nullptr);
  return std::get<completion>(found);
}

failure failure_of(int status, std::string body, http_headers headers = {}) {
  const auto found = gemini::decode({status, std::move(headers), std::move(body)}, plain);
  REQUIRE(std::holds_alternative<failure>(found));
  return std::get<failure>(found);
}

std::string error_with(int code, std::string_view status, std::string_view message,
                       std::string_view details = "[]") {
  return R"({"error":{"code":)" + std::to_string(code) + R"(,"message":")" + std::string{message}
         + R"(","status":")" + std::string{status} + R"(","details":)" + std::string{details}
         + "}}";
}

std::string over(std::string_view id) {
  return R"({"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":")"
         + std::string{id} + R"("}]})";
}

std::string retry_in(std::string_view delay) {
  return R"({"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":")"
         + std::string{delay} + R"("})";
}

std::string because(std::string_view reason) {
  return R"([{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":")" + std::string{reason}
         + R"("}])";
}

const std::string hello = R"([{"text":"4"}])";

} // namespace

TEST_CASE("parts become text, calls and thoughts", "[gemini]") {
  const auto x = answer_of(body_with(
      R"([{"text":"hm","thought":true,"thoughtSignature":"s1"},{"text":"one"},)"
      R"({"executableCode":{"code":"1"}},{"text":" two","thoughtSignature":"s2"},)"
      R"({"functionCall":{"id":"f1","name":"wx","args":{"city":"Oslo"}},"thoughtSignature":"s3"},)"
      R"({"functionCall":{"name":"now"}}])",
      R"("STOP")",
      R"(,"usageMetadata":{"promptTokenCount":10,"toolUsePromptTokenCount":3,)"
      R"("cachedContentTokenCount":4,"candidatesTokenCount":5,"thoughtsTokenCount":7,)"
      R"("totalTokenCount":25})"));
  CHECK(x.text == "one two");
  CHECK(x.model == "gemini-x");
  CHECK(x.finish == finish_reason::tool_calls);
  REQUIRE(x.tool_calls.size() == 2);
  CHECK(x.tool_calls[0].id == "f1");
  CHECK(x.tool_calls[0].arguments == R"({"city":"Oslo"})");
  CHECK(x.tool_calls[0].signature == "s3");
  CHECK(x.tool_calls[1].id.starts_with("call_"));
  CHECK(x.tool_calls[1].arguments == "{}");
  REQUIRE(x.thoughts.size() == 2);
  CHECK(x.thoughts[0].text == "hm");
  CHECK(x.thoughts[0].signature == "s1");
  CHECK(x.thoughts[1].text.empty());
  CHECK(x.thoughts[1].signature == "s2");
  CHECK(x.usage.input == 13);
  CHECK(x.usage.cached_input == 4);
  CHECK(x.usage.output == 12);
  CHECK(x.usage.reasoning == 7);
}

TEST_CASE("every finish reason of Google's has one meaning", "[gemini]") {
  struct row {
    std::string_view reason;
    std::string_view means;
  };
  for (const auto& x : std::vector<row>{{R"("STOP")", "ok"},
                                        {R"("MAX_TOKENS")", "capability"},
                                        {R"("SAFETY")", "policy"},
                                        {R"("PROHIBITED_CONTENT")", "policy"},
                                        {R"("BLOCKLIST")", "policy"},
                                        {R"("SPII")", "policy"},
                                        {R"("IMAGE_SAFETY")", "policy"},
                                        {R"("IMAGE_PROHIBITED_CONTENT")", "policy"},
                                        {R"("RECITATION")", "policy"},
                                        {R"("IMAGE_RECITATION")", "policy"},
                                        {R"("LANGUAGE")", "capability"},
                                        {R"("MALFORMED_FUNCTION_CALL")", "contract"},
                                        {R"("UNEXPECTED_TOOL_CALL")", "contract"},
                                        {R"("TOO_MANY_TOOL_CALLS")", "contract"},
                                        {R"("NO_IMAGE")", "capability"},
                                        {R"("IMAGE_OTHER")", "capability"},
                                        {R"("OTHER")", "capability"},
                                        {R"("FINISH_REASON_UNSPECIFIED")", "capability"},
                                        {R"("BRAND_NEW_VALUE")", "capability"},
                                        {"null", "transport"},
                                        {"7", "transport"}}) {
    INFO(x.reason);
    const auto found = decoded_from(body_with(hello, x.reason));
    const auto* bad = std::get_if<failure>(&found);
    CHECK((bad == nullptr ? "ok" : to_string(bad->kind)) == x.means);
  }
}

TEST_CASE("an answer without anything in it is none", "[gemini]") {
  for (const auto* parts :
       {"[]", "null", "{}", R"([{"text":""}])", R"([null])", R"([{"text":"hm","thought":true}])"})
    CHECK(failure_of(200, body_with(parts, R"("STOP")")).kind == failure_class::contract);
  CHECK(failure_of(200, body_with(R"([{"functionCall":{"args":{}}}])", R"("STOP")")).kind
        == failure_class::contract);
  CHECK(failure_of(200, R"({"candidates":[{"finishReason":"STOP"}]})").kind
        == failure_class::contract);
  CHECK(answer_of(body_with(R"([{"inlineData":{}}])", R"("STOP")")).text.empty());
}

TEST_CASE("an answer cut while thinking is good only where the caller cut it", "[gemini]") {
  const auto cut =
      body_with("[]", R"("MAX_TOKENS")", R"(,"usageMetadata":{"thoughtsTokenCount":5})");
  CHECK(std::holds_alternative<failure>(decoded_from(cut)));
  prompt ask;
  for (const int own : {5, 50}) { // Gemini stops thinking well before the limit.
    ask.params.max_tokens = own;
    CHECK(answer_of(cut, call_with(ask)).finish == finish_reason::length);
  }
  auto budgeted = call_with(ask);
  budgeted.max_tokens = 5;
  CHECK(std::holds_alternative<failure>(decoded_from(cut, budgeted)));
}

TEST_CASE("a blocked prompt is policy, whatever the reason is called", "[gemini]") {
  for (const auto* reason : {"SAFETY", "OTHER", "BLOCKLIST", "PROHIBITED_CONTENT", "IMAGE_SAFETY",
                             "MODEL_ARMOR", "JAILBREAK", "BRAND_NEW_VALUE"}) {
    const auto feedback = R"("promptFeedback":{"blockReason":")" + std::string{reason} + R"("})";
    CHECK(failure_of(200, "{" + feedback + "}").kind == failure_class::policy);
    CHECK(failure_of(200, body_with(hello, R"("STOP")", "," + feedback)).kind
          == failure_class::policy);
  }
  CHECK(failure_of(200, R"({"candidates":[{"content":{"parts":[{"text":"a"}]},)"
                        R"("finishReason":"STOP","safetyRatings":[{"blocked":true}]}]})")
            .kind
        == failure_class::policy);
}

TEST_CASE("Google's errors are classified by status, details and reason", "[gemini]") {
  using enum failure_class;
  struct row {
    int status;
    std::string body;
    failure_class kind;
  };
  const std::string bad = "INVALID_ARGUMENT";
  const std::string spent = "RESOURCE_EXHAUSTED";
  const std::string current = "You exceeded your current quota, please check your plan.";
  for (
      const auto& x : std::vector<row>{
          {400, error_with(400, bad, "contents is not specified"), invalid_request},
          {400, error_with(400, bad, "API key not valid.", because("API_KEY_INVALID")), auth},
          {400,
           error_with(400, bad,
                      "The input token count (9) exceeds the maximum number of tokens allowed"),
           capability},
          {400, error_with(400, bad, "Invalid JSON payload received. Unknown name x"), capability},
          {400,
           error_with(400, bad,
                      "The specified schema produces a constraint that has too many states for "
                      "serving."),
           capability},
          {400, error_with(400, bad, "say 429 please"), invalid_request},
          {400, error_with(400, "FAILED_PRECONDITION", "location is not supported"), auth},
          {401, error_with(401, "UNAUTHENTICATED", "x"), auth},
          {402, error_with(402, "RESOURCE_EXHAUSTED", "Your prepayment credits are depleted."),
           quota},
          {403, error_with(403, "PERMISSION_DENIED", "x"), auth},
          {404, error_with(404, "NOT_FOUND", "models/x is not found"), auth},
          {429,
           error_with(429, spent, current,
                      "[" + over("GenerateRequestsPerDayPerProjectPerModel-FreeTier") + ","
                          + retry_in("20s") + "]"),
           quota},
          {429,
           error_with(429, spent, current,
                      "[" + over("GenerateRequestsPerMinutePerProject") + "," + retry_in("37s")
                          + "]"),
           rate_limit},
          {429, error_with(429, spent, current), quota},
          {429, error_with(429, spent, "Your prepayment credits are depleted."), quota},
          {429, error_with(429, spent, "Resource exhausted. Please try again later."), transport},
          {429,
           R"([{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","message":"Resource exhausted.",)"
           R"("errors":[{"reason":"rateLimitExceeded"}]}}])",
           rate_limit},
          {429, error_with(429, spent, "x"), rate_limit},
          {429, "<html>", rate_limit},
          {499, error_with(499, "CANCELLED", "x"), transport},
          {500, error_with(500, "INTERNAL", "x"), transport},
          {503, error_with(503, "UNAVAILABLE", "The model is overloaded."), transport},
          {504, error_with(504, "DEADLINE_EXCEEDED", "x"), latency},
          {200, error_with(503, "UNAVAILABLE", "x"), transport},
          {200, error_with(429, spent, "x"), rate_limit},
          {200, R"({"error":{"message":"x"}})", transport},
          {200, "{}", transport},
          {200, "[]", transport},
          {200, R"({"candidates":[]})", transport},
          {200, "<html>", transport},
          {502, "<html>", transport},
          {413, "<html>", capability},
          {400, "<html>", auth},
          {400, error_with(400, "BRAND_NEW", "x"), invalid_request},
          {418, error_with(418, "BRAND_NEW", "x"), auth},
      }) {
    INFO(x.status << " " << x.body);
    const auto found = failure_of(x.status, x.body);
    CHECK(to_string(found.kind) == to_string(x.kind));
    CHECK(found.status == x.status);
    CHECK(found.reason.size() <= 120);
  }
}

TEST_CASE("the delay in the body is a hint, but none when the day is over", "[gemini]") {
  struct row {
    std::string_view delay;
    std::optional<std::chrono::milliseconds> wait;
  };
  for (const auto& x : std::vector<row>{{"37s", 37s},
                                        {"37.5s", 37500ms},
                                        {"0s", 0s},
                                        {"-1s", std::nullopt},
                                        {"37", std::nullopt},
                                        {"s", std::nullopt},
                                        {"", std::nullopt},
                                        {"1e3s", std::nullopt},
                                        {"nans", std::nullopt}}) {
    INFO(x.delay);
    const auto body = error_with(429, "RESOURCE_EXHAUSTED", "x",
                                 "[" + over("PerMinute") + "," + retry_in(x.delay) + "]");
    const auto found = failure_of(429, body);
    CHECK(found.kind == failure_class::rate_limit);
    CHECK(found.retry_after == x.wait);
    CHECK(found.hint == (x.wait ? "retryDelay" : ""));
    CHECK(failure_of(429, body, {{"retry-after", "3"}}).retry_after == 3s);
  }
  const auto day = failure_of(429, error_with(429, "RESOURCE_EXHAUSTED", "x",
                                              "[" + over("PerDay") + "," + retry_in("20s") + "]"));
  CHECK_FALSE(day.retry_after);
  const auto long_wait =
      failure_of(429, error_with(429, "RESOURCE_EXHAUSTED", "x", "[" + retry_in("86400s") + "]"));
  CHECK(long_wait.kind == failure_class::quota);
}

TEST_CASE("no body crashes the reader of Google's replies", "[gemini]") {
  const auto whole =
      body_with(R"([{"functionCall":{"id":1,"name":"f","args":[]}},{"text":7},null,[],"x"])",
                R"("STOP")", R"(,"usageMetadata":{"promptTokenCount":-1}})");
  const auto error = error_with(429, "RESOURCE_EXHAUSTED", "x",
                                "[" + over("PerDay") + "," + retry_in("20s") + ",null,7]");
  for (const auto& text : {whole, error})
    for (std::size_t n = 0; n <= text.size(); ++n)
      for (const int status : {200, 400, 500})
        CHECK_NOTHROW(gemini::decode({status, {}, text.substr(0, n)}, plain));
  for (const auto* wrong : {"1", "null", "[]", "\"x\"", "{}", "[null]", "[[]]", "true"})
    for (const auto* name : {"candidates", "error", "usageMetadata", "promptFeedback"}) {
      const std::string body = R"({")" + std::string{name} + "\":" + wrong
                               + R"(,"candidates":[{"finishReason":"STOP"}]})";
      CHECK_NOTHROW(gemini::decode({200, {}, body}, plain));
      CHECK_NOTHROW(gemini::decode({400, {}, body}, plain));
    }
}
