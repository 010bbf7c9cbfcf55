#include "routes/openai.hpp"

#include <catch2/catch.hpp>

#include <memory>

using namespace hedgerow;
using namespace std::chrono_literals;

namespace {

const model_call call{std::make_shared<const prompt>(), 30s, std::nullopt, {}};

failure failure_of(int status, std::string body, http_headers headers = {}) {
  const auto found = openai::decode({status, std::move(headers), std::move(body)}, call);
  REQUIRE(std::holds_alternative<failure>(found));
  return std::get<failure>(found);
}

std::string answer_with(std::string_view message, std::string_view finish) {
  return R"({"id":"c","model":"m","choices":[{"index":0,"message":)" + std::string{message}
         + R"(,"finish_reason":)" + std::string{finish} + "}]}";
}

} // namespace

TEST_CASE("errors are classified by status, type and code", "[openai]") {
  using enum failure_class;
  struct row {
    int status;
    std::string_view body;
    failure_class kind;
  };
  const std::vector<row> rows{
      {429, R"({"error":{"type":"insufficient_quota","code":"insufficient_quota"}})", quota},
      {429, R"({"error":{"type":"insufficient_quota","code":null}})", quota},
      {429, R"({"error":{"type":"rate_limit_error","code":"rate_limit_exceeded"}})", rate_limit},
      {429, R"({"error":{"type":"x","code":"credit_balance_exhausted"}})", quota},
      {503, R"({"error":{"type":"x","code":"slow_down"}})", rate_limit},
      {400, R"({"error":{"code":"context_length_exceeded"}})", capability},
      {400, R"({"error":{"message":"say 429 please","code":null}})", invalid_request},
      {400, R"({"error":{"code":"content_policy_violation"}})", policy},
      {400, R"({"error":{"code":"invalid_prompt"}})", policy},
      {400,
       R"({"error":{"code":"content_filter",)"
       R"("innererror":{"code":"ResponsibleAIPolicyViolation"}}})",
       policy},
      {400, R"({"error":{"code":"x","innererror":{"code":"ResponsibleAIPolicyViolation"}}})",
       policy},
      {400, R"({"error":{"code":"invalid_image_format"}})", invalid_request},
      {400, R"({"error":{"code":"unsupported_value","param":"temperature"}})", capability},
      {400, R"({"error":{"param":"web_search_options","code":null}})", capability},
      {400, R"({"error":{"param":"response_format","code":"unknown_parameter"}})", invalid_request},
      {400, R"({"error":{"code":"invalid_service_tier"}})", auth},
      {401, R"({"error":{"type":"invalid_request_error","code":"invalid_api_key"}})", auth},
      {403, R"({"error":{"code":"unsupported_country_region_territory"}})", auth},
      {404, R"({"error":{"code":"model_not_found"}})", auth},
      {404, R"({"error":{"param":"model","message":"x"}})", auth},
      {404, R"({"error":{"message":"no such thread"}})", invalid_request},
      {404, "<html>", invalid_request},
      {408, R"({"error":{}})", latency},
      {409, "", transport},
      {500, R"({"error":{"type":"server_error"}})", transport},
      {503, R"({"error":{"code":"server_is_overloaded"}})", transport},
      // Mistral
      {422, R"({"detail":[{"loc":["body"],"msg":"field required","type":"missing"}]})",
       invalid_request},
      {429,
       R"({"object":"error","message":"Service tier capacity exceeded","type":"x","code":"3505"})",
       rate_limit},
      {402, R"({"object":"error","message":"pay"})", quota},
      // DeepSeek
      {402, R"({"error":{"message":"Insufficient Balance","code":"invalid_request_error"}})",
       quota},
      {503, R"({"error":{"message":"overloaded"}})", transport},
      // Groq
      {400, R"({"error":{"code":"tool_use_failed","failed_generation":""}})", contract},
      {400, R"({"error":{"code":"json_validate_failed"}})", contract},
      {498, R"({"error":{"message":"flex capacity exceeded"}})", transport},
      {413,
       R"({"error":{"message":"Request too large for model x on tokens per minute (TPM): Limit 6",)"
       R"("code":"rate_limit_exceeded"}})",
       capability},
      {429,
       R"({"error":{"message":"Request too large for gpt-4o on tokens per min (TPM): Limit 1",)"
       R"("type":"tokens","code":"rate_limit_exceeded"}})",
       capability},
      {429,
       R"({"error":{"message":"Rate limit reached: Request too large tokens per min",)"
       R"("type":"tokens","code":"rate_limit_exceeded"}})",
       rate_limit},
      // OpenRouter
      {402, R"({"error":{"code":402,"message":"credits"}})", quota},
      {402, R"({"error":{"code":402,"metadata":{"limit_source":"openrouter_in_flight_budget"}}})",
       rate_limit},
      {403, R"({"error":{"code":403,"metadata":{"reasons":["violence"],"flagged_input":"…"}}})",
       policy},
      {403, R"({"error":{"code":403,"message":"key disabled"}})", auth},
      {502, R"({"error":{"code":502}})", transport},
      {429,
       R"({"error":{"code":429,)"
       R"("metadata":{"raw":"{\"error\":{\"code\":\"insufficient_quota\"}}"}}})",
       quota},
      {429, R"({"error":{"code":429,"metadata":{"raw":"not json"}}})", rate_limit},
      // Ollama, vLLM, llama.cpp
      {404, R"({"error":"model 'x' not found"})", auth},
      {404,
       R"({"error":{"message":"model \"x\" not found, try pulling it first","type":"api_error"}})",
       auth},
      {404,
       R"({"object":"error","message":"The model `x` does not exist.",)"
       R"("type":"NotFoundError","code":404})",
       auth},
      {404, R"({"error":{"message":"File for the model `x` is gone"}})", invalid_request},
      {400,
       R"({"error":{"message":"This model's maximum context length is 4096 tokens.",)"
       R"("type":"BadRequestError","code":400}})",
       capability},
      {400,
       R"({"error":{"message":"You wrote: this model's maximum context length is 9","code":400}})",
       invalid_request},
      {400, R"({"error":{"code":400,"type":"exceed_context_size_error","n_ctx":512}})", capability},
      {501, R"({"error":{"code":501,"type":"not_supported_error"}})", capability},
      {503, R"({"error":{"code":503,"type":"unavailable_error"}})", transport},
      // The words of each for a prompt too long
      {400,
       R"({"object":"error","message":"Prompt contains 9 tokens, too large for model with 8",)"
       R"("type":"invalid_request_error","code":"3051"})",
       capability},
      {400,
       R"({"error":{"message":"This endpoint's maximum context length is 9 tokens.","code":400}})",
       capability},
      {400, R"({"error":{"message":"the request exceeds the available context size.","code":400}})",
       capability},
      {400,
       R"({"object":"error","message":"The decoder prompt (length 9) is longer than the maximum )"
       R"(model length of 8.","code":400})",
       capability},
      {400, R"({"error":"The number of tokens to keep from the initial prompt is greater than 8"})",
       capability},
      {500, R"({"error":{"message":"Too many tokens","code":500}})", transport},
      // Cohere
      {498, R"({"message":"blocked"})", policy},
      // xAI
      {400, R"({"code":"Client specified an invalid argument","error":"bad"})", invalid_request},
      // Google behind this dialect
      {400,
       R"([{"error":{"code":400,"message":"API key not valid.","status":"INVALID_ARGUMENT"}}])",
       auth},
      {404, R"([{"error":{"code":404,"message":"x","status":"NOT_FOUND"}}])", auth},
      // A list around the error
      {429, R"([{"error":{"code":429}}])", rate_limit},
      {400, "[]", auth},
      // No body that can be read
      {502, "<html>Bad gateway</html>", transport},
      {520, "error code: 520", transport},
      {400, "<html>", auth},
      {401, "", auth},
      {407, "", auth},
      {410, "", auth},
      {413, "<html>", capability},
      {429, "slow down", rate_limit},
      {431, "", capability},
      {451, "", policy},
      {504, "", latency},
      {524, "", latency},
      {529, "", transport},
      {599, "", transport},
      {418, R"({"error":{"message":"teapot"}})", auth},
      {302, "", auth},
  };
  for (const auto& x : rows) {
    INFO(x.status << " " << x.body);
    const auto found = failure_of(x.status, std::string{x.body});
    INFO(found.reason);
    CHECK(to_string(found.kind) == to_string(x.kind));
    CHECK(found.status == x.status);
    CHECK_FALSE(found.reason.empty());
    CHECK(found.reason.size() <= 120);
  }
}

