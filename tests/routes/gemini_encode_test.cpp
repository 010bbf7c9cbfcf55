#include "contracts/json.hpp"
#include "contracts/lowering.hpp"
#include "routes/gemini.hpp"

#include <catch2/catch.hpp>

#include <limits>
#include <memory>

using namespace hedgerow;
using namespace std::chrono_literals;

namespace {

struct fixture {
  route_config route{};
  prompt ask{};
  std::optional<std::int64_t> budget{};

  fixture() {
    route.provider.kind = provider_kind::gemini;
    route.provider.base_url = "https://generativelanguage.googleapis.com";
    route.provider.api_key = "k";
    route.model = "gemini-2.5-flash";
  }

  model_call call() const { return {std::make_shared<const prompt>(ask), 30s, budget, {}}; }

  http_request request() const {
    CHECK_FALSE(gemini::objection(route, call()));
    return gemini::encode(route, call());
  }

  std::string at(std::string_view pointer) const {
    const auto whole = json::parse(request().body);
    REQUIRE(whole.has_value());
    const auto* found = json::at(*whole, pointer);
    return found == nullptr ? "(none)" : json::compact(*found);
  }

  std::string objected() const {
    const auto why = gemini::objection(route, call());
    return why ? std::string{to_string(why->kind)} : "none";
  }

  void say(role from, std::string text) {
    ask.messages.push_back({from, {{part::kind::text, std::move(text), {}}}, {}, {}, {}});
  }

  /// A call without a signature, and its result.
  void use_tool(std::string result, bool failed = false) {
    ask.messages.push_back(
        {role::assistant, {}, {{"call_1", "wx", ""}, {"call_2", "wx", "{}"}}, {}, {}});
    for (const auto* id : {"call_1", "call_2"})
      ask.messages.push_back(
          {role::tool, {{part::kind::text, result, {}}}, {}, id, {}, {}, failed});
  }
};

const std::string city_schema =
    R"({"type":"object","properties":{"city":{"type":"string"}},"required":["city"]})";

} // namespace

TEST_CASE_METHOD(fixture, "the address says which of Google's services is meant", "[gemini]") {
  struct row {
    std::string base_url;
    std::string model;
    std::string target;
    bool token;
  };
  const std::string project = "/v1/projects/p/locations/l";
  const std::string google = "/publishers/google/models/m:generateContent";
  say(role::user, "x");
  for (const auto& x : std::vector<row>{
           {"https://generativelanguage.googleapis.com", "m", "/v1beta/models/m:generateContent",
            false},
           {"https://h/v1", "m", "/v1/models/m:generateContent", false},
           {"https://h/v1alpha/", "m", "/v1alpha/models/m:generateContent", false},
           {"https://h/google", "m", "/google/v1beta/models/m:generateContent", false},
           {"https://h", "tunedModels/a b", "/v1beta/tunedModels/a%20b:generateContent", false},
           {"https://h", "a?b", "/v1beta/models/a%3Fb:generateContent", false},
           {"https://l-aiplatform.googleapis.com" + project, "m", project + google, true},
           {"http://127.0.0.1:1" + project, "m", project + google, true},
           {"http://127.0.0.1:1" + project, "publishers/meta/models/m",
            project + "/publishers/meta/models/m:generateContent", true},
           {"https://aiplatform.googleapis.com", "m", "/v1" + google, false},
           {"https://aiplatform.googleapis.com/v1beta1", "m", "/v1beta1" + google, false}}) {
    INFO(x.base_url << " " << x.model);
    route.provider.base_url = x.base_url;
    route.model = x.model;
    const auto made = request();
    CHECK(made.target == x.target);
    CHECK(header(made.headers, "authorization") == (x.token ? "Bearer k" : ""));
    CHECK(header(made.headers, "x-goog-api-key") == (x.token ? "" : "k"));
  }
}

TEST_CASE_METHOD(fixture, "a plain question is small on Google's wire", "[gemini]") {
  say(role::system, "Be brief.");
  say(role::user, "2+2?");
  ask.params.max_tokens = 64;
  CHECK(request().body
        == R"({"systemInstruction":{"parts":[{"text":"Be brief."}]},)"
           R"("contents":[{"role":"user","parts":[{"text":"2+2?"}]}],)"
           R"("generationConfig":{"maxOutputTokens":64}})");
}

