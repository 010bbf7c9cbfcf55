// The vectors of semantics.md §11.8 that are no streams, in every dialect they are of.
#include "routes/dialect.hpp"

#include <catch2/catch.hpp>

#include <memory>
#include <vector>

using namespace hedgerow;

namespace {

struct vector_row {
  provider_kind from;
  int status;
  std::string_view body;
  failure_class kind;
};

failure failure_of(const vector_row& x) {
  model_call call;
  call.ask = std::make_shared<const prompt>();
  const auto found = dialect_of(x.from)->decode({x.status, {}, std::string{x.body}}, call, {});
  REQUIRE(std::holds_alternative<failure>(found));
  return std::get<failure>(found);
}

} // namespace

TEST_CASE("every published vector has its class", "[vectors]") {
  using enum provider_kind;
  using enum failure_class;
  for (const auto& x : std::vector<vector_row>{
           {openai, 429, R"({"error":{"type":"insufficient_quota","code":"insufficient_quota"}})",
            quota},
           {openai, 429, R"({"error":{"type":"rate_limit_error","code":"rate_limit_exceeded"}})",
            rate_limit},
           {openai, 400, R"({"error":{"code":"context_length_exceeded"}})", capability},
           {openai, 400, R"({"error":{"message":"say 429 please","code":null}})", invalid_request},
           {openai, 200, R"({"choices":[],"error":{"code":502}})", transport},
           {openai, 200,
            R"({"moderation":{"output":{"type":"error"}},)"
            R"("choices":[{"message":{"content":"a"},"finish_reason":"stop"}]})",
            policy},
           {anthropic, 413, "<html>413</html>", capability},
           {anthropic, 200,
            R"({"content":[{"type":"text","text":"a"}],)"
            R"("stop_reason":"model_context_window_exceeded"})",
            capability},
           {anthropic, 200,
            R"({"content":[{"type":"text","text":"a"}],"stop_reason":"brand_new_value"})",
            capability},
           {gemini, 429,
            R"({"error":{"code":429,"status":"RESOURCE_EXHAUSTED","details":[)"
            R"({"@type":"type.googleapis.com/google.rpc.QuotaFailure",)"
            R"("violations":[{"quotaId":"GenerateRequestsPerDayPerProjectPerModel-FreeTier"}]},)"
            R"({"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"20s"}]}})",
            quota},
           {gemini, 200, R"({"promptFeedback":{"blockReason":"OTHER"}})", policy},
           {gemini, 200, R"({"candidates":[{"content":{"parts":[]},"finishReason":"STOP"}]})",
            contract},
           {azure_openai, 200,
            R"({"choices":[{"message":{"content":"a"},"finish_reason":"stop",)"
            R"("content_filter_results":{"error":{"code":"content_filter_error"}}}]})",
            policy},
           {openai, 200,
            R"({"choices":[{"message":{"content":"a"},"finish_reason":"guardrail_intervened"}]})",
            policy},
           {anthropic, 200,
            R"({"content":[{"type":"text","text":"a"}],"stop_reason":"guardrail_intervened"})",
            policy},
           {openai, 200,
            R"({"choices":[{"message":{"content":"a"},)"
            R"("finish_reason":"insufficient_system_resource"}]})",
            transport},
           {openai, 400, R"({"error":{"code":"json_validate_failed"}})", contract},
           {openai, 403, R"({"error":{"code":403,"metadata":{"reasons":["violence"]}}})", policy},
       }) {
    INFO(to_string(x.from) << " " << x.status << " " << x.body);
    CHECK(to_string(failure_of(x).kind) == to_string(x.kind));
  }
}

TEST_CASE("pages and refused keys mean the same in every dialect", "[vectors]") {
  using enum provider_kind;
  using enum failure_class;
  for (const auto from : {openai, anthropic, gemini, azure_openai}) {
    INFO(to_string(from));
    CHECK(failure_of({from, 502, "<html>Bad gateway</html>", transport}).kind == transport);
    CHECK(failure_of({from, 401, "", auth}).kind == auth);
    CHECK(failure_of({from, 401, R"({"error":{"message":"x"}})", auth}).kind == auth);
    CHECK(failure_of({from, 200, "<html>sign in</html>", transport}).kind == transport);
    CHECK(failure_of({from, 413, "<html>", capability}).too_long);
  }
}
