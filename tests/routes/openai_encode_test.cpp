#include "contracts/json.hpp"
#include "contracts/lowering.hpp"
#include "routes/openai.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <limits>
#include <memory>

using namespace hedgerow;
using namespace std::chrono_literals;

namespace {

struct fixture {
  route_config route{};
  prompt ask{};
  std::optional<std::int64_t> budget{};
  std::string traceparent{};

  fixture() {
    route.provider.base_url = "http://127.0.0.1:11434/v1";
    route.model = "m1";
  }

  model_call call() const {
    return {.ask = std::make_shared<const prompt>(ask),
            .total = 30s,
            .max_tokens = budget,
            .traceparent = traceparent};
  }

  http_request request() const { return openai::encode(route, call()); }

  json::document body() const {
    auto parsed = json::parse(request().body);
    REQUIRE(parsed.has_value());
    return std::move(*parsed);
  }

  void say(role from, std::string text) {
    ask.messages.push_back({from, {{part::kind::text, std::move(text), {}}}, {}, {}, {}});
  }
};

std::string text_at(const json::value& x, std::string_view pointer) {
  const auto* found = json::at(x, pointer);
  return found != nullptr && found->IsString() ? std::string{json::text_of(*found)} : "(none)";
}

} // namespace

TEST_CASE_METHOD(fixture, "the target keeps the provider's prefix", "[openai]") {
  for (const auto& [url, target] : std::vector<std::pair<std::string, std::string>>{
           {"https://api.openai.com/v1", "/v1/chat/completions"},
           {"http://h:1", "/chat/completions"},
           {"http://h:1/", "/chat/completions"},
           {"https://h/openai/v1/", "/openai/v1/chat/completions"}}) {
    route.provider.base_url = url;
    CHECK(request().target == target);
  }
}

TEST_CASE_METHOD(fixture, "the key is sent only where there is one", "[openai]") {
  CHECK(header(request().headers, "authorization").empty());
  route.provider.api_key = "k";
  route.provider.headers = {{"X-Org", "o"}};
  const auto x = request();
  CHECK(header(x.headers, "authorization") == "Bearer k");
  CHECK(header(x.headers, "x-org") == "o");
  CHECK(header(x.headers, "content-type") == "application/json");
  CHECK(header(x.headers, "accept") == "application/json");
  CHECK(x.body.find("\"k\"") == std::string::npos);
}

TEST_CASE_METHOD(fixture, "a trace goes only to providers that may see it", "[openai]") {
  traceparent = "00-1-2-01";
  CHECK(header(request().headers, "traceparent").empty());
  route.provider.trace = true;
  CHECK(header(request().headers, "traceparent") == "00-1-2-01");
}

TEST_CASE_METHOD(fixture, "a plain question is as small as it can be", "[openai]") {
  say(role::system, "Be brief.");
  say(role::user, "2+2?\n\"\x01");
  CHECK(request().body
        == R"({"model":"m1","messages":[{"role":"system","content":"Be brief."},)"
           R"({"role":"user","content":"2+2?\n\"\u0001"}]})");
}

TEST_CASE_METHOD(fixture, "every kind of message arrives whole", "[openai]") {
  ask.messages = {
      {role::user,
       {{part::kind::text, "look", {}},
        {part::kind::image, "data:image/png;base64,AA==", "low"},
        {part::kind::image, "https://x/y.png", {}}},
       {},
       {},
       "ann"},
      {role::assistant,
       {},
       {{"call_1", "wx", R"({"city":"Oslo"})"}, {"call_2", "now", "{"}},
       {},
       {}},
      {role::tool, {{part::kind::text, "3C", {}}}, {}, "call_1", {}},
      {role::assistant, {}, {}, {}, {}},
  };
  const auto x = body();
  CHECK(text_at(x, "/messages/0/name") == "ann");
  CHECK(text_at(x, "/messages/0/content/0/type") == "text");
  CHECK(text_at(x, "/messages/0/content/0/text") == "look");
  CHECK(text_at(x, "/messages/0/content/1/type") == "image_url");
  CHECK(text_at(x, "/messages/0/content/1/image_url/url") == "data:image/png;base64,AA==");
  CHECK(text_at(x, "/messages/0/content/1/image_url/detail") == "low");
  CHECK(json::at(x, "/messages/0/content/2/image_url/detail") == nullptr);
  CHECK(json::at(x, "/messages/1/content")->IsNull());
  CHECK(text_at(x, "/messages/1/tool_calls/0/id") == "call_1");
  CHECK(text_at(x, "/messages/1/tool_calls/0/type") == "function");
  CHECK(text_at(x, "/messages/1/tool_calls/0/function/name") == "wx");
  CHECK(text_at(x, "/messages/1/tool_calls/0/function/arguments") == R"({"city":"Oslo"})");
  CHECK(text_at(x, "/messages/1/tool_calls/1/function/arguments") == "{");
  CHECK(text_at(x, "/messages/2/role") == "tool");
  CHECK(text_at(x, "/messages/2/tool_call_id") == "call_1");
  CHECK(text_at(x, "/messages/2/content") == "3C");
  CHECK(text_at(x, "/messages/3/content").empty());
}

