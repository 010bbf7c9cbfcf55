#include "contracts/json.hpp"
#include "contracts/lowering.hpp"
#include "routes/anthropic.hpp"

#include <catch2/catch.hpp>

#include <memory>

using namespace hedgerow;
using namespace std::chrono_literals;

namespace {

struct fixture {
  route_config route{};
  prompt ask{};
  std::optional<std::int64_t> budget{};

  fixture() {
    route.provider.kind = provider_kind::anthropic;
    route.provider.base_url = "https://api.anthropic.com";
    route.model = "claude-x";
  }

  model_call call() const { return {std::make_shared<const prompt>(ask), 30s, budget, {}}; }

  http_request request() const {
    CHECK_FALSE(anthropic::objection(route, call()));
    return anthropic::encode(route, call());
  }

  json::document body() const {
    auto parsed = json::parse(request().body);
    REQUIRE(parsed.has_value());
    return std::move(*parsed);
  }

  std::string at(std::string_view pointer) const {
    const auto whole = body();
    const auto* found = json::at(whole, pointer);
    return found == nullptr ? "(none)" : json::compact(*found);
  }

  std::string objected() const {
    const auto why = anthropic::objection(route, call());
    return why ? std::string{to_string(why->kind)} : "none";
  }

  void say(role from, std::string text) {
    ask.messages.push_back({from, {{part::kind::text, std::move(text), {}}}, {}, {}, {}});
  }
};

const std::string city_schema =
    R"({"type":"object","properties":{"city":{"type":"string"}},"required":["city"]})";

} // namespace

TEST_CASE_METHOD(fixture, "a call names the version and the key in Anthropic's headers",
                 "[anthropic]") {
  say(role::user, "x");
  CHECK(header(request().headers, "anthropic-version") == "2023-06-01");
  CHECK(header(request().headers, "x-api-key").empty());
  route.provider.api_key = "k";
  route.provider.headers = {{"Anthropic-Version", "2024-01-01"}, {"anthropic-beta", "b"}};
  const auto x = request();
  CHECK(header(x.headers, "x-api-key") == "k");
  CHECK(header(x.headers, "anthropic-version") == "2024-01-01");
  CHECK(header(x.headers, "anthropic-beta") == "b");
  for (const auto& [url, target] : std::vector<std::pair<std::string, std::string>>{
           {"https://api.anthropic.com", "/v1/messages"},
           {"https://h/v1/", "/v1/messages"},
           {"https://h/anthropic", "/anthropic/v1/messages"}}) {
    route.provider.base_url = url;
    CHECK(request().target == target);
  }
}

TEST_CASE_METHOD(fixture, "a plain question is as small as Anthropic allows", "[anthropic]") {
  say(role::system, "Be brief.");
  say(role::user, "2+2?");
  CHECK(request().body
        == R"({"model":"claude-x","max_tokens":4096,"system":"Be brief.","messages":)"
           R"([{"role":"user","content":[{"type":"text","text":"2+2?"}]}]})");
}