TEST_CASE("the scope says how much of the route a failure concerns", "[openai]") {
  CHECK(failure_of(401, "{}").scope == failure_scope::route);
  CHECK(failure_of(402, "{}").scope == failure_scope::route);
  CHECK(failure_of(404, R"({"error":{"code":"model_not_found"}})").scope == failure_scope::route);
  CHECK(failure_of(418, "{}").scope == failure_scope::unlisted);
  CHECK(failure_of(500, "{}").scope == failure_scope::traffic_class);
  CHECK(failure_of(429, "{}").scope == failure_scope::traffic_class);
}

TEST_CASE("what is too long for this context says so", "[openai]") {
  CHECK(failure_of(400, R"({"error":{"code":"context_length_exceeded"}})").too_long);
  CHECK(failure_of(413, "").too_long);
  CHECK_FALSE(failure_of(400, R"({"error":{"code":"unsupported_value"}})").too_long);
  CHECK(failure_of(200, answer_with(R"({"content":"a"})", R"("model_length")")).too_long);
  CHECK_FALSE(failure_of(200, answer_with(R"({"content":"a"})", R"("length")")).too_long);
}

TEST_CASE("errors inside HTTP 200 are no answers", "[openai]") {
  using enum failure_class;
  struct row {
    std::string body;
    failure_class kind;
  };
  const std::vector<row> rows{
      {R"({"choices":[],"error":{"code":502}})", transport},
      {R"({"error":{"code":429,"message":"x"}})", rate_limit},
      {R"({"error":{"message":"x","type":"insufficient_quota"}})", quota},
      {R"({"code":"The service is currently unavailable","error":"Timed out"})", transport},
      {R"({"error":{"code":"content_filter","status":400}})", policy},
      {R"({"object":"error","message":"x"})", transport},
      {R"({"choices":[{"error":{"code":502},"finish_reason":"error",)"
       R"("message":{"content":"half"}}]})",
       transport},
      {R"({"choices":[]})", transport},
      {R"({"choices":null})", transport},
      {R"({})", transport},
      {R"([])", transport},
      {R"("text")", transport},
      {"", transport},
      {"<html>sign in</html>", transport},
      {R"({"choices":[{"message":{"content":"a"},"finish_reason":"stop"}]} trailing)", transport},
      {R"({"choices":[7]})", transport},
      {R"({"choices":[{"finish_reason":"stop"}]})", transport},
      {answer_with(R"({"content":"a"})", "null"), transport},
      {answer_with(R"({"content":"a"})", "3"), transport},
      {R"({"choices":[{"message":{"content":"a"}}]})", transport},
      {answer_with(R"({"content":null})", R"("stop")"), contract},
      {answer_with(R"({"content":null})", R"("tool_calls")"), contract},
      {answer_with(R"({"content":"","tool_calls":[{"id":"1","type":"function"}]})",
                   R"("tool_calls")"),
       contract},
      {answer_with(R"({"content":null,"refusal":"no"})", R"("stop")"), policy},
      {answer_with(R"({"content":"yes","refusal":"no"})", R"("stop")"), policy},
      {answer_with(R"({"content":[{"type":"refusal","refusal":"no"}]})", R"("stop")"), policy},
      {answer_with(R"({"content":"half"})", R"("content_filter")"), policy},
      {R"({"choices":[{"finish_reason":"content_filter"}]})", policy},
      {answer_with(R"({"content":"a"})", R"("insufficient_system_resource")"), transport},
      {answer_with(R"({"content":"a"})", R"("error")"), transport},
      {answer_with(R"({"content":"a"})", R"("abort")"), transport},
      {answer_with(R"({"content":"a"})", R"("model_length")"), capability},
      {answer_with(R"({"content":"a"})", R"("length")"), capability},
      {answer_with(R"({"content":"a"})", R"("brand_new_value")"), capability},
      {answer_with(R"({"content":"a"})", R"("")"), transport},
      {R"({"choices":[{"message":{"content":"a"},"finish_reason":"stop",)"
       R"("content_filter_results":{"error":{"code":"content_filter_error"}}}]})",
       policy},
      {R"({"choices":[{"message":{"content":"a"},"finish_reason":"stop",)"
       R"("content_filter_results":{"hate":{"filtered":true}}}]})",
       policy},
      {R"({"prompt_filter_results":[{"content_filter_results":{"error":{"code":"x"}}}],)"
       R"("choices":[{"message":{"content":"a"},"finish_reason":"stop"}]})",
       policy},
      {R"({"moderation":{"output":{"type":"error"}},"choices":[{"message":{"content":"a"},)"
       R"("finish_reason":"stop"}]})",
       policy},
  };
  for (const auto& x : rows) {
    INFO(x.body);
    CHECK(to_string(failure_of(200, x.body).kind) == to_string(x.kind));
  }
}