TEST_CASE_METHOD(fixture, "tools pass through byte for byte, the choice with them", "[openai]") {
  const std::string schema = R"({"type":"object","properties":{"city":{"type":"string"}}})";
  say(role::user, "x");
  ask.params.parallel_tool_calls = false;
  ask.choice = tool_choice{tool_choice::kind::required, {}};
  CHECK(json::find(body(), "tool_choice") == nullptr);
  CHECK(json::find(body(), "parallel_tool_calls") == nullptr);
  ask.tools = {{"wx", "Weather", schema, true}, {"now", {}, {}, std::nullopt}};
  CHECK(request().body.find("\"parameters\":" + schema) != std::string::npos);
  auto x = body();
  CHECK(text_at(x, "/tools/0/type") == "function");
  CHECK(text_at(x, "/tools/0/function/description") == "Weather");
  CHECK(json::at(x, "/tools/0/function/strict")->IsTrue());
  CHECK(text_at(x, "/tools/1/function/name") == "now");
  CHECK(json::at(x, "/tools/1/function")->MemberCount() == 1);
  CHECK(text_at(x, "/tool_choice") == "required");
  CHECK(json::find(x, "parallel_tool_calls")->IsFalse());
  ask.choice = tool_choice{tool_choice::kind::named, "wx"};
  CHECK(text_at(body(), "/tool_choice/function/name") == "wx");
  CHECK(text_at(body(), "/tool_choice/type") == "function");
  ask.choice = tool_choice{tool_choice::kind::none, {}};
  CHECK(text_at(body(), "/tool_choice") == "none");
  ask.choice = tool_choice{};
  CHECK(text_at(body(), "/tool_choice") == "auto");
}

TEST_CASE_METHOD(fixture, "parameters go along, what is absent does not", "[openai]") {
  say(role::user, "x");
  CHECK(body().MemberCount() == 2);
  ask.params = {.temperature = 0.7,
                .top_p = 1,
                .frequency_penalty = -0.5,
                .presence_penalty = 1e-9,
                .seed = std::numeric_limits<std::int64_t>::max(),
                .max_tokens = std::nullopt,
                .stop = {"\n", "END"},
                .reasoning_effort = "low",
                .parallel_tool_calls = std::nullopt,
                .user = "u1"};
  const auto x = body();
  CHECK(json::find(x, "temperature")->GetDouble() == 0.7);
  CHECK(json::find(x, "top_p")->GetDouble() == 1);
  CHECK(json::find(x, "frequency_penalty")->GetDouble() == -0.5);
  CHECK(json::find(x, "presence_penalty")->GetDouble() == 1e-9);
  CHECK(json::find(x, "seed")->GetInt64() == std::numeric_limits<std::int64_t>::max());
  CHECK(text_at(x, "/stop/1") == "END");
  CHECK(text_at(x, "/reasoning_effort") == "low");
  CHECK(text_at(x, "/user") == "u1");
  ask.params.temperature = std::numeric_limits<double>::infinity();
  CHECK(json::find(body(), "temperature") == nullptr);
}