TEST_CASE_METHOD(fixture, "a conversation with tools and images becomes turns of blocks",
                 "[anthropic]") {
  ask.messages = {
      {role::user,
       {{part::kind::text, "look", {}},
        {part::kind::image, "data:image/PNG;base64,AA==", "low"},
        {part::kind::image, "https://x/y.png", {}}},
       {},
       {},
       "ann"},
      {role::assistant,
       {{part::kind::text, "I will.", {}}},
       {{"toolu_1", "wx", R"({"city":"Oslo"})"}, {"functions.now:0", "now", ""}},
       {},
       {},
       {{thought::issuer::anthropic, "hm", "sig", false},
        {thought::issuer::anthropic, {}, "cipher", true},
        {thought::issuer::gemini, "g", "s", false}}},
      {role::tool, {{part::kind::text, "3C", {}}}, {}, "toolu_1", {}},
      {role::tool, {{part::kind::text, "Error", {}}}, {}, "functions.now:0", {}, {}, true},
      {role::user, {{part::kind::text, "and?", {}}}, {}, {}, {}},
  };
  CHECK(at("/messages/0/content")
        == R"([{"type":"text","text":"look"},{"type":"image","source":{"type":"base64",)"
           R"("media_type":"image/png","data":"AA=="}},{"type":"image","source":{"type":"url",)"
           R"("url":"https://x/y.png"}}])");
  CHECK(at("/messages/1/role") == R"("assistant")");
  CHECK(at("/messages/1/content/0") == R"({"type":"thinking","thinking":"hm","signature":"sig"})");
  CHECK(at("/messages/1/content/1") == R"({"type":"redacted_thinking","data":"cipher"})");
  CHECK(at("/messages/1/content/2/text") == R"("I will.")");
  CHECK(at("/messages/1/content/3")
        == R"({"type":"tool_use","id":"toolu_1","name":"wx","input":{"city":"Oslo"}})");
  CHECK(at("/messages/1/content/4/input") == "{}");
  CHECK(at("/messages/1/content/5") == "(none)");
  CHECK(at("/messages/2/content/0")
        == R"({"type":"tool_result","tool_use_id":"toolu_1",)"
           R"("content":[{"type":"text","text":"3C"}]})");
  CHECK(at("/messages/2/content/1/is_error") == "true");
  CHECK(at("/messages/2/content/1/tool_use_id") == at("/messages/1/content/4/id"));
  CHECK(at("/messages/2/content/1/tool_use_id").find_first_of(".:") == std::string::npos);
  CHECK(at("/messages/2/content/2/text") == R"("and?")");
  CHECK(at("/messages/3") == "(none)");
}

TEST_CASE_METHOD(fixture, "the user always speaks first, if need be without a question",
                 "[anthropic]") {
  say(role::system, "s");
  CHECK(at("/messages/0/content/0/text") == "\"(no question)\"");
  say(role::assistant, "Hello!");
  say(role::user, "Hi.");
  CHECK(at("/messages/0/content/0/text") == "\"(no question)\"");
  CHECK(at("/messages/1/content/0/text") == R"("Hello!")");
}

TEST_CASE_METHOD(fixture, "the required limit is the smallest that applies", "[anthropic]") {
  say(role::user, "x");
  CHECK(at("/max_tokens") == "4096");
  route.max_output = 8192;
  CHECK(at("/max_tokens") == "8192");
  budget = 900;
  CHECK(at("/max_tokens") == "900");
  ask.params.max_tokens = 100;
  CHECK(at("/max_tokens") == "100");
  ask.params.max_tokens = 10000;
  budget.reset();
  CHECK(at("/max_tokens") == "8192");
}

TEST_CASE_METHOD(fixture, "tools carry a schema of an object, strict only on request",
                 "[anthropic]") {
  say(role::user, "x");
  ask.tools = {{"wx", "Weather", city_schema, std::nullopt},
               {"strict", {}, city_schema, true},
               {"now", {}, {}, std::nullopt},
               {"odd", "Odd", R"({"type":"string"})", std::nullopt}};
  CHECK(at("/tools/0/name") == R"("wx")");
  CHECK(at("/tools/0/description") == R"("Weather")");
  CHECK(at("/tools/0/input_schema/properties/city/type") == R"("string")");
  CHECK(at("/tools/0/strict") == "(none)");
  CHECK(at("/tools/1/strict") == "true");
  CHECK(at("/tools/1/input_schema/additionalProperties") == "false");
  CHECK(at("/tools/2") == R"({"name":"now","input_schema":{"type":"object"}})");
  CHECK(at("/tools/3/input_schema") == R"({"type":"object"})");
  CHECK(at("/tools/3/description").find(R"({\"type\":\"string\"})") != std::string::npos);
  route.capabilities.bits = static_cast<std::uint8_t>(capability::tools);
  CHECK(at("/tools/1/strict") == "(none)");
}

TEST_CASE_METHOD(fixture, "every choice of tools has its word", "[anthropic]") {
  using kind = tool_choice::kind;
  say(role::user, "x");
  ask.params.parallel_tool_calls = false;
  CHECK(at("/tool_choice") == "(none)");
  ask.tools = {{"wx", {}, {}, std::nullopt}};
  CHECK(at("/tool_choice") == R"({"type":"auto","disable_parallel_tool_use":true})");
  ask.choice = tool_choice{kind::none, {}};
  CHECK(at("/tool_choice") == R"({"type":"none"})");
  ask.params.parallel_tool_calls.reset();
  ask.choice = tool_choice{kind::automatic, {}};
  CHECK(at("/tool_choice") == R"({"type":"auto"})");
  ask.choice = tool_choice{kind::required, {}};
  CHECK(at("/tool_choice") == R"({"type":"any"})");
  ask.choice = tool_choice{kind::named, "wx"};
  CHECK(at("/tool_choice") == R"({"type":"tool","name":"wx"})");
}

TEST_CASE_METHOD(fixture, "a schema goes as output_config where it can, else in words",
                 "[anthropic]") {
  say(role::user, "x");
  ask.format = {.what = output_format::kind::json_schema, .name = "t", .schema = city_schema};
  CHECK(at("/output_config/format/type") == R"("json_schema")");
  CHECK(at("/output_config/format/schema/additionalProperties") == "false");
  CHECK(at("/system") == "(none)");
  const auto kept = json::parse(R"({"type":"object","properties":{"kept":{"type":"string"}}})");
  ask.format.lowered = std::make_shared<const lowered_schemas>(*kept);
  CHECK(at("/output_config/format/schema/properties/kept/type") == R"("string")");
  ask.format.lowered.reset();
  ask.format.schema = R"({"type":"object","additionalProperties":{"type":"string"}})";
  CHECK(at("/output_config") == "(none)");
  CHECK(at("/system").find("JSON Schema") != std::string::npos);
  ask.format = {.what = output_format::kind::json_object};
  CHECK(at("/output_config") == "(none)");
  CHECK(at("/system").find("JSON object") != std::string::npos);
  ask.format = {.what = output_format::kind::json_schema, .name = "t", .schema = city_schema};
  route.capabilities.bits = static_cast<std::uint8_t>(capability::tools);
  CHECK(at("/output_config") == "(none)");
  CHECK(at("/system").find("JSON Schema") != std::string::npos);
}

TEST_CASE_METHOD(fixture, "parameters go along where Anthropic has a word for them",
                 "[anthropic]") {
  say(role::user, "x");
  ask.params = {.temperature = 1.4,
                .top_p = 0.5,
                .frequency_penalty = 1,
                .presence_penalty = 1,
                .seed = 7,
                .stop = {"END"},
                .reasoning_effort = "high",
                .user = "u1"};
  auto x = body();
  CHECK(json::find(x, "temperature")->GetDouble() == 1);
  for (const auto* dropped : {"top_p", "frequency_penalty", "presence_penalty", "seed", "user",
                              "thinking", "reasoning_effort"})
    CHECK(json::find(x, dropped) == nullptr);
  CHECK(at("/stop_sequences") == R"(["END"])");
  CHECK(at("/output_config") == R"({"effort":"high"})");
  CHECK(at("/metadata") == R"({"user_id":"u1"})");
  ask.params = {.top_p = 0.5, .reasoning_effort = "minimal"};
  CHECK(at("/top_p") == "0.5");
  CHECK(at("/output_config/effort") == R"("low")");
  ask.params = {.reasoning_effort = "none"};
  CHECK(at("/output_config") == "(none)");
  CHECK(at("/thinking") == R"({"type":"disabled"})");
}

TEST_CASE_METHOD(fixture, "what Anthropic cannot be told is refused before the call",
                 "[anthropic]") {
  say(role::user, "x");
  CHECK(objected() == "none");
  ask.params.stop = {"END", " \n"};
  CHECK(objected() == "capability");
  ask.params.stop.clear();
  ask.tools = {{"files.list", {}, {}, {}}};
  CHECK(objected() == "capability");
  ask.tools.clear();
  ask.messages[0].parts = {{part::kind::image, "data:image/tiff;base64,AA==", {}}};
  CHECK(objected() == "capability");
  ask.messages[0].parts = {{part::kind::image, "data:image/webp;base64,AA==", {}}};
  CHECK(objected() == "none");
  ask.messages[0].from = role::assistant;
  say(role::user, "x");
  CHECK(objected() == "capability");
  ask.messages = {{role::tool, {{part::kind::text, "3C", {}}}, {}, "1", {}}};
  CHECK(objected() == "invalid_request");
}

TEST_CASE_METHOD(fixture, "an answer to be continued does not end in white space", "[anthropic]") {
  route.capabilities.bits |= static_cast<std::uint8_t>(capability::prefill);
  say(role::user, "x ");
  say(role::assistant, "Once \n");
  CHECK(at("/messages/0/content/0/text") == R"("x ")");
  CHECK(at("/messages/1/content/0/text") == R"("Once")");
  say(role::user, "y");
  CHECK(at("/messages/1/content/0/text") == R"("Once \n")");
}