TEST_CASE("an error member that says nothing hides no answer", "[openai]") {
  for (const auto* none : {"null", "{}", R"("")"}) {
    const auto found = openai::decode(
        {200,
         {},
         R"({"choices":[{"message":{"content":"a"},"finish_reason":"stop"}],"error":)"
             + std::string{none} + "}"},
        call);
    CHECK(std::holds_alternative<completion>(found));
  }
}

TEST_CASE("the provider's hint and its word on repeating are taken along", "[openai]") {
  const auto x = failure_of(429, "{}", {{"Retry-After", "7"}, {"X-Should-Retry", "false"}});
  CHECK(x.kind == failure_class::rate_limit);
  CHECK(x.retry_after == 7s);
  CHECK(x.hint == "retry-after");
  CHECK(x.final_for_route);
  CHECK_FALSE(failure_of(500, "{}", {{"x-should-retry", "true"}}).final_for_route);
  CHECK_FALSE(failure_of(500, "{}").retry_after);
}

TEST_CASE("a hint of an hour or more is a quota, a 402 with a hint is a rate limit", "[openai]") {
  const auto day = failure_of(429, "{}", {{"retry-after", "86400"}});
  CHECK(day.kind == failure_class::quota);
  CHECK(day.scope == failure_scope::route);
  CHECK(day.retry_after == 1h);
  CHECK(failure_of(402, "{}", {{"retry-after", "5"}}).kind == failure_class::rate_limit);
}