TEST_CASE_METHOD(fixture, "the output limit is the smallest that applies, under the server's name",
                 "[openai]") {
  say(role::user, "x");
  const auto limit = [this](const char* name) {
    const auto x = body();
    const auto* found = json::find(x, name);
    return found == nullptr ? -1 : found->GetInt();
  };
  route.max_output = 4096;
  CHECK(limit("max_tokens") == -1);
  budget = 9000;
  CHECK(limit("max_tokens") == 4096);
  ask.params.max_tokens = 100;
  CHECK(limit("max_tokens") == 100);
  budget = 50;
  CHECK(limit("max_tokens") == 50);
  CHECK(limit("max_completion_tokens") == -1);
  for (const auto* own : {"https://api.openai.com/v1", "https://API.openai.com:443/v1"}) {
    route.provider.base_url = own;
    CHECK(limit("max_completion_tokens") == 50);
    CHECK(limit("max_tokens") == -1);
  }
  route.provider.base_url = "https://api.openai.com.example.org/v1";
  CHECK(limit("max_tokens") == 50);
}

TEST_CASE_METHOD(fixture, "a schema that can be sent strictly is", "[openai]") {
  const auto source = json::parse(
      R"({"type":"object","required":["a"],"properties":{"a":{"type":"string"},"b":{"type":"integer"}}})");
  ask.format = {.what = output_format::kind::json_schema,
                .name = "t",
                .schema = json::compact(*source),
                .lowered = std::make_shared<const lowered_schemas>(*source)};
  const auto x = body();
  CHECK(json::at(x, "/response_format/json_schema/strict")->IsTrue());
  CHECK(json::at(x, "/response_format/json_schema/schema/required/1") != nullptr);
  CHECK(json::at(x, "/response_format/json_schema/schema/additionalProperties")->IsFalse());
  ask.format.strict = false; // The caller's own word.
  CHECK(json::at(body(), "/response_format/json_schema/strict")->IsFalse());
  CHECK(json::at(body(), "/response_format/json_schema/schema/required/1") == nullptr);
  const auto map = json::parse(R"({"type":"object","additionalProperties":{"type":"string"}})");
  ask.format = {.what = output_format::kind::json_schema,
                .schema = json::compact(*map),
                .lowered = std::make_shared<const lowered_schemas>(*map)};
  CHECK(json::at(body(), "/response_format/json_schema/strict") == nullptr);
  CHECK(text_at(body(), "/response_format/json_schema/schema/additionalProperties/type")
        == "string");
}

TEST_CASE_METHOD(fixture, "a schema goes as response_format to routes that know it", "[openai]") {
  say(role::user, "x");
  ask.format = {output_format::kind::json_schema, "my ticket/ü", R"({"type":"object"})", true};
  const auto x = body();
  CHECK(text_at(x, "/response_format/type") == "json_schema");
  CHECK(text_at(x, "/response_format/json_schema/name") == "my_ticket___");
  CHECK(text_at(x, "/response_format/json_schema/schema/type") == "object");
  CHECK(json::at(x, "/response_format/json_schema/strict")->IsTrue());
  CHECK(json::find(x, "messages")->Size() == 1);
  ask.format.name.clear();
  CHECK(text_at(body(), "/response_format/json_schema/name") == "answer");
}

TEST_CASE_METHOD(fixture, "other routes are told the schema in the system message", "[openai]") {
  route.capabilities = {};
  route.capabilities.bits = static_cast<std::uint8_t>(capability::tools);
  ask.format = {output_format::kind::json_schema, "t", R"({"type":"object"})", std::nullopt};
  say(role::user, "x");
  auto x = body();
  CHECK(json::find(x, "response_format") == nullptr);
  REQUIRE(json::find(x, "messages")->Size() == 2);
  CHECK(text_at(x, "/messages/0/role") == "system");
  CHECK(text_at(x, "/messages/0/content").ends_with(R"({"type":"object"})"));
  CHECK(text_at(x, "/messages/1/content") == "x");
  ask.messages.insert(ask.messages.begin(),
                      {role::system, {{part::kind::text, "Be brief.", {}}}, {}, {}, {}});
  x = body();
  REQUIRE(json::find(x, "messages")->Size() == 2);
  CHECK(text_at(x, "/messages/0/content").starts_with("Be brief.\n\n"));
  CHECK(text_at(x, "/messages/0/content").ends_with(R"({"type":"object"})"));
}