TEST_CASE_METHOD(fixture, "images and tools become parts", "[gemini]") {
  ask.messages = {{role::user,
                   {{part::kind::text, "look", {}},
                    {part::kind::image, "data:image/png;base64,AA==", "low"},
                    {part::kind::image, "https://x/y.png?z", {}},
                    {part::kind::image, "https://x/y", {}}},
                   {},
                   {},
                   "ann"}};
  use_tool(R"({"degrees":3})");
  CHECK(at("/contents/0/parts")
        == R"([{"text":"look"},{"inlineData":{"mimeType":"image/png","data":"AA=="}},)"
           R"({"fileData":{"mimeType":"image/png","fileUri":"https://x/y.png?z"}},)"
           R"({"fileData":{"fileUri":"https://x/y"}}])");
  CHECK(at("/contents/1/role") == R"("model")");
  CHECK(at("/contents/1/parts/0/functionCall") == R"({"id":"call_1","name":"wx","args":{}})");
  CHECK(at("/contents/2/role") == R"("user")");
  CHECK(at("/contents/2/parts/1/functionResponse")
        == R"({"id":"call_2","name":"wx","response":{"degrees":3}})");
  ask.messages.resize(1);
  use_tool("3C");
  CHECK(at("/contents/2/parts/0/functionResponse/response") == R"({"output":"3C"})");
  ask.messages.resize(1);
  use_tool(R"({"degrees":3})", true);
  CHECK(at("/contents/2/parts/0/functionResponse/response/error") != "(none)");
}

TEST_CASE_METHOD(fixture, "the user speaks first to Gemini too", "[gemini]") {
  say(role::assistant, "Hello!");
  say(role::user, "Hi.");
  CHECK(at("/contents/0/parts") == "[{\"text\":\"(no question)\"}]");
  CHECK(at("/contents/1/role") == R"("model")");
}

TEST_CASE_METHOD(fixture, "signatures go back to Gemini, and calls of others get its words",
                 "[gemini]") {
  say(role::user, "x");
  use_tool("3C");
  const std::string words = R"("skip_thought_signature_validator")";
  for (const auto& [model, first] :
       std::vector<std::pair<std::string, std::string>>{{"gemini-2.5-pro", "(none)"},
                                                        {"gemini-1.5-flash", "(none)"},
                                                        {"gemini-3-pro", words},
                                                        {"models/gemini-4", words}}) {
    INFO(model);
    route.model = model;
    CHECK(at("/contents/1/parts/0/thoughtSignature") == first);
    CHECK(at("/contents/1/parts/1/thoughtSignature") == "(none)");
  }
  auto& said = ask.messages[1];
  said.tool_calls[0].signature = "own";
  CHECK(at("/contents/1/parts/0/thoughtSignature") == R"("own")");
  CHECK(at("/contents/1/parts/1/thoughtSignature") == "(none)");
  said.parts = {{part::kind::text, "so", {}}};
  said.thoughts = {{thought::issuer::anthropic, "a", "b", false},
                   {thought::issuer::gemini, "hm", "s1", false},
                   {thought::issuer::gemini, "", "s2", false}};
  CHECK(at("/contents/1/parts/0") == R"({"text":"hm","thought":true,"thoughtSignature":"s1"})");
  CHECK(at("/contents/1/parts/1") == R"({"text":"so","thoughtSignature":"s2"})");
  said.parts.clear();
  CHECK(at("/contents/1/parts/1") == R"({"text":"","thoughtSignature":"s2"})");
}

TEST_CASE_METHOD(fixture, "tools are declared with the schema in the best form there is",
                 "[gemini]") {
  using kind = tool_choice::kind;
  say(role::user, "x");
  ask.choice = tool_choice{kind::required, {}};
  CHECK(at("/toolConfig") == "(none)");
  ask.tools = {{"wx", "Weather", city_schema, true},
               {"now", {}, {}, std::nullopt},
               {"odd", "Odd", R"({"type":"string"})", std::nullopt}};
  CHECK(at("/tools/0/functionDeclarations/0/name") == R"("wx")");
  CHECK(at("/tools/0/functionDeclarations/0/description") == R"("Weather")");
  CHECK(at("/tools/0/functionDeclarations/0/parametersJsonSchema/properties/city/type")
        == R"("string")");
  CHECK(at("/tools/0/functionDeclarations/0/strict") == "(none)");
  CHECK(at("/tools/0/functionDeclarations/1") == R"({"name":"now"})");
  CHECK(at("/tools/0/functionDeclarations/2/parametersJsonSchema") == "(none)");
  CHECK(at("/tools/0/functionDeclarations/2/description").find("JSON Schema") != std::string::npos);
  CHECK(at("/toolConfig") == R"({"functionCallingConfig":{"mode":"ANY"}})");
  ask.choice = tool_choice{kind::named, "wx"};
  CHECK(at("/toolConfig/functionCallingConfig")
        == R"({"mode":"ANY","allowedFunctionNames":["wx"]})");
  ask.choice = tool_choice{kind::none, {}};
  CHECK(at("/toolConfig/functionCallingConfig/mode") == R"("NONE")");
  ask.choice = tool_choice{};
  CHECK(at("/toolConfig/functionCallingConfig/mode") == R"("AUTO")");
  CHECK(at("/systemInstruction") == "(none)");
  ask.params.parallel_tool_calls = false;
  CHECK(at("/systemInstruction/parts/0/text").find("at most one tool") != std::string::npos);
}

TEST_CASE_METHOD(fixture, "a schema goes to Gemini natively unless there are tools", "[gemini]") {
  say(role::user, "x");
  ask.format = {.what = output_format::kind::json_schema, .name = "t", .schema = city_schema};
  CHECK(at("/generationConfig/responseMimeType") == R"("application/json")");
  CHECK(at("/generationConfig/responseJsonSchema/properties/city/type") == R"("string")");
  CHECK(at("/systemInstruction") == "(none)");
  ask.tools = {{"wx", {}, {}, std::nullopt}};
  CHECK(at("/generationConfig") == "{}");
  CHECK(at("/systemInstruction/parts/0/text").find("JSON Schema") != std::string::npos);
  ask.tools.clear();
  ask.format = {.what = output_format::kind::json_object};
  CHECK(at("/generationConfig") == R"({"responseMimeType":"application/json"})");
  CHECK(at("/systemInstruction/parts/0/text").find("JSON object") != std::string::npos);
  route.capabilities.bits = 0;
  CHECK(at("/generationConfig") == "{}");
  CHECK(at("/systemInstruction/parts/0/text").find("JSON object") != std::string::npos);
}

TEST_CASE_METHOD(fixture, "parameters go along under Google's names", "[gemini]") {
  say(role::user, "x");
  ask.params = {.temperature = 1.4,
                .top_p = 0.5,
                .frequency_penalty = 0.25,
                .presence_penalty = -0.5,
                .seed = 7,
                .max_tokens = 100,
                .stop = {"END"},
                .reasoning_effort = "medium",
                .user = "u1"};
  CHECK(at("/generationConfig")
        == R"({"maxOutputTokens":100,"temperature":1.4,"topP":0.5,"frequencyPenalty":0.25,)"
           R"("presencePenalty":-0.5,"seed":7,"stopSequences":["END"],)"
           R"("thinkingConfig":{"thinkingBudget":8192}})");
  for (const auto& [effort, tokens] : std::vector<std::pair<std::string, std::string>>{
           {"none", "0"}, {"minimal", "1024"}, {"low", "1024"}, {"high", "24576"}}) {
    ask.params.reasoning_effort = effort;
    CHECK(at("/generationConfig/thinkingConfig/thinkingBudget") == tokens);
  }
  ask.params.seed = std::int64_t{std::numeric_limits<std::int32_t>::max()} + 1;
  CHECK(at("/generationConfig/seed") == "(none)");
}

TEST_CASE_METHOD(fixture, "what Gemini cannot be told is refused before the call", "[gemini]") {
  say(role::user, "x");
  for (const auto* name : {"wx", "_wx", "files.list", "a:b-c"}) {
    ask.tools = {{name, {}, {}, {}}};
    CHECK(objected() == "none");
  }
  for (const auto* name : {"", "1wx", "-wx", ".wx", "w x", "wü"}) {
    INFO(name);
    ask.tools = {{name, {}, {}, {}}};
    CHECK(objected() == "capability");
  }
  ask.tools = {{std::string(65, 'a'), {}, {}, {}}};
  CHECK(objected() == "capability");
  ask.tools.clear();
  ask.params.stop = {"1", "2", "3", "4", "5"};
  CHECK(objected() == "none");
  ask.params.stop.emplace_back("6");
  CHECK(objected() == "capability");
  ask.params.stop.clear();
  use_tool("3C");
  CHECK(objected() == "none");
  ask.messages.back().parts = {{part::kind::image, "https://h/a.png", {}}};
  CHECK(objected() == "capability");
}
