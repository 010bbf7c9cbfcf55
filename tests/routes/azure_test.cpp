#include "contracts/json.hpp"
#include "routes/azure.hpp"

#include <catch2/catch.hpp>

#include <memory>

using namespace hedgerow;
using namespace std::chrono_literals;

namespace {

struct fixture {
  route_config route{};
  prompt ask{};

  fixture() {
    route.provider.kind = provider_kind::azure_openai;
    route.provider.base_url = "https://x.openai.azure.com";
    route.provider.api_key = "k";
    route.model = "our gpt";
    ask.messages = {{role::user, {{part::kind::text, "2+2?", {}}}, {}, {}, {}}};
    ask.params.max_tokens = 7;
  }

  model_call call() const { return {std::make_shared<const prompt>(ask), 30s, std::nullopt, {}}; }

  http_request request() const { return azure::encode(route, call()); }
};

} // namespace

TEST_CASE_METHOD(fixture, "the version decides which of Azure's addresses is called", "[azure]") {
  struct row {
    std::string base_url;
    std::string version;
    std::string target;
  };
  const std::string classic = "/openai/deployments/our%20gpt/chat/completions?api-version=";
  const std::string v1 = "/openai/v1/chat/completions";
  for (const auto& x : std::vector<row>{
           {"https://x.openai.azure.com", "2024-10-21", classic + "2024-10-21"},
           {"https://x.openai.azure.com/", "2025-04-01-preview", classic + "2025-04-01-preview"},
           {"https://x.openai.azure.com/openai", "2024-10-21", classic + "2024-10-21"},
           {"https://x.openai.azure.com/openai/deployments", "2024-10-21", classic + "2024-10-21"},
           {"https://h/azure", "2024-10-21", "/azure" + classic + "2024-10-21"},
           {"https://x.openai.azure.com", "", v1},
           {"https://x.openai.azure.com/openai", "", v1},
           {"https://x.openai.azure.com/openai/v1/", "", v1},
           {"https://x.openai.azure.com", "v1", v1 + "?api-version=v1"},
           {"https://x.openai.azure.com", "preview", v1 + "?api-version=preview"},
           {"https://h/openaiish", "", "/openaiish" + v1}}) {
    INFO(x.base_url << " " << x.version);
    route.provider.base_url = x.base_url;
    route.provider.api_version = x.version;
    CHECK(request().target == x.target);
  }
}

TEST_CASE_METHOD(fixture, "the key goes under Azure's name, a configured token beside it",
                 "[azure]") {
  CHECK(header(request().headers, "api-key") == "k");
  CHECK(header(request().headers, "authorization").empty());
  route.provider.api_key.clear();
  route.provider.headers = {{"Authorization", "Bearer t"}};
  CHECK(header(request().headers, "api-key").empty());
  CHECK(header(request().headers, "authorization") == "Bearer t");
}

TEST_CASE_METHOD(fixture, "the output limit has the name that the version knows", "[azure]") {
  const auto named = [this](const char* name) {
    const auto body = json::parse(request().body);
    return json::find(*body, name) != nullptr;
  };
  for (const auto* old : {"2023-05-15", "2024-06-01", "2024-08-01-preview"}) {
    route.provider.api_version = old;
    CHECK(named("max_tokens"));
    CHECK_FALSE(named("max_completion_tokens"));
  }
  for (const auto* newer : {"", "v1", "2024-09-01-preview", "2025-04-01-preview"}) {
    route.provider.api_version = newer;
    CHECK(named("max_completion_tokens"));
    CHECK_FALSE(named("max_tokens"));
  }
}

TEST_CASE_METHOD(fixture, "a name that OpenAI's models cannot call is refused before", "[azure]") {
  CHECK_FALSE(azure::objection(route, call()));
  ask.tools = {{"files.list", {}, {}, {}}};
  REQUIRE(azure::objection(route, call()));
  CHECK(azure::objection(route, call())->kind == failure_class::capability);
}