TEST_CASE("a reason holds neither prose of the provider nor keys", "[openai]") {
  const std::string secret = "sk-live-1234567890";
  const auto prose = failure_of(
      401,
      R"({"error":{"message":"Incorrect key sk-live-1234567890","type":"a sk-live-1234567890 b",)"
      R"("code":"invalid_api_key"}})");
  CHECK(prose.reason == "HTTP 401 invalid_api_key");
  const auto odd =
      failure_of(500, R"({"error":{"code":"the prompt: \"hello\"\n","type":"server_error"}})");
  CHECK(odd.reason == "HTTP 500 server_error");
  const auto unknown =
      failure_of(200, answer_with(R"({"content":"a"})", R"("sk-live-1234567890")"));
  CHECK(unknown.reason.find(secret) == std::string::npos);
  CHECK(failure_of(502, "<html>sk-live-1234567890").reason
        == "HTTP 502 without an error that can be read");
}

TEST_CASE("no body crashes the reader", "[openai]") {
  const std::string whole = R"({"id":"c","model":"m","error":{"code":"x","metadata":{"raw":"[]"}},)"
                            R"("choices":[{"message":{"content":[{"type":"text","text":"a"}],)"
                            R"("tool_calls":[{"id":1,"function":{"name":"f","arguments":{}}}]},)"
                            R"("finish_reason":"stop"}],"usage":{"prompt_tokens":-1}})";
  for (std::size_t n = 0; n <= whole.size(); ++n)
    for (const int status : {200, 400, 500})
      CHECK(
          std::holds_alternative<failure>(openai::decode({status, {}, whole.substr(0, n)}, call)));
  for (const auto* wrong : {"1", "null", "[]", "\"x\"", "{}", "[null]", "[[]]", "true"})
    for (const auto* name :
         {"choices", "error", "usage", "moderation", "prompt_filter_results", "model"}) {
      INFO(name << ": " << wrong);
      auto body = R"({"choices":[{"message":{"content":"a"},"finish_reason":"stop"}],"x":0})";
      const std::string first = R"({")" + std::string{name} + "\":" + wrong + "," + (body + 1);
      CHECK_NOTHROW(openai::decode({200, {}, first}, call));
      CHECK_NOTHROW(openai::decode({400, {}, first}, call));
    }
}