TEST_CASE_METHOD(fixture, "JSON without a schema is named in the words OpenAI asks for",
                 "[openai]") {
  say(role::user, "x");
  ask.format.what = output_format::kind::json_object;
  auto x = body();
  CHECK(text_at(x, "/response_format/type") == "json_object");
  CHECK(text_at(x, "/messages/0/role") == "system");
  CHECK(text_at(x, "/messages/0/content").find("JSON") != std::string::npos);
  say(role::user, "as Json please");
  x = body();
  CHECK(json::find(x, "messages")->Size() == 2);
  CHECK(text_at(x, "/messages/0/role") == "user");
  route.capabilities.bits = 0;
  x = body();
  CHECK(json::find(x, "response_format") == nullptr);
  CHECK(text_at(x, "/messages/0/role") == "system");
}

TEST_CASE_METHOD(fixture, "a tool is strict where its caller left that open", "[openai]") {
  const std::string schema =
      R"({"type":"object","properties":{"a":{"type":"string"},"b":{"type":"integer"}},)"
      R"("required":["a"]})";
  say(role::user, "x");
  ask.tools = {{"open", {}, schema, std::nullopt},
               {"lax", {}, schema, false},
               {"map", {}, R"({"type":"object","additionalProperties":{}})", std::nullopt}};
  const auto x = body();
  CHECK(json::at(x, "/tools/0/function/strict")->IsTrue());
  CHECK(json::at(x, "/tools/0/function/parameters/required")->Size() == 2);
  CHECK(json::at(x, "/tools/0/function/parameters/additionalProperties")->IsFalse());
  CHECK(json::at(x, "/tools/1/function/strict")->IsFalse());
  CHECK(json::at(x, "/tools/1/function/parameters/required")->Size() == 1);
  CHECK(json::at(x, "/tools/2/function/strict") == nullptr);
  CHECK(json::at(x, "/tools/2/function/parameters/additionalProperties") != nullptr);
  route.capabilities.bits = static_cast<std::uint8_t>(capability::tools);
  CHECK(json::at(body(), "/tools/0/function/strict") == nullptr);
  CHECK(json::at(body(), "/tools/0/function/parameters/required")->Size() == 1);
}

TEST_CASE_METHOD(fixture, "what was kept of a tool's schema is what is sent", "[openai]") {
  const auto source = json::parse(R"({"type":"object","properties":{"kept":{"type":"string"}}})");
  ask.tools = {{"f",
                {},
                R"({"type":"object","properties":{}})",
                std::nullopt,
                std::make_shared<const lowered_schemas>(*source)}};
  CHECK(json::at(body(), "/tools/0/function/parameters/properties/kept") != nullptr);
}

TEST_CASE_METHOD(fixture, "ids of other providers arrive in a form that the server takes",
                 "[openai]") {
  const std::string foreign = "functions.wx:0";
  ask.messages = {{role::assistant, {}, {{foreign, "wx", "{}"}}, {}, {}},
                  {role::tool, {{part::kind::text, "3C", {}}}, {}, foreign, {}}};
  const auto ids = [this] {
    const auto x = body();
    CHECK(text_at(x, "/messages/0/tool_calls/0/id") == text_at(x, "/messages/1/tool_call_id"));
    return text_at(x, "/messages/1/tool_call_id");
  };
  CHECK(ids() == foreign);
  route.provider.base_url = "https://api.openai.com/v1";
  CHECK(ids().starts_with("call_"));
  CHECK(ids().size() <= 40);
  route.provider.base_url = "https://api.mistral.ai/v1";
  CHECK(ids().size() == 9);
  CHECK(ids().find_first_not_of("0123456789abcdef") == std::string::npos);
  ask.messages[0].tool_calls[0].id = ask.messages[1].tool_call_id = "Ab3dE6gH9";
  CHECK(ids() == "Ab3dE6gH9");
}

TEST_CASE_METHOD(fixture, "only api.openai.com is known to be particular about names", "[openai]") {
  ask.tools = {{"files.list", {}, {}, {}}};
  CHECK_FALSE(openai::objection(route, call()));
  route.provider.base_url = "https://api.openai.com/v1";
  REQUIRE(openai::objection(route, call()));
  CHECK(openai::objection(route, call())->kind == failure_class::capability);
}

TEST_CASE_METHOD(fixture, "a configured header stands for the one of the dialect", "[openai]") {
  route.provider.api_key = "k";
  route.provider.headers = {{"Authorization", "Basic x"}};
  const auto x = request();
  CHECK(header(x.headers, "authorization") == "Basic x");
  CHECK(std::ranges::count_if(
            x.headers, [](const auto& field) { return same_name(field.first, "authorization"); })
        == 1);
}
